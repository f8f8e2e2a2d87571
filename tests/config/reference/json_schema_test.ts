/**
 * The schema says of a file what the validator says, as far as the look of values goes: of every key with all kinds of values,
 * of all examples, and as the language server of editors understands it (taplo).
 */
import { Ajv } from "ajv";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { jsonSchema } from "../../../lib/config/reference/json_schema.ts";
import { KINDS } from "../../../lib/config/keys/kinds.ts";
import { INCLUDED } from "../../../lib/config/keys/supervisor.ts";
import type { ValueKey } from "../../../lib/config/values/key.ts";
import { examplesOf } from "../../harness/toml_examples.ts";
import { test } from "../../harness/test.ts";
import { tomlAsJson } from "../../harness/toml_json.ts";
import { compileText } from "../compiling.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const accepts = new Ajv({ strict: true, strictRequired: false }).compile(jsonSchema());

/** What is told of a value that has not the look that its key wants. */
const OF_LOOKS = [
  "config/unknown-key",
  "config/wrong-type",
  "config/bad-duration",
  "config/not-supported-yet",
];

/** Values of every kind, right for some key or another; no date, for which JSON has no word. */
const VALUES: readonly string[] = [
  ...["true", "false", "5", "0", "-3", "100000", "2.5"],
  ...['""', '"x"', '"5"', '"10s"', '"1h30m"', '"10 s"', '"64MiB"', '"50%"', '"max"', '"unlimited"'],
  ...['"SIGTERM"', '"term"', '"RTMIN+3"', '"always"', '"null"', '"inherit"', '"0027"', '"0o27"'],
  ...['"127.0.0.1:5432"', '"http://127.0.0.1:8080"', '"tcp://127.0.0.1:1"', '"0 3 * * *"', '"@every 5m"'],
  ...["[]", '["x"]', "[1]", '[["x"]]', '["x", 1]', "{}", '{ a = "ready" }', "{ a = 1 }", "[{}]"],
  ...["{ nofile = 5 }", '{ nofile = { soft = 5, hard = "unlimited" } }', "{ nofile = { sort = 5 } }"],
  ...['"${env:A}"', '"${env:NONE:-10s}"', '"${dir}"', '["${replica}"]', '"$${env:A}"'],
];

/** A file with a key at a table of each kind. */
function fileWith(kind: string, name: string, value: string): string {
  const line = `${name} = ${value}`;
  const actor = '[actors.a]\nexec = "x"';
  switch (kind) {
    case "root":
      return `${line}\n${actor}`;
    case "tree":
      return `[trees.t]\n${line}\n[trees.t.actors.a]\nexec = "x"`;
    case "defaults":
      return `[defaults]\n${line}\n${actor}`;
    case "actor":
      return `[actors.a]\n${line}${/^(exec|shell|script|module)$/.test(name) ? "" : '\nexec = "x"'}`;
    case "alert":
      return `[[alerts]]\n${line}${name === "exec" ? "" : '\nexec = "x"'}\n${actor}`;
    default:
      return `${actor}\n${kind}.${line}`;
  }
}

/** Whether the schema and the validator contradict each other, in words; null if not. */
function contradiction(text: string): string | null {
  const { problems: all } = compileText(text, { environment: { A: "1" } });
  const problems = all.filter(({ severity }) => severity === "error");
  const isAccepted = accepts(tomlAsJson(text));
  if (problems.length === 0 && !isAccepted) {
    return `${text}\nis valid, and the schema refuses it: ${JSON.stringify(accepts.errors)}`;
  }
  // The looks of a placeholder say nothing of what it stands for.
  const ofLooks = text.includes("$") ? [] : problems.filter(({ name }) => OF_LOOKS.includes(name));
  return ofLooks.length > 0 && isAccepted ? `${text}\nis accepted, and has ${ofLooks[0]!.message}` : null;
}

const VALUE_KEYS = KINDS.filter((kind) => kind !== INCLUDED).flatMap(({ name: kind, keys }) =>
  Object.entries(keys).flatMap(([name, key]) =>
    key.kind === "value" ? [{ kind, name, key: key as ValueKey<unknown, unknown> }] : []
  )
);

test("schema: every key with every kind of value is accepted and refused as the validator does", () => {
  const found = VALUE_KEYS.flatMap(({ kind, name, key }) =>
    [key.example, ...VALUES].map((value) => contradiction(fileWith(kind, name, value)))
  );
  assert.deepEqual(found.filter((one) => one !== null), []);
});

test("schema: a word that is none of the few that a key takes is refused", () => {
  for (const { kind, name, key } of VALUE_KEYS) {
    if (key.type.shape.kind !== "enum") continue;
    const text = fileWith(kind, name, '"nonsense"');
    assert.equal(accepts(tomlAsJson(text)), false, text);
  }
});

test("schema: unknown keys are refused in every table, and keys of later versions", () => {
  for (const { name } of KINDS) {
    if (name === INCLUDED.name) continue;
    const text = fileWith(name, "nonsense", "1");
    assert.equal(accepts(tomlAsJson(text)), false, text);
  }
  assert.equal(accepts({ actors: { a: { exec: "x", pty: true } } }), false);
  assert.equal(accepts({ actors: { "a b": { exec: "x" } } }), false);
});

test("schema: a table that takes exactly one key of several is refused with none and with two", () => {
  const actor = (more: object) => ({ actors: { a: more } });
  assert.equal(accepts(actor({ daemon: true })), false);
  assert.equal(accepts(actor({ exec: "x", shell: "x" })), false);
  assert.equal(accepts(actor({ exec: "x", health: { interval: "5s" } })), false);
  assert.equal(accepts({ ...actor({ exec: "x" }), alerts: [{ events: ["failed"] }] }), false);
});

const EXAMPLES = examplesOf(ROOT);
const isValid = (text: string) => compileText(text).plan !== null;
const VALID = EXAMPLES.filter(({ text }) => isValid(text));

test("schema: all examples are accepted, those of the pages, too", () => {
  assert.ok(VALID.length > 12, `only ${VALID.length} of ${EXAMPLES.length} examples are whole files`);
  for (const { name, text } of VALID) {
    assert.ok(accepts(tomlAsJson(text)), `${name}: ${JSON.stringify(accepts.errors)}`);
  }
});

const BROKEN: readonly string[] = [
  '[actors.a]\nexec = "x"\nrestrat = "always"',
  '[actors.a]\nexec = "x"\nrestart = "allways"',
  "[actors.a]\nexec = 5",
  '[actors.a]\nexec = "x"\nrun_timeout = 5',
  '[actors.a]\nexec = "x"\nrun_timeout = "5"',
  '[actors.a]\nexec = "x"\nready = { tpc = "127.0.0.1:1" }',
  '[actors.a]\nexec = "x"\nlog = { keep = -1 }',
  '[trees.t.actors.a]\nexec = "x"\ndaemon = "yes"',
  '[defaults]\nexec = "x"',
  'name = 5\n[actors.a]\nexec = "x"',
  'strategy = "one_for_none"\n[actors.a]\nexec = "x"',
];

test("schema: taplo, which editors have, accepts every example and refuses what is broken", async () => {
  const folder = mkdtempSync(join(tmpdir(), "supervise-schema-"));
  try {
    writeFileSync(join(folder, "supervise.schema.json"), JSON.stringify(jsonSchema()));
    const write = (prefix: string) => (text: string, index: number) => {
      // As a file has it that says itself where its schema is.
      writeFileSync(
        join(folder, `${prefix}${index}.toml`),
        `#:schema ./supervise.schema.json\n${text}`,
      );
      return `${prefix}${index}.toml`;
    };
    const valid = VALID.map(({ text }, index) => write("valid")(text, index));
    const broken = BROKEN.map(write("broken"));
    const refused = await refusedByTaplo(folder, [...valid, ...broken]);
    assert.deepEqual(refused.toSorted(), broken.toSorted());
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** The files of a folder that taplo finds wrong. */
function refusedByTaplo(cwd: string, files: readonly string[]): Promise<readonly string[]> {
  return new Promise((resolve) =>
    execFile(join(ROOT, "node_modules/.bin/taplo"), ["lint", ...files], { cwd }, (_, stdout, stderr) => {
      const told = [...`${stdout}${stderr}`.matchAll(/invalid file .*path="[^"]*\/([^"/]+)"/g)];
      resolve(told.map(([, name]) => name!));
    })
  );
}
