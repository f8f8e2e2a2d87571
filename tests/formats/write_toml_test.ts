import assert from "node:assert/strict";
import { getStaticTOMLValue, parseTOML } from "toml-eslint-parser";
import { seeded } from "../../lib/base/chance.ts";
import { addActor, draftTree, type DraftValue } from "../../lib/formats/draft.ts";
import { writeToml } from "../../lib/formats/write_toml.ts";
import { test } from "../harness/test.ts";

const TEXTS = [
  "",
  "a b",
  "it's",
  'say "x"',
  "back\\slash",
  "'\"\\",
  "tab\t",
  "line\nline",
  "\u007f\u0001",
  "\u{1f600}",
  "# no",
];

function randomValue(random: () => number, depth: number): DraftValue {
  const pick = Math.floor(random() * (depth === 0 ? 3 : 5));
  if (pick === 0) return TEXTS[Math.floor(random() * TEXTS.length)]!;
  if (pick === 1) return Math.floor(random() * 1_000);
  if (pick === 2) return random() < 0.5;
  const items = Array.from({ length: Math.floor(random() * 4) }, () => randomValue(random, depth - 1));
  return pick === 3
    ? items
    : Object.fromEntries(items.map((item, index) => [`${TEXTS[index + 1]}${index}`, item]));
}

test("toml: whatever a draft holds is read again as it is", () => {
  for (let seed = 1; seed <= 2_000; seed++) {
    const random = seeded(seed);
    const draft = draftTree();
    const expected: Record<string, unknown> = {};
    const value = randomValue(random, 3);
    draft.keys.set("value", value);
    draft.comments.push("a comment\nof two lines\u0001");
    expected["value"] = value;
    const actor = addActor(draft, "web");
    const inner = randomValue(random, 2);
    actor.keys.set("odd key", inner);
    actor.notes.set("odd key", "why\nso");
    expected["actors"] = { web: { "odd key": inner } };
    const text = writeToml(draft, ["made for a test"]);
    assert.deepEqual(getStaticTOMLValue(parseTOML(text)), expected, `seed ${seed}:\n${text}`);
  }
});

test("draft: every actor has a name that it can have, and none has that of another", () => {
  const draft = draftTree();
  const names = ["web", "web", "a b/c", "---", "web"].map((name) => addActor(draft, name).name);
  assert.deepEqual(names, ["web", "web-2", "a-b-c", "actor", "web-3"]);
});
