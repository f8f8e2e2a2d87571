/** A script in a TOML file: each kind of line is a key with a text or a list of texts. */
import { SEEDS } from "../../base/chance.ts";
import { parseDuration } from "../../base/duration.ts";
import { ExitCode } from "../../base/exit_code.ts";
import { nearestName } from "../../base/nearest.ts";
import { durationIn, isInRange, wholeNumberIn } from "../../base/number_range.ts";
import { messageOf, UserError } from "../../base/user_error.ts";
import { createReport } from "../../config/report.ts";
import type { Item } from "../../config/toml/item.ts";
import { parseDocument } from "../../config/toml/parse.ts";
import { createSources } from "../../config/toml/source.ts";
import type { Host } from "../../host/ports/host.ts";
import { LENGTHS } from "../../simulation/lengths.ts";
import { LINE_KINDS, type LineKind } from "../../simulation/script_text.ts";

/** The content of a script file. */
export interface ScriptFile {
  readonly lines: readonly { readonly kind: LineKind; readonly text: string; readonly where: string }[];
  readonly expect: readonly string[];
  /** How long is to be simulated; null where it does not say so. */
  readonly forMs: number | null;
  readonly seed: number | null;
}

const KEYS = [...LINE_KINDS, "expect", "for", "seed"];

/** Reads it. @throws {UserError} `simulate/bad-script` */
export function readScriptFile({ files }: Pick<Host, "files">, file: string): ScriptFile {
  const sources = createSources();
  const report = createReport(sources);
  const document = parseDocument(sources.add(file, textOf(files, file)), report);
  const [problem] = report.problems();
  if (document === null || problem !== undefined) {
    throw bad(`${file}:${problem?.line ?? 1}`, problem?.message ?? "it is not TOML", problem?.hint ?? null);
  }
  const whereOf = ({ span }: Pick<Item, "span">) => `${file}:${sources.locate(span).line}`;
  const read = { lines: [] as ScriptFile["lines"][number][], expect: [] as string[] };
  let forMs: number | null = null;
  let seed: number | null = null;
  for (const { key, keySpan, item } of document.entries.values()) {
    const kind = LINE_KINDS.find((kind) => kind === key);
    if (kind !== undefined) {
      read.lines.push(...textsOf(item, whereOf).map(({ text, where }) => ({ kind, text, where })));
    } else if (key === "expect") read.expect.push(...textsOf(item, whereOf).map(({ text }) => text));
    else if (key === "for") forMs = lengthOf(item, whereOf(item));
    else if (key === "seed") seed = seedOf(item, whereOf(item));
    else {
      const nearest = nearestName(key, KEYS);
      const hint = nearest === null ? `keys are ${KEYS.join(", ")}` : `did you mean "${nearest}"?`;
      throw bad(whereOf({ span: keySpan }), `there is no key "${key}"`, hint);
    }
  }
  return { ...read, forMs, seed };
}

function lengthOf(item: Item, where: string): number {
  const ms = item.kind === "string" ? parseDuration(item.value) : null;
  if (ms !== null && isInRange(LENGTHS, ms)) return ms;
  throw bad(where, `\`for\` is ${sourceOf(item)}`, `write ${durationIn(LENGTHS)}, as in for = "10m"`);
}

function seedOf(item: Item, where: string): number {
  if (item.kind === "integer" && isInRange(SEEDS, item.value)) return item.value;
  throw bad(where, `\`seed\` is ${sourceOf(item)}`, `write ${wholeNumberIn(SEEDS)}`);
}

function sourceOf(item: Item): string {
  if (item.kind === "boolean") return String(item.value);
  return item.kind === "list" || item.kind === "table" ? `a ${item.kind}` : item.source;
}

function textsOf(
  item: Item,
  whereOf: (item: Item) => string,
): readonly { readonly text: string; readonly where: string }[] {
  const items = item.kind === "list" ? item.items : [item];
  return items.map((one) => {
    if (one.kind !== "string") {
      throw bad(whereOf(one), "this is no text", 'write it as in crash = ["db@10s"]');
    }
    return { text: one.value, where: whereOf(one) };
  });
}

function textOf(files: Host["files"], file: string): string {
  try {
    const text = files.readText(file);
    if (text !== null) return text;
  } catch (error) {
    throw bad(file, `it cannot be read: ${messageOf(error)}`, null);
  }
  throw bad(file, "there is no such file", null);
}

function bad(where: string, what: string, hint: string | null): UserError {
  const cure = hint === null ? {} : { hint };
  return new UserError("simulate/bad-script", `${where}: ${what}`, { exitCode: ExitCode.usage, ...cure });
}
