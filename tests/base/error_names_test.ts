/**
 * All names of errors and problems are in one place, each is used, and `docs/errors.md` has them all. `UPDATE=1` writes the
 * page anew.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { ERRORS } from "../../lib/base/error_names.ts";
import { MACHINE_PROBLEMS, PROBLEMS } from "../../lib/base/problem_names.ts";
import { test } from "../harness/test.ts";

const LIB = new URL("../../lib/", import.meta.url);
const PAGE = new URL("../../docs/errors.md", import.meta.url);
const BEGIN = "<!-- made of lib/base/error_names.ts and problem_names.ts -->\n";
const END = "\n<!-- until here -->";

function rows(table: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(table).toSorted(([a], [b]) => a < b ? -1 : 1).map(([name, doc]) =>
    `| \`${name}\` | ${doc.replaceAll("|", "\\|")} |`
  );
}

function page(): string {
  const problems = Object.fromEntries(
    Object.entries(PROBLEMS).map(([name, { doc, severity }]) => [
      name,
      severity === "warning" ? `(warning) ${doc}` : doc,
    ]),
  );
  const head = ["| name | means |", "| --- | --- |"];
  return [
    ...["## Errors of commands", "", ...head, ...rows(ERRORS), ""],
    ...["## Problems of a configuration", "", ...head, ...rows(problems), ""],
    ...["## Problems of a configuration on this machine", "", ...head, ...rows(MACHINE_PROBLEMS)],
  ].join("\n");
}

test("error names: no name stands for two things, and each is a sentence", () => {
  const all = [ERRORS, PROBLEMS, MACHINE_PROBLEMS].flatMap((table) => Object.keys(table));
  assert.equal(new Set(all).size, all.length);
  for (const name of all) assert.match(name, /^[a-z]+(-[a-z]+)*(\/[a-z0-9]+(-[a-z0-9]+)*)?$/);
  for (const doc of [...Object.values(ERRORS), ...Object.values(MACHINE_PROBLEMS)]) {
    assert.match(doc, /^[A-Z].*\.$/);
  }
});

test("error names: each is used", () => {
  const files = readdirSync(LIB, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !/^base\/(?:error|problem)_names\.ts$/.test(file));
  const code = files.map((file) => readFileSync(new URL(file, LIB), "utf8")).join("\n");
  const all = [ERRORS, PROBLEMS, MACHINE_PROBLEMS].flatMap((table) => Object.keys(table));
  assert.deepEqual(all.filter((name) => !code.includes(`"${name}"`)), []);
});

test("error names: the page has them all", () => {
  const text = readFileSync(PAGE, "utf8");
  const [start, end] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)];
  if (process.env["UPDATE"] !== undefined) {
    writeFileSync(PAGE, `${text.slice(0, start)}\n${page()}\n${text.slice(end)}`);
    return;
  }
  // Columns are as wide as their widest cell, which the formatter sees to.
  const plain = (table: string) => table.replace(/ +\|/g, " |").replace(/-+ \|/g, "- |").trim();
  assert.equal(plain(text.slice(start, end)), plain(page()), "run this test with UPDATE=1, and deno fmt");
});
