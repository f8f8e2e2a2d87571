/**
 * The layout as rules: which folder may import which, and who may touch the clock, timers, chance and the runtime.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "./harness/test.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Folder of `lib` -> folders that it may import, itself excluded. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  scope: ["base"],
  sync: ["base", "scope"],
  bridge: ["base", "scope", "sync"],
  actor: ["base", "scope", "sync", "bridge", "wire", "host"],
  worker: ["base", "scope", "sync", "bridge", "wire", "host", "actor"],
  config: ["base"],
  formats: ["base", "config"],
  supervision: ["base", "config"],
  simulation: ["base", "config", "supervision"],
  explanation: ["base", "config", "supervision", "simulation"],
  wire: ["base"],
  words: ["base", "config", "supervision", "simulation", "explanation", "engine"],
  host: ["base", "scope"],
  engine: ["base", "scope", "sync", "bridge", "actor", "wire", "config", "supervision", "host"],
  analysis: ["base", "config", "supervision"],
  control: [
    "base",
    "scope",
    "sync",
    "bridge",
    "actor",
    "config",
    "supervision",
    "explanation",
    "wire",
    "host",
    "engine",
    "words",
  ],
  daemon: [
    "base",
    "scope",
    "sync",
    "bridge",
    "actor",
    "config",
    "supervision",
    "host",
    "engine",
    "words",
    "control",
  ],
  api: [
    "base",
    "scope",
    "sync",
    "bridge",
    "actor",
    "worker",
    "config",
    "supervision",
    "simulation",
    "explanation",
    "host",
    "program",
    "engine",
    "words",
    "control",
    "daemon",
  ],
  rehearsal: [
    "base",
    "scope",
    "actor",
    "wire",
    "config",
    "supervision",
    "simulation",
    "host",
    "engine",
    "words",
    "testing",
  ],
  chaos: [
    "base",
    "scope",
    "sync",
    "bridge",
    "config",
    "supervision",
    "simulation",
    "host",
    "engine",
    "words",
    "control",
    "daemon",
  ],
  cli: [
    "base",
    "scope",
    "sync",
    "bridge",
    "actor",
    "config",
    "formats",
    "supervision",
    "simulation",
    "analysis",
    "explanation",
    "host",
    "engine",
    "words",
    "control",
    "daemon",
    "chaos",
    "rehearsal",
  ],
  program: ["base", "scope", "sync", "bridge", "host"],
  roles: ["base", "scope", "actor", "worker", "host", "engine", "daemon", "chaos", "cli"],
  testing: ["base", "scope", "sync", "host", "actor"],
};

/** Folder of `lib` -> packages that it may import, beside its own files. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  // One module, the same on both runtimes: injecting it would cost each task a call and gain nothing.
  scope: ["node:async_hooks"],
  config: ["toml-eslint-parser"],
  wire: ["cbor-x/encode", "cbor-x/decode"],
  cli: ["@std/cli/parse-args", "get-east-asian-width"],
  formats: ["acorn", "toml-eslint-parser", "yaml"],
  engine: ["@std/streams/delimiter-stream", "croner", "re2js"],
};

const IMPORT =
  /^\s*(?:import|export)\b[^"'`;]*?\bfrom\s+"([^"]+)"|^\s*import\s+"([^"]+)"|\bimport\(\s*"([^"]+)"/gm;

/** What only `lib/host` may use, as it stands in code. */
const HOST_ONLY = new RegExp(
  [
    String.raw`\bDeno\b(?!\.customInspect)`,
    String.raw`\bBun\b`,
    String.raw`\bprocess\.[a-z]`,
    String.raw`\bset(Timeout|Interval|Immediate)\(`,
    String.raw`\bDate\.now\b`,
    String.raw`\bnew Date\(\)`,
    String.raw`\bperformance\.`,
    String.raw`\bMath\.random\b`,
    String.raw`\bcrypto\.`,
    String.raw`\bfetch\(`,
    String.raw`\bconsole\.`,
  ].join("|"),
);

interface Source {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  readonly code: string;
  readonly imports: readonly string[];
}

function sources(): readonly Source[] {
  const files = readdirSync(join(ROOT, "lib"), { recursive: true }) as string[];
  return files.filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts")).map((file) => {
    const text = readFileSync(join(ROOT, "lib", file), "utf8");
    const code = withoutComments(text);
    const imports = [...code.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3]!);
    return { path: `lib/${file}`, folder: file.split("/")[0]!, text, code, imports };
  });
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
}

test("architecture: every import follows an arrow of the layout", () => {
  const wrong: string[] = [];
  for (const source of sources()) {
    for (const name of source.imports) {
      if (name.startsWith(".")) {
        const target = relative(join(ROOT, "lib"), resolve(ROOT, dirname(source.path), name)).split("/")[0]!;
        const allowed = target === source.folder || MAY_IMPORT[source.folder]?.includes(target);
        if (!allowed) wrong.push(`${source.path} imports ${name}`);
      } else if (source.folder !== "host" && !PACKAGES[source.folder]?.includes(name)) {
        wrong.push(`${source.path} imports package ${name}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

test("architecture: the fake host and the real sides do not know each other, and only testing and rehearsal use it", () => {
  const isFake = (path: string) => path.startsWith("lib/host/fake/");
  const uses = (path: string) => /^lib\/(testing|rehearsal)\//.test(path);
  const isReal = (path: string) => /^lib\/host\/(linux|bun|deno)\//.test(path);
  const wrong = sources().flatMap(({ path, imports }) =>
    imports.filter((name) => name.startsWith("."))
      .map((name) => relative(ROOT, resolve(ROOT, dirname(path), name)))
      .filter((target) => {
        if (isFake(target)) return !isFake(path) && !uses(path);
        return isFake(path) && isReal(target);
      })
      .map((target) => `${path} imports ${target}`)
  );
  assert.deepEqual(wrong, []);
});

test("architecture: files import each other without cycles", () => {
  const graph = new Map(
    sources().map((source) => [
      source.path,
      source.imports.filter((name) => name.startsWith("."))
        .map((name) => relative(ROOT, resolve(ROOT, dirname(source.path), name))),
    ]),
  );
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): void => {
    assert.ok(!trail.includes(file), `import cycle: ${[...trail, file].join(" -> ")}`);
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
});

test("architecture: only the host knows the runtime, the clock, timers and chance", () => {
  const wrong = sources().filter((source) => source.folder !== "host")
    .flatMap((source) => {
      const found = HOST_ONLY.exec(source.code);
      return found === null ? [] : [`${source.path}: ${found[0]}`];
    });
  assert.deepEqual(wrong, []);
});

test("architecture: only the host knows what tells one process from another, and the letters of their states", () => {
  const wrong = sources().filter((source) => source.folder !== "host")
    .flatMap((source) => {
      const found = /\bstartTime\s*[!=]==|[!=]==\s*[\w.?!]*\.startTime\b|\bstate\s*[!=]==\s*"[A-Z]"/.exec(
        source.code,
      );
      return found === null ? [] : [`${source.path}: ${found[0]}`];
    });
  assert.deepEqual(wrong, []);
});

/** What a file loads before it runs, by paths. */
function loadedBy(path: string): ReadonlySet<string> {
  const texts = new Map(sources().map(({ path, code }) => [path, code]));
  const loaded = new Set<string>();
  const pending = [path];
  while (pending.length > 0) {
    const next = pending.pop()!;
    if (loaded.has(next)) continue;
    loaded.add(next);
    for (const [statement, from, alone] of texts.get(next)!.matchAll(IMPORT)) {
      const name = from ?? alone;
      if (name?.startsWith(".") !== true || /^\s*(import|export)\s+type\b/.test(statement)) continue;
      pending.push(relative(ROOT, resolve(ROOT, dirname(next), name)));
    }
  }
  return loaded;
}

test("architecture: what others wait for at the start of a tree loads little", () => {
  const wrong = (path: string, not: RegExp) => [...loadedBy(path)].filter((loaded) => not.test(loaded));
  // Its client has compiled the file.
  assert.deepEqual(wrong("lib/daemon/supervisor.ts", /^lib\/config\/(toml|keys\/actor|compile\b)/), []);
  // The guardian is started before the file is read.
  assert.deepEqual(wrong("lib/cli/commands/up.ts", /^lib\/(supervision|config\/(toml|keys))\//), []);
  // The supervisor is started before its guardian is loaded, and the scheduler with it.
  assert.deepEqual(
    wrong(
      "lib/daemon/guardian/begin_to_guard.ts",
      /^lib\/(engine\/(?!containment\/)|scope|supervision|wire)/,
    ),
    [],
  );
});

test("architecture: names of files are snake_case, and no folder is a drawer for odds and ends", () => {
  const wrong = sources().map((source) => source.path)
    .filter((path) =>
      !/^lib(\/[a-z0-9_]+)+\.ts$/.test(path) || /\/(utils?|helpers?|common|misc)\b/.test(path)
    );
  assert.deepEqual(wrong, []);
});
