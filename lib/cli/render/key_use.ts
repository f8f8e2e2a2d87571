/** The use of a key in a file, for people. */
import { counted } from "../../base/counted.ts";
import { nameSome } from "../../base/name_some.ts";
import { baseName } from "../../base/posix_path.ts";
import { type Plan, ROOT } from "../../config/plan.ts";
import type { KeyPlace } from "../../config/toml/key_places.ts";
import type { KeySetting, KeyUse } from "../../explanation/key_use.ts";
import { forecastSentences } from "../../words/explaining/forecast_sentences.ts";
import { cutTo } from "./cut.ts";
import type { Painter } from "./paint.ts";
import { printable } from "./printable.ts";
import { widthOf } from "./width.ts";
import { wrapHanging } from "./wrap.ts";

/** More places are a number. */
const MOST_SETTINGS = 8;
/** Less of what a key means says nothing. */
const LEAST_MEANING = 20;
/** Narrower than that no sentence is broken into lines. */
const LEAST_COLUMNS = 20;
/** A longer value is cut. */
const MOST_VALUE = 60;

/** See the module. */
export function renderKeyUse(
  { key, settings, effects }: KeyUse,
  { file }: Plan,
  columns: number,
  paint: Painter,
): string {
  const head = paint.bold(`In ${baseName(file)}:`);
  const more = settings.length - MOST_SETTINGS;
  const lines = [
    ...settings.length === 0 ? [`nothing sets ${key}, and all go by the default`] : [],
    ...settings.slice(0, MOST_SETTINGS).map(settingText),
    ...more <= 0 ? [] : [`and ${counted(more, "place")} more; --json has them all`],
    ...effects.flatMap(({ path, forecast }) =>
      forecastSentences(forecast).map((sentence, index) =>
        index === 0 ? `so for ${path}: ${sentence}` : `  ${sentence}`
      )
    ),
  ];
  const broken = lines.flatMap((line) => wrapHanging(line, Math.max(LEAST_COLUMNS, columns - 4)));
  return [head, ...broken.map((line) => `  ${line}`)].join("\n");
}

function settingText(setting: KeySetting): string {
  const { file, line, table, of } = setting;
  const owner = of === ROOT ? "the tree" : of;
  const whom = table === "defaults"
    ? `[defaults] of ${owner}, for ${setting.for.length === 0 ? "nobody" : nameSome(setting.for)}`
    : owner;
  return `${baseName(file)}:${line}  ${whom}: ${setText(setting)}`;
}

function setText({ key, value }: Pick<KeyPlace, "key" | "value">): string {
  return value === null ? key : `${key} = ${printable(cutTo(value, MOST_VALUE))}`;
}

/** The keys of a table, each with what it means. */
export function renderTable(
  { of, table, file, line }: KeyPlace,
  keys: readonly (KeyPlace & { readonly doc: string | null })[],
  columns: number,
  paint: Painter,
): string {
  const head = `${
    paint.bold(`${baseName(file)}:${line}`)
  }  the ${table} ${of}; \`supervise explain ${of}\` says what it does now`;
  const lines = keys.map((place) => {
    const { line, doc } = place;
    const set = setText(place);
    const room = columns - widthOf(set) - 10;
    const meaning = doc === null || room < LEAST_MEANING ? "" : `  ${paint.dim(cutTo(doc, room))}`;
    return `  ${paint.dim(String(line).padStart(4))}  ${paint.cyan(set)}${meaning}`;
  });
  return [head, ...lines].join("\n");
}
