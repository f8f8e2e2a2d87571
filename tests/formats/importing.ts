/** Imports a text as a file among others that are there, and compiles what comes of it. */
import assert from "node:assert/strict";
import type { Plan } from "../../lib/config/plan.ts";
import type { Finding } from "../../lib/formats/finding.ts";
import type { Importer, SourceText } from "../../lib/formats/importer.ts";
import { writeToml } from "../../lib/formats/write_toml.ts";
import { compileText, diskOf } from "../config/compiling.ts";

/** What came of an import. */
export interface ImportedText {
  readonly toml: string;
  readonly plan: Plan;
  readonly findings: readonly Finding[];
  /** The findings, one text each: `changed 3 web: why`. */
  readonly told: readonly string[];
}

const FOLDER = "/srv/app";

/**
 * Imports `text`.
 *
 * @param file Its name in the folder of the project.
 * @param others What else is there, by name.
 * @param along Files that are read together with it.
 */
export async function importText(
  importer: Importer,
  file: string,
  text: string,
  others: Readonly<Record<string, string>> = {},
  environment: Readonly<Record<string, string>> = {},
  along: readonly SourceText[] = [],
): Promise<ImportedText> {
  const path = `${FOLDER}/${file}`;
  const files = Object.fromEntries(Object.entries(others).map(([name, text]) => [`${FOLDER}/${name}`, text]));
  const { draft, findings } = await importer.read({
    file: path,
    text,
    others: along,
    disk: diskOf(files),
    environment,
  });
  const toml = writeToml(draft);
  const { plan, problems } = compileText(toml, { file: `${FOLDER}/supervise.toml`, files, environment });
  assert.ok(plan !== null, `${JSON.stringify(problems)}\n${toml}`);
  const told = findings.map(({ outcome, line, from, why }) =>
    `${outcome} ${line === null ? "" : `${line} `}${from}${why === null ? "" : `: ${why}`}`
  );
  return { toml, plan, findings, told };
}
