/**
 * Files of other tools, each set in a folder of its own, with what becomes of them: the configuration (`expected.toml`) and the
 * report (`expected.txt`). They have the shapes of real public files. `UPDATE=1` writes what is expected anew.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { inFileOrder } from "../../lib/formats/finding.ts";
import type { Importer } from "../../lib/formats/importer.ts";
import { writeToml } from "../../lib/formats/write_toml.ts";
import { compileText, diskOf } from "../config/compiling.ts";
import { test } from "../harness/test.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
const FOLDER = "/srv/app";
const EXPECTED = ["expected.toml", "expected.txt"] as const;
/** What the shell has; values of it may not be in what comes of a file. */
const ENVIRONMENT = {
  HOME: "/home/ada",
  PATH: "/usr/bin:/bin",
  LD_LIBRARY_PATH: "/usr/lib/shop",
  APP_KEY: "secret-of-the-shell",
  ENABLE_LIVE: "true",
  NODE_ENV: "dev",
  LOG_LEVEL: "info",
};

/** What a file is read in. */
export interface ShapeOptions {
  /**
   * Whether the shell sets nothing, and a file is read without others of its kind, as of those formats that find their own.
   * The configuration is compiled in a shell that sets all that it asks for then. @default false
   */
  readonly isBare?: boolean;
}

/** Registers a test for each folder of `folder`: its file comes in as expected, and is a configuration without an error. */
export function testShapes(importer: Importer, folder: string, { isBare = false }: ShapeOptions = {}): void {
  const names = readdirSync(join(HERE, folder)).sort();
  test(`${importer.name}: there are at least five shapes`, () => assert.ok(names.length >= 5));
  for (const name of names) {
    test(`${importer.name}: a file like that of "${name}" comes in as expected`, async () => {
      const path = join(HERE, folder, name);
      const made = await importFolder(importer, path, isBare);
      assert.doesNotMatch(made.join(""), /secret-of-the-shell/);
      assert.doesNotMatch(made[1], /secret-of-the-fixture/, "a report says no values of variables");
      EXPECTED.forEach((file, index) => {
        const at = join(path, file);
        if (process.env["UPDATE"] === "1") writeFileSync(at, made[index]!);
        assert.equal(made[index], existsSync(at) ? readFileSync(at, "utf8") : "", `${name}/${file}`);
      });
    });
  }
}

async function importFolder(
  importer: Importer,
  path: string,
  isBare: boolean,
): Promise<readonly [string, string]> {
  const names = (readdirSync(path, { recursive: true }) as string[])
    .filter((name) => !EXPECTED.some((expected) => expected === name) && statSync(join(path, name)).isFile())
    .sort();
  const texts = names.map((name) => ({
    file: `${FOLDER}/${name}`,
    text: readFileSync(join(path, name), "utf8"),
  }));
  const isMain = ({ file, text }: { readonly file: string; readonly text: string }) => {
    const name = file.slice(FOLDER.length + 1);
    return !name.includes("/") && importer.recognizes(name, text) &&
      !(isBare && /override|local|base/.test(name));
  };
  const [main, ...more] = texts.filter(isMain);
  assert.ok(main !== undefined, `no file of ${importer.name} in ${path}`);
  const files = Object.fromEntries(
    texts.filter(({ file }) => file !== main.file).map(({ file, text }) => [file, text]),
  );
  const source = {
    ...main,
    others: isBare ? [] : more,
    disk: diskOf(files),
    environment: isBare ? {} : ENVIRONMENT,
  };
  const { draft, findings } = await importer.read(source);
  const toml = writeToml(draft);
  const { plan, problems } = compileText(toml, {
    file: `${FOLDER}/supervise.toml`,
    files: { ...files, "/etc/backup.env": "" },
    environment: isBare ? askedFor(toml) : ENVIRONMENT,
  });
  assert.ok(plan !== null, `${JSON.stringify(problems, null, 2)}\n${toml}`);
  const told = inFileOrder(findings, main.file).map(({ outcome, file, line, from, to, why, hint }) =>
    [
      `${outcome.padEnd(7)} ${file.replace(`${FOLDER}/`, "")}${line === null ? "" : `:${line}`}: ${from}`,
      ...(to === null ? [] : [` -> ${to}`]),
      ...(why === null ? [] : [`; ${why}`]),
      ...(hint === null ? [] : [` (${hint})`]),
    ].join("")
  );
  return [toml, `${told.join("\n")}\n`];
}

function askedFor(toml: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...toml.matchAll(/\$\{env:(\w+)/g)].map(([, name]) => [name!, "1"]));
}
