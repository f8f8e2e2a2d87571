/** Exports a text as a configuration. */
import assert from "node:assert/strict";
import type { Exported, Exporter, ExportSource, Per } from "../../lib/formats/exporter.ts";
import type { Plan } from "../../lib/config/plan.ts";
import { compileText, type Surroundings } from "../config/compiling.ts";

/** What a test may set beside the text. */
export interface ExportOptions extends Surroundings {
  /** Default: that of the format. */
  readonly per?: Per;
  /** Default: an image, where a format takes one. */
  readonly image?: string | null;
}

/** What came of an export. */
export interface ExportedText extends Exported {
  readonly plan: Plan;
  readonly placeOf: ExportSource["placeOf"];
  /** The text of a file by its name. */
  readonly file: (name: string) => string;
  /** The findings, one text each: `changed 3 actors.web restart -> Restart=always: why`. */
  readonly told: readonly string[];
}

/** Exports `text`, which stands in `/srv/shop/supervise.toml` unless the options say otherwise. */
export async function exportText(
  exporter: Exporter,
  text: string,
  options: ExportOptions = {},
): Promise<ExportedText> {
  const { per = exporter.per[0], image = exporter.hasImage === true ? "shop" : null, ...surroundings } =
    options;
  const { plan, problems, placeOf, texts, variables } = compileText(text, surroundings);
  assert.ok(plan !== null, `${JSON.stringify(problems, null, 2)}\n${text}`);
  const { files, findings } = await exporter.write({
    plan,
    placeOf,
    supervise: ["/usr/bin/supervise"],
    per,
    image,
    variables,
    textOf: (file) => texts.get(file) ?? null,
  });
  const told = findings.map(({ outcome, line, from, to, why }) =>
    [
      outcome,
      ...(line === null ? [] : [String(line)]),
      `${from}${to === null ? "" : ` -> ${to}`}${why === null ? "" : `: ${why}`}`,
    ].join(" ")
  );
  const file = (name: string) => {
    const found = files.find((file) => file.name === name);
    assert.ok(found !== undefined, `no file ${name} among ${files.map(({ name }) => name).join(", ")}`);
    return found.text;
  };
  return { plan, placeOf, files, findings, file, told };
}
