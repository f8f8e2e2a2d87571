/** Questions that users of supervisors ask, of prepared trees in virtual time; the answers are in `questions.txt`. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "../harness/test.ts";
import { ABOUT_ENDS } from "./questions/about_ends.ts";
import { ABOUT_RESTARTS } from "./questions/about_restarts.ts";
import { ABOUT_WAITING } from "./questions/about_waiting.ts";
import { ABOUT_WORK } from "./questions/about_work.ts";
import { answerTo } from "./questions/question.ts";

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
