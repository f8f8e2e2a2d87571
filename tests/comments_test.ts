/** Comments name their subject first, and say nothing in riddles. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "./harness/test.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** Words that stand for a subject which the reader has to guess. */
const RIDDLE = /^(?:What|Who|Whoever|Whatever|Whichever|Whose|Of which)\b/;

const PHRASES = /\b(?:be it|as good as|whoever|of which that)\b/i;

/** A block of a comment, or lines of comments that follow each other. */
const COMMENT = /\/\*\*[^]*?\*\/|(?:^[ \t]*\/\/.*\n?)+/gm;

interface Comment {
  readonly line: number;
  readonly text: string;
}

function commentsOf(source: string): readonly Comment[] {
  return [...source.matchAll(COMMENT)].map(({ 0: comment, index }) => ({
    line: source.slice(0, index).split("\n").length,
    text: comment
      // Code of an example is no sentence.
      .replace(/```[^]*?```/g, "")
      .replace(/^[ \t]*(?:\/\*\*|\*\/|\*|\/\/) ?/gm, "")
      .replace(/\*\/$/, "")
      // A tag is the beginning of its sentence: `@returns What it has found.`
      .replace(/(^|\s)@(\w+)/g, ". $2")
      .replace(/\s+/g, " ")
      .trim(),
  }));
}

function isRiddle(sentence: string): boolean {
  return (RIDDLE.test(sentence) && !sentence.endsWith("?")) || PHRASES.test(sentence);
}

function sources(): readonly string[] {
  const files = readdirSync(join(ROOT, "lib"), { recursive: true, encoding: "utf8" });
  return ["mod.ts", "cli.ts", ...files.filter((file) => file.endsWith(".ts")).map((file) => `lib/${file}`)];
}

test("comments: every sentence begins with its subject", () => {
  const found = sources().flatMap((file) =>
    commentsOf(readFileSync(join(ROOT, file), "utf8")).flatMap(({ line, text }) =>
      text.split(/(?<=[.!?:]) /).filter(isRiddle).map((sentence) => `${file}:${line}: ${sentence}`)
    )
  );
  assert.equal(found.join("\n"), "");
});
