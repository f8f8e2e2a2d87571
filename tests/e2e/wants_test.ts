/** What supervise does for want of something: descriptors, address space, its own file. */
import assert from "node:assert/strict";
import { copyFileSync, existsSync, renameSync, rmSync } from "node:fs";
import process from "node:process";
import { Script } from "../harness/script.ts";
import { e2e, SUPERVISE, UNDER_TEST } from "../harness/supervise.ts";

const TREE = `
  intensity = { restarts = 100000, within = "1s" }
  [defaults]
  backoff = { initial = "50ms", max = "50ms" }
  [actors.server]
  exec = "sleep 600"
  daemon = true
  [actors.again]
  shell = "sleep 0.1; exit 1"
  daemon = true
  [actors.limited]
  exec = "sleep 600"
  daemon = true
  nice = 3
`;

/** Deno takes no more connections once it had no descriptor for one, which it comes to in a flood with fewer than these. */
const FEW = UNDER_TEST === "deno" ? 256 : 100;

const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(" ");

e2e("open files: too few are an error with the limit, what is needed and what to do", async (sandbox) => {
  sandbox.config(TREE);
  for (const limit of [20, 22]) {
    const command = `ulimit -n ${limit} && exec ${quoted(SUPERVISE)} up -d`;
    const { code, stdout, stderr } = await sandbox.run(["bash", "-c", command]).done;
    assert.notEqual(code, 0);
    // A runtime that starts from sources may need more than that itself, and says so in its own words.
    if (UNDER_TEST !== "binary") continue;
    assert.match(stdout + stderr, new RegExp(`limit of ${limit} open files is reached.*needs some 40`));
    assert.match(stderr, /error\[limit\/open-files\].*\nhint: raise it: `ulimit -n/);
    assert.doesNotMatch(stderr, /bug in supervise|bunfs/);
  }
}, ["bash"]);

e2e(
  "open files: a tree with few of them lives through a flood, with runs that end and start",
  async (sandbox) => {
    sandbox.config(TREE);
    const command = `ulimit -n ${FEW} && exec ${quoted(SUPERVISE)} up -d`;
    const up = await sandbox.run(["bash", "-c", command]).done;
    assert.equal(up.code, 0, up.stdout + up.stderr);
    const { pid } = await sandbox.json("ps");
    const [server, again] = [await sandbox.row("server"), await sandbox.row("again")];
    const script = `
import glob, socket, sys, time
held = []
[path] = [p for f in ("/run/supervise", "/tmp/supervise-${
      process.getuid!()
    }") for p in glob.glob(f + "/*/control.sock")
  if '"pid": ${pid},' in open(p.replace("control.sock", "tree.json")).read()]
for n in range(2000):
    one = socket.socket(socket.AF_UNIX)
    one.connect(path)
    held.append(one)
print("flooded", flush=True)
time.sleep(3600)
`;
    const flood = sandbox.run(["python3", "-c", script]);
    await flood.line(/^flooded/);
    const during = await sandbox.row("again");
    await sandbox.rowWhen("again", ({ restarts }) => restarts >= during.restarts + 3);
    flood.kill("SIGKILL");
    await flood.done;
    assert.equal((await sandbox.row("server")).pid, server.pid);
    assert.ok((await sandbox.row("again")).restarts > again.restarts);
    assert.equal((await sandbox.supervise("down")).code, 0);
  },
  ["bash", "python3"],
);

if (UNDER_TEST === "binary") {
  e2e(
    "address space: too little is an error with the limit, what is needed and what to do",
    async (sandbox) => {
      sandbox.config(TREE);
      const command = `ulimit -v 2000000 && exec ${quoted(SUPERVISE)} up -d`;
      const { code, stderr } = await sandbox.run(["bash", "-c", command]).done;
      assert.equal(code, 1);
      assert.match(
        stderr,
        /error\[limit\/address-space\].*needs 4 GiB of address space, and may have 2048000000/,
      );
      assert.match(stderr, /hint: raise it: `ulimit -v unlimited`/);
      assert.doesNotMatch(stderr, /bug in supervise|bunfs/);
    },
    ["bash"],
  );

  e2e(
    "size of files: a limit that is too low is named, with the file by the name that it has for all",
    async (sandbox) => {
      sandbox.config(TREE);
      const command = `ulimit -f 0 && exec ${quoted(SUPERVISE)} up -d`;
      const { code, stderr } = await sandbox.run(["bash", "-c", command]).done;
      assert.equal(code, 1);
      assert.match(
        stderr,
        /error\[state\/not-writable\].*the limit of the size of files is reached, `ulimit -f`/,
      );
      assert.match(stderr, /"\/(run\/supervise|tmp\/supervise-\d+)\/[0-9a-f]{12}\/[^"]+"/);
      assert.doesNotMatch(stderr, /proc\/self/);
    },
    ["bash"],
  );

  e2e(
    "own file: a binary that was renamed, removed or replaced by another goes on to start what it has to",
    async (sandbox) => {
      sandbox.write(
        "module.ts",
        'import { sleepForever } from "supervise";\nexport default () => sleepForever();\n',
      );
      sandbox.config(`${TREE}
      [actors.module]
      module = "./module.ts"
      daemon = true
      [actors.both]
      module = "./module.ts"
      daemon = true
      nice = 2
      [trees.apart]
      isolate = true
      [trees.apart.actors.limited]
      exec = "sleep 600"
      daemon = true
      nice = 2
      [trees.apart.actors.module]
      module = "./module.ts"
      daemon = true
    `);
      const own = `${sandbox.dir}/own`;
      copyFileSync(SUPERVISE[0]!, own);
      assert.equal((await sandbox.run([own, "up", "-d"]).done).code, 0);
      // Renamed, removed, and replaced by another.
      for (const by of [null, null, "/bin/true"]) {
        if (existsSync(own)) renameSync(own, `${own}.old`);
        else rmSync(`${own}.old`, { force: true });
        if (by !== null) copyFileSync(by, own);
        for (const path of ["limited", "module", "both", "apart", "apart/limited", "apart/module"]) {
          const { code, stdout, stderr } = await sandbox.supervise("restart", path);
          assert.equal(code, 0, `${path}: ${stdout}${stderr}`);
        }
      }
      assert.equal((await sandbox.supervise("down")).code, 0);
    },
  );
}

if (UNDER_TEST !== "binary") {
  e2e("open files: too few are an error with a name and a hint in the library, too", async (sandbox) => {
    sandbox.config(TREE);
    const code = `import { up } from "supervise";
      await up(${JSON.stringify(`${sandbox.dir}/supervise.toml`)}).then(
        (tree) => tree.down(),
        ({ code, message, hint }) => console.log([code, message, hint].join("|")),
      );`;
    const script = new Script(code, { before: ["bash", "-c", 'ulimit -n 26 && exec "$@"', "bash"] });
    const { rest, stderr } = await script.end();
    assert.match(
      rest.join("\n"),
      /^limit\/open-files\|.*limit of 26 open files is reached.*needs some 40.*\|raise it/,
      stderr,
    );
  }, ["bash"]);
}
