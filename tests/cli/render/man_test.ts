/** The pages of the manual: complete, and read without a complaint by both formatters that there are (mandoc, groff). */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { GLOBAL_OPTIONS } from "../../../lib/cli/command.ts";
import { help } from "../../../lib/cli/help/help_command.ts";
import { loadCommands } from "../../../lib/cli/help/tell_help.ts";
import { commandsPage, languagePage } from "../../../lib/cli/render/man.ts";
import { argument, example, literal, prose, tagged } from "../../../lib/cli/render/roff.ts";
import { languageFacts } from "../../../lib/config/reference/key_facts.ts";
import { isInstalled } from "../../harness/installed.ts";
import { skip, test } from "../../harness/test.ts";

const COMMANDS = await loadCommands(help);
const PAGES: Readonly<Record<string, string>> = {
  "supervise.1": commandsPage(COMMANDS),
  "supervise.toml.5": languagePage(languageFacts()),
};

/** Both formatters, without line breaks of theirs and without marks for bold type. */
const FORMATTERS: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["mandoc", ["-T", "lint", "-W", "all"], ["-T", "ascii", "-O", "width=1000"]],
  ["man", ["--warnings", "-l", "-Tutf8", "-Z"], ["-l"]],
];

for (const [program, lint, print] of FORMATTERS) {
  const name = `manual: ${program} has nothing to complain of, and prints every command, option and key`;
  if (!isInstalled(program)) {
    skip(name, `${program} not installed`);
    continue;
  }
  test(name, async () => {
    const folder = mkdtempSync(join(tmpdir(), "supervise-man-"));
    try {
      const printed: Record<string, string> = {};
      for (const [file, text] of Object.entries(PAGES)) {
        writeFileSync(join(folder, file), `${text}\n`);
        const { code, complaints } = await format(program, [...lint, file], folder);
        assert.deepEqual({ code, complaints }, { code: 0, complaints: "" }, file);
        printed[file] = plain((await format(program, [...print, file], folder)).text);
      }
      requireCommands(printed["supervise.1"]!);
      requireKeys(printed["supervise.toml.5"]!);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

function requireCommands(page: string): void {
  for (const { verb, command } of COMMANDS) {
    assert.ok(page.includes(`   supervise ${verb.name}`), verb.name);
    for (const [line] of command.examples) assert.ok(page.includes(line.replace(/ {2,}/g, " ")), line);
    for (const { name } of [...command.options, ...GLOBAL_OPTIONS]) {
      assert.ok(page.includes(`--${name}`), name);
    }
  }
}

function requireKeys(page: string): void {
  for (const { name, example } of languageFacts().flatMap(({ keys }) => keys)) {
    assert.ok(page.includes(name), name);
    if (example !== null) assert.ok(page.includes(`${name} = ${example}`), `${name} = ${example}`);
  }
}

test("manual: a text is printed as it is typed, and no line of it is a request", () => {
  assert.equal(literal(String.raw`a-b 'c' \d ~/x ^ ${"`"}`), String.raw`a\-b \(aqc\(aq \ed \(ti/x \(ha \(ga`);
  assert.equal(literal(".x"), String.raw`\&.x`);
  assert.equal(prose("Use `a-b`, as in well-known."), String.raw`Use \fBa\-b\fR, as in well-known.`);
  assert.equal(argument('say "x"'), String.raw`"say \(dqx\(dq"`);
  assert.deepEqual(example(["'x", "y"]).slice(3, 5), [String.raw`\(aqx`, "y"]);
  assert.deepEqual(tagged("-x", ["One.", "Two."]), [".TP", String.raw`\fB\-x\fR`, "One.", ".br", "Two."]);
  const long = prose(`${"word ".repeat(14)}.hidden ${"word ".repeat(14)}'quoted`);
  for (const line of long.split("\n")) assert.doesNotMatch(line, /^[.']/);
});

test("manual: the same bytes every time", async () => {
  assert.equal(commandsPage(await loadCommands(help)), PAGES["supervise.1"]);
});

/** Bold type is a letter over itself; a formatter stretches the space between words. */
function plain(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/.\u0008/g, "").replace(/(\S) {2,}/g, "$1 ");
}

function format(program: string, args: readonly string[], cwd: string) {
  const env = { ...process.env, MANWIDTH: "1000", LC_ALL: "C.UTF-8", MAN_KEEP_FORMATTING: "" };
  return new Promise<{ code: number; text: string; complaints: string }>((resolve) =>
    execFile(
      program,
      [...args],
      { cwd, env, maxBuffer: 1e7 },
      (error, text, complaints) =>
        resolve({
          code: error === null ? 0 : 1,
          text,
          complaints: complaints + (args.includes("lint") ? text : ""),
        }),
    )
  );
}
