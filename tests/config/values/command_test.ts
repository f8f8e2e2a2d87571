import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { actorOf, adviceOf, problemsOf } from "../compiling.ts";

const environment = { HOME: "/home/me", SPACED: "a b" };

function argvOf(lines: string): readonly string[] {
  return actorOf(`[actors.a]\n${lines}`, "a", { environment }).argv;
}

test("commands: exec, shell and script become what is spawned", () => {
  const cases: [string, string[]][] = [
    ["exec = 'postgres -D data'", ["postgres", "-D", "data"]],
    ["exec = ['postgres', '-D', 'a b']", ["postgres", "-D", "a b"]],
    ["exec = './bin/api --root ./www'", ["/srv/shop/bin/api", "--root", "./www"]],
    ["exec = '../api'", ["/srv/api"]],
    ["exec = '${env:HOME}/api'", ["/home/me/api"]],
    ["exec = 'echo ${env:SPACED}'", ["echo", "a b"]],
    ["exec = ['echo', 'x${env:SPACED}']", ["echo", "xa b"]],
    ["exec = 'a b'\nargs = ['c d', '${env:SPACED}']", ["a", "b", "c d", "a b"]],
    ["shell = 'a | b > $OUT'", ["/bin/sh", "-c", "a | b > $OUT"]],
    ["shell = 'echo \"$1\"'\nargs = ['x y']", ["/bin/sh", "-c", 'echo "$1"', "sh", "x y"]],
    ["script = 'tool.ts'\nargs = ['-v']", ["/usr/bin/supervise", "script", "/srv/shop/tool.ts", "-v"]],
  ];
  for (const [lines, argv] of cases) assert.deepEqual(argvOf(lines), argv, lines);
});

test("commands: a shell actor is stopped as a group, unless the file says otherwise", () => {
  const toOf = (lines: string) => actorOf(`[actors.a]\n${lines}`, "a").stop.to;
  assert.equal(toOf("shell = 'a'"), "group");
  assert.equal(toOf("shell = 'a'\nstop.to = 'process'"), "process");
  assert.equal(toOf("exec = 'a'"), "process");
});

test("commands: an actor runs exactly one", () => {
  assert.deepEqual(problemsOf("[actors.a]\nargs = ['x']"), [
    'missing-command 1:9 the actor "a" does not say what to run',
  ]);
  assert.deepEqual(problemsOf("[actors.a]\nshell = 'x'\nexec = 'x'\nscript = 'x'"), [
    'two-commands 3:1 "shell" already says what "a" runs',
    'two-commands 4:1 "shell" already says what "a" runs',
  ]);
});

test("commands: an empty one is refused, also where only a variable is empty", () => {
  const cases = [
    "exec = ''",
    "exec = ' '",
    "exec = []",
    "exec = ['', 'x']",
    "exec = '${env:E:-}'",
    "shell = ' '",
  ];
  for (const line of cases) assert.match(problemsOf(`[actors.a]\n${line}`).join(), /^empty-command 2:/, line);
});

test("commands: quotes that do not match are told at the quote, behind escapes of TOML too", () => {
  const cases: [string, string][] = [
    [`exec = "echo 'a"`, "unbalanced-quote 2:14 this ' is never closed"],
    [`exec = "echo \\"a"`, 'unbalanced-quote 2:14 this " is never closed'],
    [`exec = "\\u0065cho 'a"`, "unbalanced-quote 2:19 this ' is never closed"],
    [`exec = 'echo \\'`, "unbalanced-quote 2:14 nothing follows this backslash"],
  ];
  for (const [line, problem] of cases) assert.deepEqual(problemsOf(`[actors.a]\n${line}`), [problem], line);
});

test("commands: shell syntax is warned of with the way to have a shell at that place", () => {
  const cases: [string, string, string][] = [
    ["exec = 'a | b'", "shell-syntax 2:11", 'shell = "..."'],
    ["exec = 'x'\nready = { exec = 'a && b' }", "shell-syntax 3:21", 'exec = ["/bin/sh", "-c", "..."]'],
    ["exec = 'x'\nstop.command = 'a; b'", "shell-syntax 3:18", 'command = ["/bin/sh", "-c", "..."]'],
  ];
  for (const [lines, place, instead] of cases) {
    const text = `[actors.a]\n${lines}`;
    assert.ok(problemsOf(text)[0]?.startsWith(place), problemsOf(text).join());
    assert.ok(adviceOf(text).hint?.includes(instead), lines);
  }
});

test("commands: $NAME is warned of where nothing replaces it, and not where a program does", () => {
  const warned = [
    "exec = 'echo $X'",
    "exec = ['echo', '${X}']",
    "exec = 'a'\nargs = ['$X']",
    "shell = 'a'\nargs = ['$X']",
    "exec = 'a'\nstop.command = 'kill $MAINPID'",
    "exec = 'a'\nready.exec = ['test', '$X']",
  ];
  for (const lines of warned) {
    assert.match(problemsOf(`[actors.a]\n${lines}`).join(), /^variable-in-exec /, lines);
  }
  const fine = [
    "exec = ['/bin/sh', '-c', 'echo $X']",
    "exec = 'bash -c \"echo $X\"'",
    "exec = \"awk '{ print $NF }'\"",
    "shell = 'echo $X'",
    "exec = 'echo \\$X'",
    "exec = 'echo ${env:HOME} $1 $'",
  ];
  for (const lines of fine) assert.deepEqual(problemsOf(`[actors.a]\n${lines}`, { environment }), [], lines);
  assert.equal(
    adviceOf("[actors.a]\nexec = 'echo ${X}'").hint,
    "write ${env:X}, or have a shell run the command",
  );
});

test("placeholders: they work in every string and are told with their place", () => {
  const text = `name = "\${env:NAME:-shop}"
strategy = "\${env:STRATEGY:-one_for_all}"
[actors.a]
exec = "x"
stop = { grace = "\${env:GRACE:-3s}", signal = "\${env:SIG:-INT}" }
ready = { tcp = "\${env:HOST:-localhost}:\${env:PORT:-80}" }
depends_on = ["\${env:DB:-b}"]
env = { SELF = "\${supervise}", DIR = "\${dir}", TEXT = "$\${dir} $HOME" }
[actors.b]
exec = "x"`;
  const { stop, ready, dependsOn, env } = actorOf(text, "a");
  assert.deepEqual([stop.graceMs, stop.signal, dependsOn], [3_000, "SIGINT", [{
    on: "b",
    condition: "completed",
  }]]);
  assert.deepEqual(ready?.probe, { type: "tcp", host: "localhost", port: 80 });
  assert.deepEqual(env, { SELF: "/usr/bin/supervise", DIR: "/srv/shop", TEXT: "${dir} $HOME" });
  assert.deepEqual(problemsOf('actors.a.exec = "\\u0078 ${env:A} ${env:B:?needed by a}"'), [
    'unset-variable 1:25 the variable "A" is not set',
    'unset-variable 1:34 the variable "B" is not set: needed by a',
  ]);
});
