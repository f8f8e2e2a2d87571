/** Files that are broken, endless, or not what their names say, each with the sentence that tells it. */
import assert from "node:assert/strict";
import type { Importer } from "../../lib/formats/importer.ts";
import { importer as compose } from "../../lib/formats/compose/import_compose.ts";
import { importer as mprocs } from "../../lib/formats/mprocs/import_mprocs.ts";
import { importer as pitchfork } from "../../lib/formats/pitchfork/import_pitchfork.ts";
import { importer as processCompose } from "../../lib/formats/process_compose/import_process_compose.ts";
import { test } from "../harness/test.ts";
import { importText } from "./importing.ts";

interface Bad {
  readonly text: string;
  readonly others?: Readonly<Record<string, string>>;
  /** Behind `/srv/app/`. */
  readonly message: string;
}

const SERVICE = "services: { web: { command: x } }\n";

/** Each holds the one before it nine times. */
function aliasBomb(): string {
  const lines = Array.from("bcdefghij", (name, index) => {
    const below = String.fromCharCode("a".charCodeAt(0) + index);
    return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${below}`).join(", ")}]`;
  });
  return ["a: &a [x, x, x, x, x, x, x, x, x]", ...lines, "services: { web: { command: *j } }"].join("\n");
}

/** A large map that very many others are merged with. */
function mergeBomb(): string {
  const keys = Array.from({ length: 1_000 }, (_, index) => `  k${index}: 1`);
  const services = Array.from({ length: 5_000 }, (_, index) => `  s${index}: { <<: *large }`);
  return ["x-large: &large", ...keys, "services:", ...services].join("\n");
}

/** Each file includes the next two. */
function ladder(rungs: number): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from({ length: rungs }, (_, index) => {
    const next = [index + 1, index + 2].filter((one) => one < rungs).map((one) => `${one}.yml`);
    return [`${index}.yml`, `include: [${next.join(", ")}]\nservices: { s${index}: { command: x } }\n`];
  }));
}

const COMPOSE: Readonly<Record<string, Bad>> = {
  "an empty file": { text: "", message: "compose.yaml:1: the file says nothing" },
  "a page of the web": {
    text: "<!doctype html>\n<p>Not found</p>\n",
    message: "compose.yaml:1: the file is a text, and has to be a map of keys",
  },
  "a list": { text: "- a\n", message: "compose.yaml:1: the file is a list, and has to be a map of keys" },
  "tabs": {
    text: "services:\n\tweb: {}\n",
    message: "compose.yaml:2: this is no YAML: tabs are not allowed as indentation",
  },
  "a quote without an end": {
    text: 'services:\n  web: { command: "x }\n',
    message: "compose.yaml:3: this is no YAML: missing closing quote",
  },
  "brackets without an end": {
    text: "services:\n  web:\n    command: [a, b\n  api:\n    command: c\n",
    message: "compose.yaml:4: a list or a map in brackets, which begins further up, is still open here",
  },
  "a key twice": {
    text: "services:\n  web: { command: a }\n  web: { command: b }\n",
    message: 'compose.yaml:3: the key "web" is in one map twice',
  },
  "two documents": {
    text: `${SERVICE}---\n${SERVICE}`,
    message: "compose.yaml:2: a second document begins here",
  },
  "a tag that makes objects": {
    text: "services: { web: { command: !!python/object/apply:os.system [id] } }\n",
    message: 'compose.yaml:1: the tag "!!python/object/apply:os.system" is not followed',
  },
  "an alias of what holds it": {
    text: `a: &a [*a]\n${SERVICE}`,
    message: 'compose.yaml:1: the anchor "a" holds itself',
  },
  "aliases of aliases of aliases": {
    text: aliasBomb(),
    message: "compose.yaml:5: with all its aliases followed, the file has far too many values up to here",
  },
  "merges of one large map": {
    text: mergeBomb(),
    message: "compose.yaml:1051: with all its aliases followed, the file has far too many values up to here",
  },
  "nesting without end": {
    text: `services: ${"{ a: ".repeat(500)}`,
    message: "compose.yaml:1: a list or a map in brackets, which begins further up, is still open here",
  },
  "deep nesting": {
    text: `services: ${"{ a: ".repeat(500)}1${" }".repeat(500)}`,
    message: "compose.yaml:1: it nests more than 100 levels deep",
  },
  "a huge file": {
    text: `${SERVICE}#${"x".repeat(1_024 * 1_024)}`,
    message: "compose.yaml:1: it is longer than 1 MiB, and so is no file that somebody has written",
  },
  "a file of the first version": {
    text: "web: { image: nginx }\n",
    message: "compose.yaml:1: there are no `services` in it",
  },
  "services in a list": {
    text: "services: [web]\n",
    message: "compose.yaml:1: `services` is a list, and has to be a map of keys",
  },
  "nothing that can run": {
    text: "services:\n  web: { image: shop }\n",
    message:
      'compose.yaml:2: no service can run without its image; of "web", the image "shop" is not run here, ' +
      "and nothing says what it runs",
  },
  "an include that is not there": {
    text: `include: [more.yml]\n${SERVICE}`,
    message: 'compose.yaml:1: cannot read "/srv/app/more.yml": there is no such file',
  },
  "an include of a broken file": {
    text: `include: [more.yml]\n${SERVICE}`,
    others: { "more.yml": "services:\n\tweb: {}\n" },
    message: "more.yml:2: this is no YAML: tabs are not allowed as indentation",
  },
  "an include of another machine": {
    text: `include: ["https://example.org/a.git"]\n${SERVICE}`,
    message: 'compose.yaml:1: "https://example.org/a.git" is on another machine',
  },
  "files that include each other": {
    text: "include: [more.yml]\n",
    others: { "more.yml": "include: [more.yml]\n" },
    message: "more.yml:1: the file includes itself: more.yml -> more.yml",
  },
  "services that extend each other": {
    text: "services:\n  a: { extends: b }\n  b: { extends: { service: a } }\n",
    message: 'compose.yaml:2: the service "a" extends itself: a -> b -> a',
  },
  "services that wait for each other": {
    text: "services:\n  a: { command: x, depends_on: [b] }\n  b: { command: x, depends_on: [a] }\n",
    message: "compose.yaml:3: services wait for each other: a -> b -> a",
  },
};

const OTHERS: readonly (Bad & { readonly importer: Importer; readonly file: string })[] = [
  {
    importer: processCompose,
    file: "process-compose.yaml",
    text: SERVICE,
    message: "process-compose.yaml:1: there are no `processes` in it",
  },
  {
    importer: processCompose,
    file: "process-compose.yaml",
    text: "extends: base.yaml\nprocesses: { a: { command: x } }\n",
    others: { "base.yaml": "extends: base.yaml\n" },
    message: "base.yaml:1: the file extends itself: base.yaml -> base.yaml",
  },
  {
    importer: processCompose,
    file: "process-compose.yaml",
    text:
      "processes:\n  web: { command: x, depends_on: { dp: { condition: process_started } } }\n  db: { command: y }\n",
    message:
      'process-compose.yaml:2: "web" depends on "dp", and there is no such process, did you mean "db"?',
  },
  {
    importer: mprocs,
    file: "mprocs.json",
    text: '{ "procs": { "a": "x" }',
    message: "mprocs.json:1: a list or a map in brackets, which begins further up, is still open here",
  },
  {
    importer: mprocs,
    file: "mprocs.yaml",
    text: "procs:\n  a: { shell: x, stop: SIGNOPE }\n",
    message: 'mprocs.yaml:2: "SIGNOPE" is no way to stop a process',
  },
  {
    importer: pitchfork,
    file: "pitchfork.toml",
    text: SERVICE,
    message: "pitchfork.toml:1: this is no TOML: unexpected character",
  },
  {
    importer: pitchfork,
    file: "pitchfork.toml",
    text: '[daemons.a]\nrun = "x"\nretry = "often"\n',
    message: 'pitchfork.toml:3: `retry` is "often", and has to be a number',
  },
];

for (const [what, { text, others, message }] of Object.entries(COMPOSE)) {
  test(`compose: ${what} is told with its place`, () =>
    assertRefused(compose, "compose.yaml", { text, message, ...(others === undefined ? {} : { others }) }));
}

for (const { importer, file, ...bad } of OTHERS) {
  test(`${importer.name}: ${bad.message.replace(/^.*?:\d+: /, "")}`, () =>
    assertRefused(importer, file, bad));
}

async function assertRefused(
  importer: Importer,
  file: string,
  { text, others, message }: Bad,
): Promise<void> {
  await assert.rejects(
    importText(importer, file, text, others),
    { code: "import/not-readable", exitCode: 5, message: `/srv/app/${message}` },
  );
}

test("compose: files that are included on many ways are read once", async () => {
  const { toml } = await importText(compose, "compose.yaml", "include: [0.yml]\n", ladder(60));
  assert.equal(toml.match(/^\[actors\./gm)?.length, 60);
});

test("compose: !reset takes away, and !override replaces", async () => {
  const { toml } = await importText(
    compose,
    "compose.yaml",
    "services:\n  web: { command: x, user: me, environment: { A: 1, B: 2 }, env_file: [a.env] }\n",
    {
      "compose.override.yaml":
        "services:\n  web: { user: !reset null, environment: !override { C: 3 }, env_file: !reset [] }\n",
      "a.env": "A=1\n",
    },
  );
  assert.equal(toml, '[actors.web]\nexec = "x"\nenv = { C = "3" }\ndaemon = true\nrestart = "never"\n');
});

test("pitchfork: a job whose dates are not understood does not run at once", async () => {
  const { toml, told } = await importText(
    pitchfork,
    "pitchfork.toml",
    '[daemons.job]\nrun = "x"\ncron = "0 0 L * *"\n',
  );
  assert.match(toml, /^autostart = false$/m);
  assert.match(told.at(-1)!, /^lost 3 job cron/);
});
