/** What holds for every command: its help is complete, its options are used, and its examples are right. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Command, GLOBAL_OPTIONS } from "../../lib/cli/command.ts";
import { LINE_KINDS } from "../../lib/simulation/script_text.ts";
import { parseWords, withGlobals } from "../../lib/cli/option.ts";
import { renderCommandHelp, renderHelp } from "../../lib/cli/render/help.ts";
import { painter } from "../../lib/cli/render/paint.ts";
import { VERBS } from "../../lib/cli/verbs.ts";
import { test } from "../harness/test.ts";

const WIDE = { columns: Infinity, paint: painter(false) };
const LIB = fileURLToPath(new URL("../../lib/cli/", import.meta.url));

const COMMANDS = await Promise.all(VERBS.map(async (verb) => ({ verb, command: await verb.load() })));

/** The commands that a file of `commands/` is the code of. */
const COMMANDS_OF: Readonly<Record<string, readonly string[]>> = {
  actions: ["start", "stop", "restart", "reset"],
  ps_watch: ["ps"],
  up_foreground: ["up"],
  up_detached: ["up"],
  up_tree: ["up"],
  down_unanswered: ["down"],
  init_container: ["init"],
  init_project: ["init"],
  install: ["install", "uninstall"],
};

function optionsOf(command: Command) {
  return withGlobals(command.options, GLOBAL_OPTIONS);
}

/** Names of the options that a source file asks for. */
function optionsRead(file: string): ReadonlySet<string> {
  const text = readFileSync(`${LIB}${file}`, "utf8");
  const reads = text.matchAll(/(?:args\.(?:has|text|duration|count|list)|\bhas)\(\s*"([^"]+)"\s*\)/g);
  return new Set([...reads].map((read) => read[1]!));
}

/** The words of an example, as a shell would cut them; what is behind a pipe is another program's. */
function wordsOf(example: string): readonly string[] {
  const words = example.split(" | ")[0]!.match(/'[^']*'|\S+/g)!;
  return words.map((word) => word.replaceAll("'", ""));
}

test("commands: the help lists every command, and every command's help all of its options", () => {
  const help = renderHelp(VERBS, GLOBAL_OPTIONS, WIDE).split("\n");
  for (const { verb, command } of COMMANDS) {
    assert.ok(help.some((line) => line.startsWith(`  ${verb.name} `) && line.endsWith(verb.summary)));
    const own = renderCommandHelp(verb, command, optionsOf(command), WIDE).split("\n");
    assert.equal(own[0], `Usage: supervise ${verb.name} [options] ${command.usage}`.trimEnd());
    for (const { name, short, value, doc } of optionsOf(command)) {
      const flags = `${short === undefined ? "    " : `-${short}, `}--${name}${
        value === undefined ? "" : ` ${value}`
      }`;
      const lines = own.filter((line) => line.trimEnd().endsWith(doc) && line.startsWith(`  ${flags}  `));
      assert.equal(lines.length, 1, `${verb.name} --${name}`);
    }
    for (const text of [...command.about, ...command.examples.map(([line]) => `  ${line} `)]) {
      assert.ok(own.some((line) => line.startsWith(text)), `${verb.name}: ${text}`);
    }
  }
});

test("commands: names, options and letters are unique, and texts have one form", () => {
  const names = VERBS.flatMap((verb) => [verb.name, ...verb.aliases]);
  assert.equal(new Set(names).size, names.length);
  for (const { verb, command } of COMMANDS) {
    const options = optionsOf(command);
    const letters = options.flatMap(({ short }) => short === undefined ? [] : [short]);
    assert.equal(new Set(options.map(({ name }) => name)).size, options.length, verb.name);
    assert.equal(new Set(letters).size, letters.length, verb.name);
    for (const text of [verb.summary, ...options.map(({ doc }) => doc)]) {
      assert.doesNotMatch(text, /\.$/, `${verb.name}: a clause without a full stop`);
    }
    for (const text of command.about) assert.match(text, /[.?]$/, `${verb.name}: whole sentences`);
    assert.ok(command.about.length > 0 && command.examples.length > 0, verb.name);
  }
});

test("commands: every example is a command line that its command takes", () => {
  for (const { verb, command } of COMMANDS) {
    for (const [example] of command.examples) {
      const [program, name, ...words] = wordsOf(example);
      assert.deepEqual([program, name], ["supervise", verb.name], example);
      const parsed = parseWords(words, optionsOf(command));
      const [least, most] = command.words;
      assert.ok(parsed.words.length >= least && parsed.words.length <= most, example);
    }
  }
});

test("commands: what a command asks for is among its options, and what is among them is asked for", () => {
  const shared = new Set(
    ["help", ...["main.ts", "which_tree.ts", "active_profiles.ts"].flatMap((file) => [...optionsRead(file)])],
  );
  const read = new Map<string, Set<string>>(VERBS.map(({ name }) => [name, new Set(shared)]));
  for (const file of readdirSync(`${LIB}commands`)) {
    const stem = file.replace(/\.ts$/, "");
    const commands = COMMANDS_OF[stem] ?? [stem];
    const options = new Set(
      commands.flatMap((name) => {
        const found = COMMANDS.find(({ verb }) => verb.name === name);
        assert.ok(found, `${file} is the code of no command`);
        return optionsOf(found.command).map((option) => option.name);
      }),
    );
    for (const name of optionsRead(`commands/${file}`)) {
      assert.ok(options.has(name), `${file} asks for --${name}, which ${commands.join()} does not have`);
      for (const command of commands) read.get(command)!.add(name);
    }
  }
  // A script has an option for each kind of line.
  const others = ["simulate/script_options.ts", "simulate/explore.ts"].flatMap((
    file,
  ) => [...optionsRead(file)]);
  for (const name of [...LINE_KINDS, ...others]) {
    read.get("simulate")!.add(name);
  }
  for (const { verb, command } of COMMANDS) {
    for (const { name } of optionsOf(command)) {
      assert.ok(read.get(verb.name)!.has(name), `nothing asks for --${name} of ${verb.name}`);
    }
  }
});
