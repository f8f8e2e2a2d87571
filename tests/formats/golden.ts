/**
 * Files of other tools in folders of their own, beside what becomes of them: the configuration (`expected.toml`) and the report
 * (`expected.txt`). `UPDATE=1` writes both anew.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Importer } from "../../lib/formats/importer.ts";
import { writeToml } from "../../lib/formats/write_toml.ts";
import { compileText, diskOf } from "../config/compiling.ts";
import { test } from "../harness/test.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
const FOLDER = "/srv/app";
const EXPECTED = ["expected.toml", "expected.txt"];

/** Registers a test for each folder below that of a format; each compiles, and is what it was. */
export function testFolders(importer: Importer, folder: string): void {
  for (const name of readdirSync(join(HERE, folder)).sort()) {
    const path = join(HERE, folder, name);
    test(`${importer.name}: the file of ${name} comes in as it is expected to`, async () => {
      const { main, others } = filesOf(path, importer);
      const { toml, findings } = await importFile(importer, main, others);
      const told = findings.map(({ outcome, file, line, from, to, why, hint }) =>
        [
          `${outcome.padEnd(7)} ${file.replace(`${FOLDER}/`, "")}${line === null ? "" : `:${line}`} ${from}`,
          ...(to === null ? [] : [`-> ${to}`]),
          ...(why === null ? [] : [`; ${why}`]),
          ...(hint === null ? [] : [`(${hint})`]),
        ].join(" ").replaceAll(" ; ", "; ")
      );
      const made = [toml, `${told.join("\n")}\n`];
      EXPECTED.forEach((file, index) => {
        const at = join(path, file);
        if (process.env["UPDATE"] === "1") writeFileSync(at, made[index]!);
        assert.equal(made[index], existsSync(at) ? readFileSync(at, "utf8") : "", `${name}/${file}`);
      });
    });
  }
}

/** Reads a file in a shell that sets nothing, and compiles what comes of it in one that sets all that it asks for. */
async function importFile(
  importer: Importer,
  { name, text }: { readonly name: string; readonly text: string },
  others: Readonly<Record<string, string>>,
) {
  const files = Object.fromEntries(Object.entries(others).map(([name, text]) => [`${FOLDER}/${name}`, text]));
  const source = { file: `${FOLDER}/${name}`, text, disk: diskOf(files), environment: {} };
  const { draft, findings } = await importer.read(source);
  const toml = writeToml(draft);
  const environment = Object.fromEntries(
    [...toml.matchAll(/\$\{env:(\w+)/g)].map(([, name]) => [name!, "1"]),
  );
  const { plan, problems } = compileText(toml, { file: `${FOLDER}/supervise.toml`, files, environment });
  assert.ok(plan !== null, `${JSON.stringify(problems, null, 2)}\n${toml}`);
  return { toml, findings };
}

function filesOf(folder: string, importer: Importer) {
  const names = (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => !EXPECTED.includes(name) && statSync(join(folder, name)).isFile())
    .sort();
  const texts = Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
  const main = names.find((name) =>
    !name.includes("/") && !/override|local|base/.test(name) && importer.recognizes(name, texts[name]!)
  );
  assert.ok(main !== undefined, `no file of ${importer.name} in ${folder}`);
  const { [main]: text, ...others } = texts;
  return { main: { name: main, text: text! }, others };
}
