/**
 * All names of errors and problems are in one place, each is used, and `docs/errors.md` has them all. `UPDATE=1` writes the
 * page anew.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { CURES } from "../../lib/base/error_cures.ts";
import { ERRORS } from "../../lib/base/error_names.ts";
import { MACHINE_PROBLEMS, PROBLEMS } from "../../lib/base/problem_names.ts";
import { GLOBAL_OPTIONS } from "../../lib/cli/command.ts";
import { help } from "../../lib/cli/help/help_command.ts";
import { HELP_FACTS } from "../../lib/cli/help/help_facts.ts";
import { loadCommands } from "../../lib/cli/help/tell_help.ts";
import { VERBS } from "../../lib/cli/verbs.ts";
import { errorsPage } from "../harness/pages/errors_page.ts";
import { requireGeneratedPart } from "../harness/pages/generated.ts";
import { test } from "../harness/test.ts";

const LIB = new URL("../../lib/", import.meta.url);
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
    .filter((file) =>
      file.endsWith(".ts") && !/^base\/(?:error_names|error_cures|problem_names)\.ts$/.test(file)
    );
  const code = files.map((file) => readFileSync(new URL(file, LIB), "utf8")).join("\n");
  const all = [ERRORS, PROBLEMS, MACHINE_PROBLEMS].flatMap((table) => Object.keys(table));
  assert.deepEqual(all.filter((name) => !code.includes(`"${name}"`)), []);
});

test("error names: a cure names commands and options that there are", async () => {
  const commands = await loadCommands(help);
  const verbs = new Set([HELP_FACTS, ...VERBS].flatMap(({ name, aliases }) => [name, ...aliases]));
  const options = new Set(
    [...GLOBAL_OPTIONS, ...commands.flatMap(({ command }) => command.options)].map(({ name }) => name),
  );
  for (const [error, cure] of Object.entries(CURES)) {
    assert.match(cure, /^[A-Z`-][^]*[.:]?$/, error);
    for (const [, verb] of cure.matchAll(/`supervise (\w+)/g)) {
      assert.ok(verbs.has(verb!), `${error}: ${verb}`);
    }
    for (const [, option] of cure.matchAll(/(?<!unshare )--([a-z-]+)/g)) {
      assert.ok(options.has(option!), `${error}: --${option}`);
    }
  }
});

test("error names: the page has them all", async () => {
  await requireGeneratedPart("docs/errors.md", errorsPage());
});
