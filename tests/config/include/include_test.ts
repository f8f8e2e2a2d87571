/** A configuration in several files: what is found, in which order, what it inherits, and what is refused. */
import assert from "node:assert/strict";
import type { ActorSpec } from "../../../lib/config/plan.ts";
import { test } from "../../harness/test.ts";
import { actorOf, adviceOf, compileText, planOf, problemsOf } from "../compiling.ts";

const DIR = "/srv/shop";

function actor(name: string, more = ""): string {
  return `[actors.${name}]\nexec = "./bin/${name}"\n${more}`;
}

function filesOf(files: Readonly<Record<string, string>>): { files: Record<string, string> } {
  return { files: Object.fromEntries(Object.entries(files).map(([name, text]) => [`${DIR}/${name}`, text])) };
}

function pathsOf(text: string, files: Readonly<Record<string, string>>): string {
  return planOf(text, filesOf(files)).nodes.slice(1).map(({ path }) => path).join(" ");
}

test("include: what other files declare stands behind what the file itself declares, in the order of the list", () => {
  const files = {
    "conf.d/20-b.toml": actor("b"),
    "conf.d/10-z.toml": `${actor("z2")}\n${actor("z1")}`,
    "conf.d/3-c.toml": "[trees.c.actors.inner]\nexec = 'x'",
    "conf.d/readme.md": "no TOML",
    "first.toml": actor("first"),
  };
  const text = `include = ["first.toml", "conf.d/*.toml"]\n${actor("own")}`;
  assert.equal(pathsOf(text, files), "own first z2 z1 b c c/inner");
  assert.deepEqual(planOf(text, filesOf(files)).files, [
    "/srv/shop/supervise.toml",
    "/srv/shop/first.toml",
    "/srv/shop/conf.d/10-z.toml",
    "/srv/shop/conf.d/20-b.toml",
    "/srv/shop/conf.d/3-c.toml",
  ]);
});

test("include: an included file may include others, which stand behind its own", () => {
  const files = {
    "a/a.toml": `include = "more/*.toml"\n${actor("a")}`,
    "a/more/x.toml": actor("x"),
    "b.toml": actor("b"),
  };
  assert.equal(pathsOf(`include = ["a/a.toml", "b.toml"]`, files), "a x b");
});

test("include: globs", () => {
  const files = {
    "a.toml": actor("a"),
    "b1.toml": actor("b1"),
    "b2.toml": actor("b2"),
    ".hidden.toml": actor("hidden"),
    ".dots/e.toml": actor("e"),
    "sub/c.toml": actor("c"),
    "sub/deep/d.toml": actor("d"),
    "other/x/c.toml": actor("oc"),
  };
  const found = (pattern: string) => {
    const { plan } = compileText(`include = '${pattern}'\n[actors.own]\nexec = 'x'`, filesOf(files));
    return plan?.nodes.slice(2).map(({ path }) => path).join(" ");
  };
  const cases: [string, string][] = [
    ["b?.toml", "b1 b2"],
    ["./b*.toml", "b1 b2"],
    ["/srv/shop/b*.toml", "b1 b2"],
    ["sub/../b*.toml", "b1 b2"],
    [".*.toml", "hidden"],
    [".dots/*.toml", "e"],
    ["**/c.toml", "oc c"],
    ["**/**/c.toml", "oc c"],
    ["sub/**", "c d"],
    ["sub/**/*.toml", "c d"],
    ["*/c.toml", "c"],
    ["*/*/?.toml", "oc d"],
    ["nowhere/*.toml", ""],
    ["s*", ""],
    ["a.toml/*", ""],
  ];
  for (const [pattern, paths] of cases) assert.equal(found(pattern), paths, pattern);
});

test("include: a glob that matches nothing is fine, and told apart", () => {
  const { problems, unmatched } = compileText(`include = ["a/*.toml", "b/*.toml"]\n${actor("own")}`, {
    ...filesOf({ "b/b.toml": actor("b") }),
  });
  assert.deepEqual([problems, unmatched], [[], ["a/*.toml"]]);
});

test("include: two patterns of one list may match the same file, also by a link; the first says where it stands", () => {
  const files = { "c/a.toml": actor("a"), "c/z.toml": actor("z"), "c/zz.toml": "-> /srv/shop/c/a.toml" };
  assert.equal(pathsOf(`include = ["c/z.toml", "c/*.toml"]`, files), "z a");
});

test("include: paths are relative to the file that names them, and so is the folder to run in", () => {
  const files = {
    "parts/db/db.toml": [
      "[actors.db]",
      'exec = "./run"',
      'ready = { file = "up", interval = "1s" }',
      'stop = { command = "bin/stop" }',
      'args = ["${dir}"]',
      'env_file = "db.env"',
    ].join("\n"),
    "parts/db/db.env": "A=1",
    "linked.toml": "-> /srv/shop/parts/db/db.toml",
  };
  for (const include of ["parts/db/db.toml", "linked.toml"]) {
    const db = actorOf(`include = "${include}"`, "db", filesOf(files));
    const at = `${DIR}/parts/db`;
    assert.deepEqual(
      [db.argv, db.cwd, db.stop.command, db.env, db.ready?.probe],
      [[`${at}/run`, at], at, [`${at}/bin/stop`], { A: "1" }, { type: "file", path: `${at}/up` }],
    );
    assert.deepEqual(db.at, { file: `${at}/db.toml`, line: 1, column: 9 });
  }
});

test("include: what [defaults] name is relative to the file of the [defaults]", () => {
  const text = [
    'include = "parts/*.toml"',
    "[defaults]",
    'stop = { command = "./down" }',
    'ready = { exec = "./ask ${replica}" }',
    'stdin = "in"',
  ].join("\n");
  const files = { "parts/a.toml": actor("a", "replicas = 2") };
  const { stop, ready, stdin, cwd } = actorOf(text, "a.2", filesOf(files));
  assert.deepEqual(
    [stop.command, ready?.probe, stdin, cwd],
    [[`${DIR}/down`], { type: "exec", argv: [`${DIR}/ask`, "2"] }, `${DIR}/in`, `${DIR}/parts`],
  );
});

test("include: a file inherits [defaults], env and env_file of those that include it, and gives nothing back", () => {
  const text = [
    'include = ["a.toml", "b.toml"]',
    "env = { ROOT = 'root', WHO = 'root' }",
    "[defaults]",
    "restart = 'always'",
    "nice = 1",
    "env = { DEFAULT = 'root' }",
    actor("own"),
  ].join("\n");
  const files = {
    "a.toml": [
      "include = 'aa.toml'",
      "env = { WHO = 'a' }",
      "env_file = 'a.env'",
      "defaults = { nice = 2, env = { DEFAULT = 'a' } }",
      actor("a"),
      "[trees.t]",
      "env = { T = 't' }",
      "[trees.t.actors.in]",
      "exec = 'x'",
    ].join("\n"),
    "a.env": "FILE=a\nWHO=file",
    "aa.toml": actor("aa", "env.OWN = 'aa'"),
    "b.toml": actor("b"),
  };
  const of = (path: string): ActorSpec => actorOf(text, path, filesOf(files));
  const cases: [string, number, Record<string, string>][] = [
    ["own", 1, { ROOT: "root", WHO: "root", DEFAULT: "root" }],
    ["a", 2, { ROOT: "root", FILE: "a", WHO: "a", DEFAULT: "a" }],
    ["t/in", 2, { ROOT: "root", FILE: "a", WHO: "a", T: "t", DEFAULT: "a" }],
    ["aa", 2, { ROOT: "root", FILE: "a", WHO: "a", DEFAULT: "a", OWN: "aa" }],
    ["b", 1, { ROOT: "root", WHO: "root", DEFAULT: "root" }],
  ];
  for (const [path, nice, env] of cases) {
    const spec = of(path);
    assert.deepEqual([spec.restart, spec.privileges?.nice, spec.env], ["always", nice, env], path);
  }
});

test("include: actors of all files may depend on each other", () => {
  const files = { "a.toml": actor("a", "depends_on = ['own']"), "b.toml": actor("b", "depends_on = ['a']") };
  const { dependsOn } = actorOf(`include = "*.toml"\n${actor("own")}`, "b", {
    ...filesOf(files),
    file: `${DIR}/supervise.conf`,
  });
  assert.deepEqual(dependsOn, [{ on: "a", condition: "completed" }]);
  const cycle = { "a.toml": actor("a", "depends_on = ['own']") };
  assert.deepEqual(problemsOf(`include = "a.toml"\n${actor("own", "depends_on = ['a']")}`, filesOf(cycle)), [
    "cycle 4:15 nothing of this can start, each waits for the next: own -> a -> own",
  ]);
});

test("include: one name in two files is refused with both places", () => {
  const files = { "a.toml": `\n${actor("web")}`, "b.toml": `[trees.own]\n${actor("web")}` };
  assert.deepEqual(problemsOf(`include = ["a.toml", "b.toml"]\n${actor("own")}`, filesOf(files)), [
    'duplicate-name b.toml:1:8 "own" is already an actor, on line 2 of /srv/shop/supervise.toml',
    'duplicate-name b.toml:2:9 "web" is already an actor, on line 2 of /srv/shop/a.toml',
  ]);
});

test("include: the problems of all files are told in one run, each with its file", () => {
  const files = {
    "a.toml": "[actors.a]\ncomand = 'x'\nrestart = 'no'",
    "b.toml": "\n\n[actors.b\nexec = 'x'",
    "c.toml": "name = 'a'\nname = 'b'",
    "d.toml": actor("d", "depends_on = ['nobody']"),
  };
  assert.deepEqual(problemsOf(`strategy = 'x'\ninclude = "?.toml"`, filesOf(files)), [
    'bad-value 1:12 unknown strategy "x"',
    'unknown-key a.toml:2:1 unknown key "comand", did you mean "exec"?',
    'bad-value a.toml:3:11 unknown restart policy "no", did you mean "never"?',
    "syntax b.toml:3:1 this header is never closed",
    'duplicate-key c.toml:2:1 "name" is already defined on line 1',
  ]);
});

test("include: a problem is underlined in its own file", () => {
  const { problems, texts } = compileText(
    "include = 'a.toml'",
    filesOf({ "a.toml": "\uFEFF[actors.a]\n  nonsense = 1" }),
  );
  const { file, line, column, length } = problems.find(({ name }) => name === "config/unknown-key")!;
  assert.equal(texts.get(file)!.split("\n")[line - 1]!.slice(column - 1, column - 1 + length), "nonsense");
});

test("include: only what is part of a tree can stand in an included file", () => {
  assert.deepEqual(
    adviceOf("include = 'a.toml'", filesOf({ "a.toml": `strategy = "one_for_all"\n${actor("a")}` })),
    {
      message: 'unknown key "strategy"',
      expected: null,
      hint: '"strategy" is a key of the file that includes this one or a nested tree',
    },
  );
  assert.deepEqual(problemsOf("[trees.t]\ninclude = 'x'\n[trees.t.actors.a]\nexec = 'x'"), [
    'unknown-key 2:1 unknown key "include"',
  ]);
});

test("include: cycles are refused and named", () => {
  const at = (name: string) => `${DIR}/${name}`;
  const root = at("supervise.toml");
  const cases: [string, Record<string, string>, string][] = [
    [
      "a.toml",
      { "a.toml": "include = 'b.toml'", "b.toml": "include = 'a.toml'" },
      `b.toml:1:11 a file includes itself: ${at("a.toml")} -> ${at("b.toml")} -> ${at("a.toml")}`,
    ],
    [
      "a.toml",
      { "a.toml": "include = 'supervise.toml'", "supervise.toml": "" },
      `a.toml:1:11 a file includes itself: ${root} -> ${at("a.toml")} -> ${root}`,
    ],
    ["*.toml", { "supervise.toml": "" }, `1:11 a file includes itself: ${root} -> ${root}`],
    [
      "x/loop.toml",
      { "supervise.toml": "", "x/loop.toml": `-> ${root}` },
      `1:11 a file includes itself: ${root} -> ${root}`,
    ],
  ];
  for (const [pattern, files, message] of cases) {
    assert.deepEqual(
      problemsOf(`include = '${pattern}'`, filesOf(files)),
      [`include-cycle ${message}`],
      pattern,
    );
  }
});

test("include: a file that two others include is refused with the other place", () => {
  const files = { "a.toml": "include = 'c.toml'", "b.toml": "\ninclude = 'c.toml'", "c.toml": actor("c") };
  assert.deepEqual(problemsOf("include = ['a.toml', 'b.toml']", filesOf(files)), [
    'included-twice b.toml:2:11 "/srv/shop/c.toml" is already included, on line 1 of /srv/shop/a.toml',
  ]);
});

test("include: what cannot be read is told where it is named, and nothing that follows from it", () => {
  const files = { "sub/x.toml": "", "bad.toml": "-> /srv/shop/gone" };
  const cases: [string, string][] = [
    ["nope.toml", 'include-missing 1:11 cannot read "/srv/shop/nope.toml": there is no such file'],
    ["sub", 'include-missing 1:11 cannot read "/srv/shop/sub": it is a folder'],
    ["*.toml", 'include-missing 1:11 cannot read "/srv/shop/bad.toml": there is no such file'],
    ["~/x.toml", 'bad-value 1:11 no shell replaces the "~" here'],
    ["", "bad-value 1:11 an empty path"],
    ["${env:CONF}/x.toml", 'unset-variable 1:12 the variable "CONF" is not set'],
  ];
  for (const [pattern, message] of cases) {
    const text = `include = '${pattern}'\n${actor("own", "depends_on = ['elsewhere']")}`;
    const [first, ...rest] = problemsOf(text, filesOf(files));
    assert.equal(first, message);
    const isRead = !message.startsWith("include-missing");
    assert.equal(rest.length, isRead ? 1 : 0, pattern);
  }
  assert.deepEqual(problemsOf("include = [5]\n[actors.a]\nexec = 'x'"), [
    "wrong-type 1:12 this is an integer, not a path or a glob",
  ]);
});

test("include: how deep files include each other, and how many there are, is bounded", () => {
  const chain = Object.fromEntries(
    Array.from({ length: 18 }, (_, n) => [`${n}.toml`, `include = '${n + 1}.toml'\n${actor(`a${n}`)}`]),
  );
  assert.deepEqual(problemsOf("include = '0.toml'", filesOf(chain)), [
    "too-deep 15.toml:1:11 files include each other at most 16 levels deep",
  ]);
  const many = Object.fromEntries(
    Array.from({ length: 1_001 }, (_, n) => [`many/${n}.toml`, actor(`a${n}`)]),
  );
  assert.deepEqual(problemsOf("include = 'many/*.toml'", filesOf(many)), [
    "too-many-files 1:11 a configuration has at most 1000 files",
  ]);
});

test("include: files that define no actor are one mistake", () => {
  assert.deepEqual(problemsOf("include = 'a.toml'", filesOf({ "a.toml": "" })), [
    "empty 1:1 neither the file nor what it includes defines an actor",
  ]);
});
