/** Completions in the real shells, with the names of a tree that runs. */
import assert from "node:assert/strict";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { e2e, type Sandbox, SUPERVISE } from "../harness/supervise.ts";

const IN_SHELL = fileURLToPath(new URL("../harness/complete_in_shell.py", import.meta.url));

const TREE = `
  name = "shop"
  [actors.web]
  exec = "sleep 600"
  daemon = true
  replicas = 2
  [actors.calculator]
  module = "./calculator.ts"
  daemon = true
  [actors.extra]
  exec = "sleep 600"
  profiles = ["dev"]
  [trees.pool.actors.queue]
  exec = "sleep 600"
  daemon = true
`;

const MODULE = `
  export const add = (a: number, b: number) => a + b;
  export async function* countTo(n: number) { for (let i = 1; i <= n; i++) yield i; }
`;

/** What is typed before a TAB, and the line behind it. */
const LINES: readonly (readonly [string, string])[] = [
  ["supervise compl", "supervise completions "],
  ["supervise ps --fl", "supervise ps --flat "],
  ["supervise ps cal", "supervise ps calculator "],
  ["supervise status pool/", "supervise status pool/queue "],
  ["supervise call calculator co", "supervise call calculator countTo "],
  ["supervise up --profile d", "supervise up --profile dev "],
  ["supervise wait --for=rea", "supervise wait --for=ready "],
  ["supervise wait --for ready,com", "supervise wait --for ready,completed "],
  ["supervise scale we", "supervise scale web="],
  ["supervise check su", "supervise check supervise.toml "],
  ["supervise ps --file=su", "supervise ps --file=supervise.toml "],
  ["supervise help config/unknown-k", "supervise help config/unknown-key "],
  ["supervise nonsense x", "supervise nonsense x"],
];

/** Starts the tree, with the program under test as `supervise` on the path. */
async function prepare(sandbox: Sandbox): Promise<Readonly<Record<string, string>>> {
  sandbox.write(
    "bin/supervise",
    `#!/bin/sh\nexec ${SUPERVISE.map((word) => `'${word}'`).join(" ")} "$@"\n`,
    0o755,
  );
  sandbox.write("calculator.ts", MODULE);
  sandbox.config(TREE);
  assert.equal((await sandbox.supervise("up", "-d")).code, 0);
  return { PATH: `${sandbox.dir}/bin:${process.env["PATH"]}`, TERM: "xterm", HOME: sandbox.dir };
}

/** The lines that a shell makes of texts and a TAB. */
async function typed(
  sandbox: Sandbox,
  env: Readonly<Record<string, string>>,
  shell: readonly string[],
): Promise<readonly string[]> {
  const texts = JSON.stringify(LINES.map(([text]) => `${text}\t`));
  const done = await sandbox.run(["python3", IN_SHELL, texts, ...shell], env).done;
  assert.equal(done.code, 0, done.stderr);
  return JSON.parse(done.stdout);
}

e2e("completions: bash completes commands, options, values, files and live names", async (sandbox) => {
  const env = await prepare(sandbox);
  const file = sandbox.write(
    "bashrc",
    String.raw`PS1=
eval "$(supervise completions bash)"
show() { printf '\nLINE<%s>\n' "$READLINE_LINE"; READLINE_LINE=; READLINE_POINT=0; }
bind -x '"\C-g": show'
bind 'set bell-style none'
echo READY
`,
  );
  const lines = await typed(sandbox, env, ["bash", "--rcfile", file, "-i"]);
  assert.deepEqual(lines, LINES.map(([, line]) => line));
  assert.equal((await sandbox.supervise("down")).code, 0);
}, ["bash", "python3"]);

e2e("completions: zsh completes commands, options, values, files and live names", async (sandbox) => {
  const env = await prepare(sandbox);
  sandbox.write(
    ".zshrc",
    String.raw`PS1=
autoload -Uz compinit
compinit -u -D
eval "$(supervise completions zsh)"
show() { print -r -- ""; print -r -- "LINE<$BUFFER>"; BUFFER=; }
zle -N show
bindkey '^G' show
print READY
`,
  );
  const lines = await typed(sandbox, { ...env, ZDOTDIR: sandbox.dir }, ["zsh", "-i"]);
  assert.deepEqual(lines, LINES.map(([, line]) => line));
  assert.equal((await sandbox.supervise("down")).code, 0);
}, ["zsh", "python3"]);

/** What shells that can be asked say of a line, each candidate without what it is. */
const ASKED: readonly (readonly [readonly string[], readonly string[]])[] = [
  [["compl"], ["completions"]],
  [["ps", "w"], ["web", "web.1", "web.2"]],
  [["ps", "--fl"], ["--flat"]],
  [["call", "calculator", ""], ["add", "countTo"]],
  [["-p", "sho"], ["shop"]],
  [["wait", "--for=rea"], ["--for=ready"]],
  [["scale", "w"], ["web="]],
];

e2e("completions: fish completes commands, options, values, files and live names", async (sandbox) => {
  const env = await prepare(sandbox);
  const asked = [...ASKED, [["check", "su"], ["supervise.toml"]] as const];
  const script = asked.map(([words]) => `complete -C "supervise ${words.join(" ")}"; echo ==`).join("\n");
  const done = await sandbox.run(
    ["fish", "--no-config", "-c", `supervise completions fish | source\n${script}`],
    env,
  ).done;
  assert.equal(done.stderr, "");
  const found = done.stdout.split("==\n").slice(0, -1).map((part) =>
    part.trim().split("\n").map((line) => line.split("\t")[0]!)
  );
  assert.deepEqual(found, asked.map(([, expected]) => expected));
  assert.equal((await sandbox.supervise("down")).code, 0);
}, ["fish"]);

e2e(
  "completions: nushell completes commands, options, values and live names, and files itself",
  async (sandbox) => {
    const env = await prepare(sandbox);
    const completions = await sandbox.supervise("completions", "nushell");
    sandbox.write("completions.nu", completions.stdout);
    const asked = [...ASKED, [["check", "su"], null] as const];
    const script = [
      "source completions.nu",
      ...asked.map(([words]) =>
        `print (do $env.config.completions.external.completer ${
          JSON.stringify(["supervise", ...words])
        } | to json --raw)`
      ),
    ].join("\n");
    const done = await sandbox.run(["nu", "--no-config-file", "--commands", script], env).done;
    assert.equal(done.stderr, "");
    const found = done.stdout.trim().split("\n").map((line) =>
      (JSON.parse(line) as readonly { value: string }[] | null)?.map(({ value }) => value) ?? null
    );
    assert.deepEqual(found, asked.map(([, expected]) => expected));
    assert.equal((await sandbox.supervise("down")).code, 0);
  },
  ["nu"],
);

e2e(
  "completions: a tree that does not answer, and a file that is broken, are no reason to wait or to talk",
  async (sandbox) => {
    await prepare(sandbox);
    const { pid } = await sandbox.json("ps");
    process.kill(pid, "SIGSTOP");
    try {
      for (const words of [["ps", ""], ["call", "calculator", ""]]) {
        assert.deepEqual(await sandbox.supervise("__complete", ...words), NOTHING, words.join(" "));
      }
    } finally {
      process.kill(pid, "SIGCONT");
    }
    assert.equal((await sandbox.supervise("down")).code, 0);
    sandbox.config("[actors.a\n");
    assert.deepEqual(await sandbox.supervise("__complete", "up", "--only", ""), NOTHING);
    assert.deepEqual(await sandbox.supervise("__complete", "-f", "nowhere.toml", "ps", ""), NOTHING);
  },
);

const NOTHING = { code: 0, signal: null, stdout: "", stderr: "" };
