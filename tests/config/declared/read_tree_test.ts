import assert from "node:assert/strict";
import { test } from "../../harness/test.ts";
import { adviceOf, compileText, problemsOf } from "../compiling.ts";

test("names: letters, digits, _ and - are a name, anything else is not", () => {
  for (const name of ["a", "A-1_b", "0", "-"]) {
    assert.deepEqual(problemsOf(`[actors.${name}]\nexec = "x"`), [], name);
  }
  const cases: [string, string | null][] = [
    ["my app", "write [actors.my-app]"],
    ["a.b", "write [actors.a-b]"],
    ["a/b", "write [actors.a-b]"],
    ["caf\u00e9", "write [actors.cafe]"],
    ["", null],
    ["\u5929", null],
  ];
  for (const [name, hint] of cases) {
    const advice = adviceOf(`[actors."${name}"]\nexec = "x"`);
    assert.deepEqual([advice.message, advice.hint], [`"${name}" cannot be a name`, hint]);
  }
});

test("names: a dot in a header makes a table of its own, and the hint says so", () => {
  const { problems } = compileText("[actors.my.app]\nexec = 'x'");
  assert.match(problems.find(({ name }) => name === "config/unknown-key")?.hint ?? "", /names have no dots/);
});

test("names: one name cannot stand for an actor and a tree of the same supervisor", () => {
  const text = "[actors.a]\nexec = 'x'\n[trees.a.actors.a]\nexec = 'x'";
  assert.deepEqual(problemsOf(text), ['duplicate-name 3:8 "a" is already an actor, on line 1']);
});

test("sections: what is no table is refused with the way to write it", () => {
  const cases: [string, string, string | null][] = [
    ["[actors]\nweb = 'npm start'", "this is a string, not an actor", "write web = { exec = 'npm start' }"],
    ["[[actors]]\nexec = 'x'", '"actors" is a list, not a table', null],
    ["trees.t = 1", "this is an integer, not a tree", null],
    ["defaults = 'x'\nactors.a.exec = 'x'", "this is a string, not a table", null],
  ];
  for (const [text, message, hint] of cases) {
    const advice = adviceOf(text);
    assert.deepEqual([advice.message, advice.hint], [message, hint], text);
  }
});

test("sections: a file without any actor is refused, but not on top of why its actors cannot be read", () => {
  for (const text of ["", "# nothing", "name = 'x'", "[actors]", "[trees.t]"]) {
    assert.deepEqual(problemsOf(text), ["empty 1:1 the file defines no actor"], text);
  }
  assert.deepEqual(problemsOf("[services.web]\ncommand = 'x'"), [
    'unknown-key 1:2 unknown key "services", did you mean "actors"?',
  ]);
});
