/** What programs find in their environment: what the file gives them, and nothing of the runtime or of the folder. */
import assert from "node:assert/strict";
import { e2e, SUPERVISE, UNDER_TEST } from "../harness/supervise.ts";

/** Each name is read as code has it, and by a way that no compiler can foresee. */
const LOOK = `
export function look(kind: string): void {
  const hidden = (name: string) => globalThis.process["e" + "nv"][name] ?? null;
  const seen = () => [process.env.NODE_ENV ?? null, process.env.BUN_ENV ?? null, process.env.FROM_DOTENV ?? null];
  console.log(kind, JSON.stringify([seen(), hidden("NODE_ENV"), hidden("BUN_ENV"), Boolean(process.browser)]));
  process.env.NODE_ENV = "changed";
  process.env.BUN_ENV = "changed";
  console.log(kind, JSON.stringify([seen(), hidden("NODE_ENV")]));
  delete process.env.NODE_ENV;
  console.log(kind, JSON.stringify(["NODE_ENV" in process.env, process.env.NODE_ENV ?? null]));
}
`;

const SCRIPT = `
import { look } from "./look.ts";
look("script");
console.log("arguments", JSON.stringify([process.execArgv, process.argv.slice(2)]));
`;

const MODULE = `
import { look } from "./look.ts";
import { runSync, openWorkerContext } from "supervise";

const worker = new URL("./look.ts", import.meta.url);

export default async function () {
  look("module");
  for (const workerType of ["process", "thread"]) {
    await openWorkerContext({ workerType }, (context) => runSync(worker, "look", [workerType], { context }));
  }
}
`;

for (const [given, env] of [[null, ""], ["production", 'env.NODE_ENV = "production"']] as const) {
  e2e(`environment: NODE_ENV is ${given ?? "not there"} where the file says so`, async (sandbox) => {
    sandbox.write("look.ts", LOOK);
    sandbox.write("script.ts", SCRIPT);
    sandbox.write("module.ts", MODULE);
    // Files of the folder that no configuration names. From sources, Bun itself reads them before supervise begins.
    if (UNDER_TEST !== "bun") {
      sandbox.write(".env", "FROM_DOTENV=1\nNODE_ENV=dotenv\n");
      sandbox.write("bunfig.toml", 'preload = ["./preload.ts"]\n');
      sandbox.write("preload.ts", 'console.log("preloaded");');
    }
    sandbox.config(`
      ${env}
      actors.script = { script = "script.ts", args = ["word"] }
      actors.module = { module = "module.ts", depends_on = ["script"] }
    `);
    const done = await sandbox.run(["env", "-u", "NODE_ENV", "-u", "BUN_ENV", ...SUPERVISE, "up"]).done;
    assert.equal(done.code, 0, `${done.stdout}${done.stderr}`);
    assert.doesNotMatch(done.stdout, /preloaded/);
    const value = JSON.stringify(given);
    // A worker in a process is a child of the module, which has changed its own before.
    const before: Readonly<Record<string, string>> = {
      script: `[[${value},null,null],${value},null,false]`,
      module: `[[${value},null,null],${value},null,false]`,
    };
    for (const kind of ["script", "module", "process", "thread"]) {
      const lines = done.stdout.split("\n").flatMap((line) => line.split(`| ${kind} `).slice(1));
      if (before[kind] !== undefined) assert.equal(lines[0], before[kind], kind);
      assert.deepEqual(lines.slice(1), ['[["changed","changed",null],"changed"]', "[false,null]"], kind);
    }
    assert.match(done.stdout, /arguments \[\[\],\["word"\]\]/);
  });
}

/** Every byte but that which ends a variable, and a newline, at which the output is cut. */
const BYTES = Array.from({ length: 255 }, (_, index) => index + 1).filter((byte) => byte !== 0x0a);

for (
  const [kind, key] of [["an actor", ""], ["an actor of an isolated tree", "isolate = true"], [
    "a program behind a shim",
    "[defaults]\nnice = 1",
  ]] as const
) {
  e2e(`environment: bytes that are no UTF-8 reach ${kind} as they are`, async (sandbox) => {
    const octal = BYTES.map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
    sandbox.config(`
      ${key}
      [actors.env]
      shell = "env | grep -a ^RAW | od -An -tx1 -v | tr -d ' \\n'; echo"
      env.COPY = "\${env:RAW}"
      [actors.copy]
      shell = "printf %s \\"$COPY\\" | od -An -tx1 -v | tr -d ' \\n'; echo"
      env.COPY = "\${env:RAW}"
      [actors.file]
      shell = "printf %s \\"$FILE\\" | od -An -tx1 -v | tr -d ' \\n'; echo"
      env_file = "raw.env"
    `);
    const done = await sandbox.run([
      "sh",
      "-c",
      `printf 'FILE=caf\\351\\n' >raw.env; RAW=$(printf '${octal}') exec "$@"`,
      "sh",
      ...SUPERVISE,
      "up",
    ]).done;
    assert.equal(done.code, 0, `${done.stdout}${done.stderr}`);
    const hex = (bytes: Iterable<number>) =>
      Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const said = (path: string) => new RegExp(`^${path} +\\| (.*)$`, "m").exec(done.stdout)?.[1];
    assert.equal(said("env"), `${hex(new TextEncoder().encode("RAW="))}${hex(BYTES)}0a`);
    assert.equal(said("copy"), hex(BYTES));
    assert.equal(said("file"), "636166e9");
  });
}

e2e(
  "environment: who runs a script or a module is told of variables that it cannot see as they are",
  async (sandbox) => {
    sandbox.write("script.ts", "");
    sandbox.config(`
    actors.script.script = "script.ts"
    actors.set = { script = "script.ts", env = { RAW = "text" } }
    actors.alone = { script = "script.ts", inherit_env = false }
    actors.exec.exec = "true"
  `);
    for (const verb of ["check", "up"]) {
      const { code, stderr } = await sandbox.run([
        "sh",
        "-c",
        `RAW=$(printf 'caf\\351') exec "$@"`,
        "sh",
        ...SUPERVISE,
        verb,
      ]).done;
      assert.equal(code, 0, stderr);
      assert.deepEqual(
        stderr.match(/^warning.*\n.*toml:\d+/gm)?.map((text) => text.replace(/\n.*toml/, "")),
        [
          "warning[config/bad-encoding]: a script gets no variables that are not UTF-8 as they are: RAW:2",
        ],
      );
    }
  },
);
