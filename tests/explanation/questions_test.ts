/** Questions that users of supervisors ask, of prepared trees in virtual time; the answers are in `questions.txt`. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { painter } from "../../lib/cli/render/paint.ts";
import { test } from "../harness/test.ts";
import { ABOUT_ENDS } from "./questions/about_ends.ts";
import { ABOUT_RESTARTS } from "./questions/about_restarts.ts";
import { ABOUT_WAITING } from "./questions/about_waiting.ts";
import { ABOUT_WORK } from "./questions/about_work.ts";
import { answerTo, type Question } from "./questions/question.ts";

const QUESTIONS = [...ABOUT_WAITING, ...ABOUT_RESTARTS, ...ABOUT_ENDS, ...ABOUT_WORK];

const FILE = new URL("questions.txt", import.meta.url);

test("questions: each is answered as written down, in under 25 lines of 80 columns", () => {
  assert.ok(QUESTIONS.length >= 40);
  const told = QUESTIONS.map((question) => `## ${question.asks} (${question.of})\n\n${answerTo(question)}\n`);
  for (const one of told) {
    assert.ok(one.split("\n").length < 25 + 3, one);
    for (const line of one.split("\n").slice(2)) assert.ok(line.length <= 80, line);
  }
  const all = told.join("\n");
  if (process.env["UPDATE"] === "1") writeFileSync(FILE, all);
  assert.equal(all, readFileSync(FILE, "utf8"));
});

test("questions: colours change nothing but colours", () => {
  for (const question of QUESTIONS) {
    // deno-lint-ignore no-control-regex
    const bare = answerTo(question, painter(true)).replaceAll(/\x1b\[\d+m/g, "");
    assert.equal(bare, answerTo(question));
  }
});

/** Thirty daemons, and one that needs all of them. */
const CROWD = Array.from(
  { length: 30 },
  (_, nth) => `[actors.a${nth}]\nexec = "a"\ndaemon = true\nrestart = "never"\n`,
)
  .concat(
    `[actors.last]\nexec = "b"\ndaemon = true\ndepends_on = ${
      JSON.stringify(Array.from({ length: 30 }, (_, nth) => `a${nth}`))
    }\n`,
  ).join("\n");

test("questions: pages about a crowd name some, say how many more there are, and are no longer than others", () => {
  const befell: Question["befell"] = (world) => {
    for (let nth = 0; nth < 30; nth++) world.script(`a${nth}`, { spawn: "silent" });
    world.begin();
    world.advance(1_000);
  };
  const failed: Question["befell"] = (world) => {
    world.script("a0", { spawn: "silent" });
    world.begin();
    for (let nth = 1; nth < 30; nth++) world.exits(`a${nth}`, 1);
    world.advance(1_000);
  };
  for (const [one, path] of [[befell, ""], [befell, "last"], [failed, ""]] as const) {
    const page = answerTo({ asks: "", of: "", toml: CROWD, befell: one, path });
    assert.ok(page.split("\n").length < 25, page);
    assert.match(page, /and \d+ more/);
  }
});
