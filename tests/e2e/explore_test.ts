/** `simulate --explore` as its users meet it; the page on it does what it says. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import process from "node:process";
import { e2e, type Sandbox, SUPERVISE } from "../harness/supervise.ts";
import { test } from "../harness/test.ts";

const ROOT = new URL("../../", import.meta.url);
const PAGE = readFileSync(new URL("docs/exploring.md", ROOT), "utf8");
const FILE = /^```toml (\S+)\n([^]*?)^```$/gm;
/** A command, and some lines of its output; dots stand for others. */
const SESSION = /^```console\n\$ (.*)\n([^]*?)^```$/gm;
const GAP = "...";
/** Where the files lie, as the page has it. */
const PLACE = "/srv";

/** The files of the page, and the program by its name. */
function lay(sandbox: Sandbox): void {
  const quoted = SUPERVISE.map((word) => `'${word}'`).join(" ");
  sandbox.write("bin/supervise", `#!/bin/sh\nexec ${quoted} "$@"\n`, 0o755);
  for (const [, file, text] of PAGE.matchAll(FILE)) sandbox.write(file!, text!);
}

function typed(sandbox: Sandbox, command: string) {
  return sandbox.run(["sh", "-c", command], { PATH: `${sandbox.dir}/bin:${process.env["PATH"]}` }).done;
}

/** Whether some lines are shown, in this order and without others between them, but where there is a gap. */
function isShown(stdout: string, lines: readonly string[]): boolean {
  const runs = lines.join("\n").split(`\n${GAP}`).map((run) => run.replace(/^\n/, ""));
  let from = 0;
  for (const run of runs) {
    const at = `${stdout}\n`.indexOf(run === "" ? "" : `${run}\n`, from);
    if (at < 0) return false;
    from = at + run.length;
  }
  return true;
}

test("exploring.md: the files are those among the examples", () => {
  const files = [...PAGE.matchAll(FILE)];
  assert.equal(files.length, 10);
  for (const [, file, text] of files) assert.equal(text, readFileSync(new URL(file!, ROOT), "utf8"), file);
});

for (const [, command, output] of PAGE.matchAll(SESSION)) {
  e2e(`exploring.md: ${command}`, async (sandbox) => {
    lay(sandbox);
    const { code, stdout, stderr } = await typed(sandbox, command!);
    const lines = output!.trimEnd().split("\n");
    assert.ok(isShown(stdout.replaceAll(sandbox.dir, PLACE), lines), `${stdout}\n${stderr}`);
    assert.equal(code, lines[0]!.startsWith("found") ? 1 : 0, stderr);
    if (code === 0) return;
    const again = await typed(sandbox, lines[1]!.trim());
    assert.equal(again.code, 1, again.stderr);
    assert.match(again.stdout, /^broken: /m);
  });
}

e2e("explore: one value for programs", async (sandbox) => {
  lay(sandbox);
  const file = "examples/mistakes/lost_dependency/supervise.toml";
  const { code, stdout } = await sandbox.supervise("simulate", file, "--explore", "1000", "--json");
  assert.equal(code, 1);
  const { explored, seed, faults, found } = JSON.parse(stdout);
  assert.deepEqual([explored, seed, faults], [322, 1, 3]);
  assert.deepEqual(found.broken, { kind: "hope", name: "recovers", path: "migrate", atMs: 3419 });
  assert.deepEqual(found.script, ["--crash db@2s"]);
  assert.match(found.command, /^supervise simulate .* --crash db@2s --expect 'migrate completed'$/);
  assert.ok(found.entries.length > 5 && found.states.length > 5);
  const nothing = await sandbox.json("simulate", file, "--explore", "1000", "--except", "recovers");
  assert.deepEqual(nothing, { explored: 1000, seed: 1, faults: 3, found: null });
});

e2e("explore: what cannot be is an error that says why", async (sandbox) => {
  lay(sandbox);
  const file = "examples/mistakes/lost_dependency/supervise.toml";
  const refused = async (pattern: RegExp, ...words: readonly string[]) => {
    const { code, stdout, stderr } = await sandbox.supervise("simulate", file, ...words);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, pattern);
  };
  await refused(/--explore is "0"\nhint: write a whole number from 1 to 10,000,000/, "--explore", "0");
  await refused(/--explore/, "--explore", "many");
  await refused(
    /--faults is "1000"\nhint: write a whole number from 0 to 100/,
    "--explore",
    "10",
    "--faults",
    "1000",
  );
  await refused(
    /--except is "hope"\nhint: it can be starts, rests, recovers/,
    "--explore",
    "10",
    "--except",
    "hope",
  );
  await refused(/--faults is about scripts by chance\nhint: give --explore N, too/, "--faults", "2");
  await refused(/--explore and --like-last-week were given/, "--explore", "2", "--like-last-week");
  await refused(/--replay and --explore were given/, "--explore", "2", "--replay");
  await refused(/nothing in the file is called "dbb"/, "--explore", "10", "--expect", "dbb ready");
  await refused(/no run in this time|called "x"/, "--explore", "10", "--crash", "x@1s");
});
