import { text } from "../values/text.ts";
import type { Type } from "../values/type.ts";
import { quote } from "../wording.ts";

const EXPECTED = 'an octal number from "0000" to "0777", such as "0027"';
const ALL = 0o777;

const written = text<number>({
  name: "a umask",
  expected: EXPECTED,
  shape: { kind: "string", pattern: "^(0o)?[0-7]{1,4}$" },
  parse: (value, item, { report }) => {
    const mask = /^(?:0o)?[0-7]{1,4}$/.test(value) ? Number.parseInt(value.replace("0o", ""), 8) : ALL + 1;
    if (mask <= ALL) return mask;
    return report.add("config/bad-value", item.span, `${quote(value)} is not a umask`, {
      expected: EXPECTED,
    });
  },
});

/** `umask`, which everybody thinks of in octal digits: a bare decimal number is never what it looks like. */
export const umask: Type<number> = {
  ...written,
  read: (item, reading) => {
    if (item.kind !== "integer") return written.read(item, reading);
    if (/^0o/.test(item.source) && item.value <= ALL) return item.value;
    const digits = item.source.replace(/^0o/, "");
    return reading.report.add("config/bad-value", item.span, `${item.source} is not a umask`, {
      expected: EXPECTED,
      hint: /^[0-7]{1,3}$/.test(digits) ? `write "${digits.padStart(4, "0")}"` : null,
    });
  },
};
