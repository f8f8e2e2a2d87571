/** Hostile output: what an actor prints, is called or says of itself must not act upon the terminal that shows it. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { e2e, type Sandbox, SUPERVISE } from "../harness/supervise.ts";

const ON_TERMINAL = fileURLToPath(new URL("../harness/on_terminal.py", import.meta.url));

/** A title, the clipboard, a cleared screen, a question to the terminal, other keys, a bell, and a red that never ends. */
const HOSTILE = String
  .raw`\033]0;PWNED\007\033]52;c;cm0gLXJm\007\033[2J\033[H\033[6n\033P+q544e\033\\\033[>4;2m\302\2332J\007\033c\033[31mred`;

/** All that a terminal would act upon, but for colours and what supervise itself draws with. */
// deno-lint-ignore no-control-regex
const ACTED_UPON = /\x1b(?!\[[\d;]*m)|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]/;

/** What a command shows on a terminal; colours are wanted. */
async function onTerminal(sandbox: Sandbox, ...args: readonly string[]): Promise<string> {
  const done = await sandbox.run(["python3", ON_TERMINAL, ...SUPERVISE, ...args], { NO_COLOR: "" }).done;
  assert.equal(done.code, 0, done.stderr);
  return done.stdout.replaceAll("\r\n", "\n");
}

/** What supervise draws on a terminal itself: a line that is drawn over. */
function withoutOwn(text: string): string {
  return text.replaceAll("\r\x1b[K", "");
}

e2e("hostile output: on a terminal only colours pass, each for its own line", async (sandbox) => {
  sandbox.config(`actors.bad.shell = '''printf '${HOSTILE}\\nnext\\n' '''`);
  const up = await onTerminal(sandbox, "up");
  const logs = await onTerminal(sandbox, "logs");
  for (const shown of [up, logs]) {
    assert.doesNotMatch(withoutOwn(shown), ACTED_UPON, JSON.stringify(shown));
    // deno-lint-ignore no-control-regex
    assert.match(shown, /\ufffd2J\ufffd\x1b\[31mred\x1b\[0m\n/);
    assert.doesNotMatch(shown, /PWNED|cm0g/);
  }
}, ["python3"]);

e2e("hostile output: --raw lets all of it pass, and so does what is no terminal", async (sandbox) => {
  sandbox.config(`actors.bad.shell = '''printf '${HOSTILE}\\n' '''`);
  const whole = "\x1b]0;PWNED\x07\x1b]52;c;cm0gLXJm\x07\x1b[2J\x1b[H\x1b[6n";
  assert.ok((await onTerminal(sandbox, "up", "--raw")).includes(whole));
  assert.ok((await onTerminal(sandbox, "logs", "--raw")).includes(whole));
  assert.ok((await sandbox.supervise("logs")).stdout.includes(whole));
  assert.ok((await sandbox.supervise("up")).stdout.includes(whole));
}, ["python3"]);

e2e("hostile output: JSON on a terminal has no controls, and says what was printed", async (sandbox) => {
  sandbox.config(`actors.bad.shell = '''printf '${HOSTILE}\\n' '''`);
  await sandbox.supervise("up");
  const shown = (await onTerminal(sandbox, "logs", "--json")).split("\n")[0]!;
  assert.doesNotMatch(shown, ACTED_UPON);
  assert.deepEqual(JSON.parse(shown), JSON.parse((await sandbox.supervise("logs", "--json")).stdout));
  assert.match(JSON.parse(shown).line, /PWNED/);
}, ["python3"]);

e2e(
  "hostile output: nor do command lines, errors and results of actors act upon a terminal",
  async (sandbox) => {
    const hostile = "\\x1b]0;PWNED\\x07\\x1b[2J\\x9b2J\\x1b[31mred";
    sandbox.write(
      "bad.ts",
      `
    export function fail() { throw new Error("${hostile}\\nsecond\\rline"); }
    export function say() { return "${hostile}"; }
    export default async function () { await new Promise(() => {}); }
    `,
    );
    sandbox.config(`
    [actors.bad]
    module = "bad.ts"
    stop.grace = "100ms"
    daemon = true
    [actors.odd]
    exec = ["/bin/sh", "-c", "exec sleep 1000", "\\u001b]0;PWNED\\u0007\\u001b[2J"]
    daemon = true
    [actors.crash]
    shell = "exit 3"
    restart = "never"
    autostart = false
  `);
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    for (
      const args of [
        ["call", "bad", "say"],
        ["call", "bad", "fail"],
        ["call", "bad", "\x1b]0;PWNED\x07"],
        ["call", "\x1b]0;PWNED\x07", "say"],
        ["ps"],
        ["ps", "\x1b[2J"],
        ["status", "**"],
        ["events"],
        ["plan"],
        ["check", "\x1b]0;PWNED\x07.toml"],
        ["ls"],
        ["-p", "\x9b2J", "ps"],
        ["\x1b[2J"],
        ["down", "-v"],
      ]
    ) {
      const shown = await onTerminal(sandbox, ...args);
      assert.doesNotMatch(withoutOwn(shown), ACTED_UPON, `${JSON.stringify(args)}: ${JSON.stringify(shown)}`);
    }
  },
  ["python3"],
);
