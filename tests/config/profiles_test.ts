/** Profiles: what starts by itself under which of them, and what is refused. */
import assert from "node:assert/strict";
import { profilesFor } from "../../lib/config/profiles.ts";
import type { NodeId } from "../../lib/config/plan.ts";
import { test } from "../harness/test.ts";
import { adviceOf, compileText, planOf, problemsOf, treeOf } from "./compiling.ts";

const TEXT = `
[actors.web]
exec = "web"
daemon = true
[actors.shell]
exec = "shell"
profiles = ["debug", "dev"]
[actors.byhand]
exec = "x"
autostart = false
profiles = ["dev"]
[trees.tools]
profiles = ["dev"]
[trees.tools.actors.a]
exec = "a"
daemon = true
[trees.tools.actors.b]
exec = "b"
profiles = ["debug"]
`;

function startedWith(profiles: readonly string[], text = TEXT): string {
  const { nodes } = planOf(text, { profiles });
  return nodes.slice(1).filter(({ autostart }) => autostart).map(({ path }) => path).join(" ");
}

test("profiles: what names some starts only when one of them is active, and a tree's are those of all in it", () => {
  const cases: [string[], string][] = [
    [[], "web tools/a"],
    [["debug"], "web shell tools/a tools/b"],
    [["dev"], "web shell tools tools/a"],
    [["dev", "debug"], "web shell tools tools/a tools/b"],
    [["*"], "web shell tools tools/a tools/b"],
  ];
  for (const [profiles, started] of cases) assert.equal(startedWith(profiles), started, profiles.join());
  assert.equal(startedWith([], "[actors.a]\nexec = 'x'\nprofiles = []"), "a");
});

test("profiles: a tree in which no daemon starts has an end of its own", () => {
  const text =
    "[trees.t.actors.job]\nexec = 'x'\n[trees.t.actors.server]\nexec = 'x'\ndaemon = true\nprofiles = ['p']";
  for (const [profiles, daemon, restart] of [[[], false, "never"], [["p"], true, "always"]] as const) {
    const tree = treeOf(text, "t", { profiles });
    assert.deepEqual([tree.daemon, tree.restart], [daemon, restart]);
  }
  const waits = `${text}\n[actors.after]\nexec = 'x'\ndepends_on = { t = 'completed' }`;
  assert.deepEqual(problemsOf(waits, { profiles: [] }), []);
  assert.deepEqual(problemsOf(waits, { profiles: ["p"] }), [
    'never-completes 9:16 "t" is never completed: it holds a daemon',
  ]);
});

test("profiles: [defaults] hand them down, and an actor has its own over them", () => {
  const text = "[defaults]\nprofiles = ['p']\n[actors.a]\nexec = 'x'\n[actors.b]\nexec = 'x'\nprofiles = []";
  assert.equal(startedWith([], text), "b");
  assert.equal(startedWith(["p"], text), "a b");
});

test("profiles: what starts cannot depend on what is not started", () => {
  const text = (own: string) => `${TEXT}\n[actors.x]\nexec = 'x'\n${own}\n`;
  assert.deepEqual(adviceOf(text("depends_on = ['shell']")), {
    message: '"shell" is not started: it is for the profiles "debug", "dev", none of which is active',
    expected: null,
    hint: 'write --profile debug, or give "x" the same profile',
  });
  assert.deepEqual(problemsOf(text("depends_on = ['tools/a']")), [
    'inactive-dependency 23:15 "tools/a" is not started: its tree "tools" is for the profile "dev", which is not active',
  ]);
  const fine = [
    text("depends_on = ['shell']\nprofiles = ['debug']"),
    text("depends_on = ['shell']\nprofiles = ['nobodys']"),
    text("depends_on = ['web']"),
  ];
  for (const one of fine) assert.deepEqual(problemsOf(one), []);
  assert.deepEqual(problemsOf(text("depends_on = ['shell']"), { profiles: ["dev"] }), []);
  assert.deepEqual(
    problemsOf(text("depends_on = ['tools']\nprofiles = ['debug']"), { profiles: ["debug"] }),
    [
      'inactive-dependency 23:15 "tools" is not started: it is for the profile "dev", which is not active',
    ],
  );
});

test("profiles: one that nothing has is told with the nearest name, and is no error", () => {
  const { plan, problems } = compileText(TEXT, { profiles: ["debgu", "dev", "*"] });
  assert.deepEqual(plan?.profiles, ["debgu", "dev", "*"]);
  assert.deepEqual(problems, [{
    name: "config/unknown-profile",
    severity: "warning",
    file: "/srv/shop/supervise.toml",
    line: 0,
    column: 0,
    length: 1,
    message: 'nothing has the profile "debgu", did you mean "debug"?',
    expected: null,
    hint: null,
  }]);
});

test("profiles: names are checked, and there is a list of them", () => {
  const at = (value: string) => problemsOf(`[actors.a]\nexec = 'x'\nprofiles = ${value}`);
  for (const name of ["a", "A.b-c_9", "0"]) assert.deepEqual(at(`['${name}']`), []);
  for (const name of ["", "a b", "-a", ".a", "*", "a,b", "a".repeat(201)]) {
    assert.match(at(`['${name}']`)[0]!, /^bad-name 3:13 .* cannot be the name of a profile$/, name);
  }
  assert.deepEqual(at("'debug'"), ["wrong-type 3:12 this is a string, not a list"]);
});

test("profiles: what has to be active for something to start", () => {
  const plan = planOf(TEXT, { profiles: ["debug"] });
  const cases: [string, string[]][] = [
    ["web", []],
    ["shell", []],
    ["tools", ["dev"]],
    ["tools/a", ["dev"]],
    ["tools/b", ["dev"]],
  ];
  for (const [path, profiles] of cases) assert.deepEqual(profilesFor(plan, [path as NodeId]), profiles, path);
});
