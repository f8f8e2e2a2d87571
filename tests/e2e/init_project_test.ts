/** `init` in folders of projects: from what is there to a tree that runs, and nothing written over. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { e2e, type Sandbox, SUPERVISE } from "../harness/supervise.ts";

const ON_TERMINAL = fileURLToPath(new URL("../harness/on_terminal.py", import.meta.url));

function written(sandbox: Sandbox, name = "supervise.toml"): string {
  return readFileSync(`${sandbox.dir}/${name}`, "utf8");
}

/** `check` has nothing to say, and all of the tree comes up. */
async function assertRuns(sandbox: Sandbox, actors: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await sandbox.supervise("check");
  assert.equal(code, 0, stdout);
  assert.match(stderr, /^ok: [^\n]*\n$/);
  const up = await sandbox.supervise("up", "-d");
  assert.equal(up.code, 0, up.stderr);
  const rows: readonly { path: string; state: string }[] = (await sandbox.json("ps")).actors;
  assert.deepEqual(
    rows.map(({ path, state }) => `${path} ${state}`),
    actors.map((name) => `${name} running`),
  );
  assert.equal((await sandbox.supervise("down")).code, 0);
}

e2e("init: a Procfile becomes a tree that runs, and the rest is named", async (sandbox) => {
  sandbox.write("Procfile", "web: exec sleep 1000\njob: exec sleep 1000\n");
  sandbox.write("Makefile", "run:\n\tsleep 1000\n");
  const { code, stdout, stderr } = await sandbox.supervise("init", "--yes");
  assert.deepEqual([code, stdout], [0, "wrote supervise.toml: web, job from Procfile (a Procfile)\n"]);
  assert.match(stderr, /^found, too: Makefile \(--from FILE, also several times\)\n/);
  assert.match(stderr, /next: `supervise up`\n$/);
  await assertRuns(sandbox, ["web", "job"]);
});

e2e("init: from an empty folder comes a file to start from, which runs", async (sandbox) => {
  const { code, stdout } = await sandbox.supervise("init");
  assert.deepEqual([code, stdout], [0, "wrote supervise.toml: an example to start from\n"]);
  await assertRuns(sandbox, ["hello"]);
});

e2e("init: nothing is written over without --force", async (sandbox) => {
  sandbox.write("supervise.toml", "# mine\n");
  sandbox.write("Makefile", "run:\n\tsleep 1000\n");
  const refused = await sandbox.supervise("init", "--yes");
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /error\[file\/exists\]: .* is there already, and was left as it is\nhint: /);
  assert.equal(written(sandbox), "# mine\n");
  assert.equal((await sandbox.supervise("init", "--yes", "-f", "other.toml")).code, 0);
  assert.match(written(sandbox, "other.toml"), /exec = "make run"/);
  assert.equal((await sandbox.supervise("init", "--yes", "--force")).code, 0);
  assert.match(written(sandbox), /exec = "make run"/);
});

e2e("init: where a file says what ours cannot, it is written, and told not to be valid", async (sandbox) => {
  sandbox.write("Procfile", "web: sl\0eep\n");
  const { code, stderr } = await sandbox.supervise("init", "--yes");
  assert.equal(code, 5);
  assert.match(stderr, /error\[config\/nul-character\]/);
  assert.match(stderr, /when that is mended: `supervise check`\n$/);
});

e2e("init: --from takes another file, and says which there are", async (sandbox) => {
  sandbox.write("Procfile", "web: sleep 1000\n");
  sandbox.write("Makefile", "run:\n\tsleep 1000\n");
  const wrong = await sandbox.supervise("init", "--from", "Makefil");
  assert.equal(wrong.code, 5);
  assert.match(
    wrong.stderr,
    /error\[init\/no-such-file\]: .*did you mean "?Makefile"?.*\nhint: .*Procfile, Makefile/,
  );
  assert.equal(existsSync(`${sandbox.dir}/supervise.toml`), false);
  const { code, stdout } = await sandbox.supervise("init", "--from", "./Makefile", "--json");
  assert.equal(code, 0);
  const { from, actors, others, problems } = JSON.parse(stdout);
  assert.deepEqual({ from, actors, others, problems }, {
    from: "Makefile",
    actors: ["run"],
    others: ["Procfile"],
    problems: [],
  });
});

e2e(
  "init: on a terminal it asks which of several is meant, and an interrupt writes nothing",
  async (sandbox) => {
    sandbox.write("Procfile", "web: sleep 1000\n");
    sandbox.write("Makefile", "run:\n\tsleep 1000\n");
    const init = [...SUPERVISE, "init"];
    const asked = await sandbox.run(["python3", ON_TERMINAL, ...init], { TYPED: "1 4\n2, 1\n", AT: "[1]" })
      .done;
    assert.match(asked.stdout, / {2}1 {2}web from Procfile \(a Procfile\)\r?\n {2}2 {2}run from Makefile/);
    assert.match(asked.stdout, /a number from 1 to 3/);
    assert.match(asked.stdout, /wrote supervise.toml: run, web from Makefile, Procfile/);
    assert.match(written(sandbox), /exec = "make run"[^]*sleep 1000/);
    const again = [...init, "-f", "again.toml"];
    const stopped = await sandbox.run(["python3", ON_TERMINAL, ...again], { AT: "[1]" }).done;
    assert.match(stopped.stdout, /exit -2\n$/);
    assert.equal(existsSync(`${sandbox.dir}/again.toml`), false);
  },
  ["python3"],
);

e2e("init: a command that is given the file of another tool says so", async (sandbox) => {
  sandbox.write("Procfile", "web: sleep 1000\n");
  const told =
    /error\[config\/invalid\]: ".*\/Procfile" is a Procfile, no configuration of supervise.*\nhint: `supervise init`/;
  for (const verb of ["up", "plan", "check"]) {
    const { code, stderr } = await sandbox.supervise(verb, "Procfile");
    assert.equal(code, 5);
    assert.match(stderr, told);
    assert.doesNotMatch(stderr, /config\/syntax/);
  }
  const { error } = JSON.parse((await sandbox.supervise("up", "--json", "Procfile")).stdout);
  assert.equal(error.problems[0].name, "config/syntax");
  sandbox.write("ours.toml", "web: sleep 1000\n");
  assert.match((await sandbox.supervise("up", "ours.toml")).stderr, /error\[config\/syntax\]/);
});
