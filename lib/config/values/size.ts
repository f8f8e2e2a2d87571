import { formatSize, parseSize } from "../../base/size.ts";
import type { Item, NumberItem } from "../toml/item.ts";
import { quote } from "../wording.ts";
import { text } from "./text.ts";
import type { Reading, Type } from "./type.ts";

/** The unit that a bare number is most likely meant in: nobody limits anything to a few bytes. */
const MIB = 2 ** 20;

/** A size, in bytes, of at least `min`; `example` shows one. */
export function size(min: number, example: string): Type<number> {
  const expected = `a size such as ${quote(example)}`;
  const written = text<number>({
    name: "a size",
    expected,
    shape: { kind: "string", pattern: String.raw`^\d+(\.\d+)?\s*([KMGT]i?)?B$`, unit: "bytes" },
    parse: (value, item, { report }) => {
      const bytes = parseSize(value);
      if (bytes === null) {
        const suggestion = suggestSize({ kind: "string", value, source: value, span: item.span });
        return report.add("config/bad-value", item.span, `${quote(value)} is not a size`, {
          expected,
          hint: suggestion === null ? "units are B, KB, MB, GB, KiB, MiB and GiB" : `write ${suggestion}`,
        });
      }
      if (bytes >= min) return bytes;
      return report.add("config/out-of-range", item.span, `${quote(value)} is too small`, {
        expected: `a size of at least ${quote(formatSize(min))}`,
      });
    },
    suggest: suggestSize,
  });
  return {
    ...written,
    read: (item, reading) =>
      item.kind === "integer" || item.kind === "float"
        ? rejectNumber(item, expected, reading)
        : written.read(item, reading),
  };
}

function rejectNumber(item: NumberItem, expected: string, { report }: Reading): undefined {
  const suggestion = suggestSize(item);
  return report.add("config/bad-value", item.span, `${item.source} has no unit`, {
    expected,
    hint: suggestion === null ? null : `write ${suggestion}`,
  });
}

/** Gives a bare number a unit, and other ways to write a unit ours. */
function suggestSize(item: Item): string | null {
  const written = item.kind === "string" ? item.value : "source" in item ? item.source : "";
  const parts = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?\s*$/i.exec(written.replaceAll("_", ""));
  if (parts === null) return null;
  const [, amount, prefix, two] = parts;
  if (prefix === "") {
    return Number(amount) < MIB ? `"${amount}MiB"` : quote(formatSize(Math.round(Number(amount))));
  }
  // Where the base is not said, what limits memory means that of two.
  const isTen = two === "" && /b\s*$/i.test(written);
  const letter = prefix!.toUpperCase();
  return `"${amount}${isTen ? `${letter}B` : `${letter}iB`}"`;
}
