import assert from "node:assert/strict";
import { ExitCode } from "../../lib/base/exit_code.ts";
import { VERSION } from "../../lib/base/version.ts";
import { main } from "../../lib/cli/main.ts";
import type { Host } from "../../lib/host/ports/host.ts";
import type { Output, Program } from "../../lib/host/ports/program.ts";
import { test } from "../harness/test.ts";

/** What a command line comes to where there is no host: what is refused must be refused before one is opened. */
async function called(args: readonly string[], environment: Record<string, string> = {}, isTerminal = false) {
  const written = { stdout: "", stderr: "" };
  const output = (name: "stdout" | "stderr"): Output => ({
    isTerminal,
    isPipe: false,
    isRead: true,
    columns: 80,
    rows: 24,
    write: (text) => {
      written[name] += text;
      return Promise.resolve();
    },
  });
  const program = {
    args,
    environment,
    stdout: output("stdout"),
    stderr: output("stderr"),
  } as unknown as Program;
  const open = () => Promise.reject<Host>(new Error("no host here"));
  const code = await main({ openHost: open, openClientHost: open }, program);
  return { code, ...written };
}

test("main: without a command, and with help, it lists the commands", async () => {
  const { code, stdout, stderr } = await called([]);
  assert.equal(code, ExitCode.done);
  assert.match(stdout, /^supervise runs trees of processes/);
  assert.equal(stderr, "");
  for (const args of [["help"], ["--help"], ["-h"]]) {
    assert.deepEqual(await called(args), { code, stdout, stderr });
  }
});

test("main: a command's help can be had in every way, also among other words", async () => {
  const expected = await called(["help", "up"]);
  assert.match(expected.stdout, /^Usage: supervise up \[options\] \[FILE\]\n/);
  for (
    const args of [["up", "--help"], ["up", "-h"], ["up", "-dh"], ["up", "x", "y", "z", "-h", "--nonsense"]]
  ) {
    assert.deepEqual(await called(args), expected, args.join(" "));
  }
});

test("main: a word behind two dashes is never an option", async () => {
  for (const word of ["-h", "--help", "--json"]) {
    const { stdout, stderr } = await called(["start", "--", word]);
    assert.equal(stdout, "");
    assert.match(stderr, /no host here/);
  }
});

test("main: the version is printed", async () => {
  for (const option of ["--version", "-V"]) {
    assert.equal((await called([option])).stdout, `supervise ${VERSION}\n`);
  }
});

test("main: a mistake is told on stderr with its name and what to do", async () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [["pss"], 'error[usage/unknown-command]: There is no command "pss"\nhint: did you mean "ps"?\n'],
    [
      ["frobnicate"],
      'error[usage/unknown-command]: There is no command "frobnicate"\nhint: `supervise help` lists the commands\n',
    ],
    [
      ["help", "lgos"],
      'error[usage/unknown-topic]: There is no command, error or key "lgos", did you mean "logs"?\n' +
      "hint: `supervise help` lists the commands\n",
    ],
    [["down", "x"], 'error[usage/words]: too many words for "down"\nhint: supervise down\n'],
    [["check", "a", "b"], 'error[usage/words]: too many words for "check"\nhint: supervise check [FILE]\n'],
    [
      ["ps", "--falt"],
      'error[usage/unknown-option]: There is no option "--falt"\nhint: did you mean "--flat"?\n',
    ],
  ];
  for (const [args, expected] of cases) {
    assert.deepEqual(await called(args), { code: ExitCode.usage, stdout: "", stderr: expected });
  }
});

test("main: a mistake is told on stdout too if JSON is asked for, wherever that stands", async () => {
  const error = {
    name: "usage/unknown-option",
    message: 'There is no option "-x"',
    hint: "--help lists the options",
  };
  for (const args of [["ps", "--json", "-x"], ["ps", "-x", "--json"]]) {
    const { stdout, stderr } = await called(args);
    assert.deepEqual(JSON.parse(stdout), { error });
    assert.match(stderr, /^error\[usage\/unknown-option\]/);
  }
});

test("main: colour goes to terminals, unless somebody says no", async () => {
  const isColoured = async (args: readonly string[], environment = {}, isTerminal = true) =>
    (await called([...args, "--nonsense"], environment, isTerminal)).stderr.includes("\x1b[");
  assert.equal(await isColoured(["ps"]), true);
  assert.equal(await isColoured(["ps"], {}, false), false);
  assert.equal(await isColoured(["ps"], { NO_COLOR: "1" }), false);
  assert.equal(await isColoured(["ps"], { NO_COLOR: "" }), true);
  assert.equal(await isColoured(["ps", "--no-color"]), false);
});

test("main: the options of every command stand before the verb, too, by what they mean there", async () => {
  const cases: readonly (readonly [readonly string[], readonly string[]])[] = [
    [["--json", "ps", "--nonsense"], ["ps", "--json", "--nonsense"]],
    [["-f", "dev.toml", "ps", "-x"], ["ps", "-f", "dev.toml", "-x"]],
    [["-fdev.toml", "-qv", "--no-color", "ps", "-x"], ["ps", "-x"]],
    [["--file=dev.toml", "-p", "shop", "logs", "-f", "-x"], ["logs", "-x"]],
    [["-qf", "up", "down", "up"], ["down", "up"]],
    [["-f", "--json", "ps"], ["ps", "--file", "--json"]],
    [["-f", "a", "ps", "-f", "b"], ["ps", "-f", "a", "-f", "b"]],
    [["-q", "pss"], ["pss"]],
    [["-h", "up"], ["up", "-h"]],
    [["--no-color", "help", "up"], ["help", "up"]],
    [["-q"], []],
    [["-p", "shop"], []],
    [["--json"], ["help", "--json"]],
    [["-q", "--version"], ["--version"]],
    [["-Vq", "ps"], ["--version"]],
  ];
  for (const [args, same] of cases) assert.deepEqual(await called(args), await called(same), args.join(" "));
  // Not an error of usage: a host is asked for.
  for (
    const args of [["-f", "dev.toml", "ps"], ["-p", "shop", "logs", "-f"], [
      "-f=x",
      "init",
      "--pid1",
      "--",
      "-f",
    ]]
  ) {
    assert.match((await called(args)).stderr, /no host here/, args.join(" "));
  }
});

test("main: what no command knows is not taken before the verb", async () => {
  const cases: readonly (readonly [readonly string[], string, string])[] = [
    [["--flie", "x", "ps"], 'There is no option "--flie"', 'did you mean "--file"?'],
    [["-x", "ps"], 'There is no option "-x"', "--help lists the options"],
    [
      ["--watch", "ps"],
      'There is no option "--watch" before the command',
      "write it behind the command: `supervise ps --watch`",
    ],
    [
      ["-d", "up"],
      'There is no option "-d" before the command',
      "write it behind the command: `supervise up -d`",
    ],
    [["--json=1", "ps"], "--json takes no value", "write --json, or leave it out"],
    [["-f"], "--file needs a value", "write --file FILE"],
    [["--", "ps"], 'There is no command "--"', "`supervise help` lists the commands"],
  ];
  for (const [args, message, hint] of cases) {
    const { code, stderr } = await called(args);
    assert.equal(code, ExitCode.usage, args.join(" "));
    assert.match(stderr, /^error\[usage\//);
    assert.equal(stderr.slice(stderr.indexOf(": ") + 2), `${message}\nhint: ${hint}\n`);
  }
});

test("main: an error that is not the user's is said to be a bug", async () => {
  const { code, stderr } = await called(["ps"]);
  assert.equal(code, ExitCode.failed);
  assert.match(stderr, /^error: Error: no host here[\s\S]*\nhint: this is a bug in supervise\n$/);
});
