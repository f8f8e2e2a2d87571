import assert from "node:assert/strict";
import { harmless, harmlessJson } from "../../../lib/cli/render/terminal_text.ts";
import { test } from "../../harness/test.ts";

const ESC = "\x1b";
const RESET = `${ESC}[0m`;
const SIGN = "\ufffd";

test("terminal text: what has no controls is left alone", () => {
  for (const text of ["", "plain", "two\nlines\n", "a\ttab", "h\u00e9llo \ud55c\uae00 \ud83d\ude00"]) {
    assert.equal(harmless(text, true), text);
  }
});

test("terminal text: colours pass, and none lasts beyond its line", () => {
  const cases: readonly (readonly [string, string])[] = [
    [`${ESC}[31mred`, `${ESC}[31mred${RESET}`],
    [`${ESC}[31mred${RESET}`, `${ESC}[31mred${RESET}`],
    [`${ESC}[31mred${ESC}[m`, `${ESC}[31mred${ESC}[m`],
    [`${ESC}[31mred${RESET} and ${ESC}[1mbold`, `${ESC}[31mred${RESET} and ${ESC}[1mbold${RESET}`],
    [`${ESC}[38;5;9mx\ny`, `${ESC}[38;5;9mx${RESET}\ny`],
    [`${ESC}[38:2::1:2:3mx`, `${ESC}[38:2::1:2:3mx${RESET}`],
    // Styles that end without a reset are reset all the same.
    [`${ESC}[1mx${ESC}[22m`, `${ESC}[1mx${ESC}[22m${RESET}`],
    [`x${ESC}[8m`, `x${ESC}[8m${RESET}`],
  ];
  for (const [text, expected] of cases) assert.equal(harmless(text, true), expected, JSON.stringify(text));
});

test("terminal text: where there are to be no colours, those of strangers do not pass either", () => {
  assert.equal(harmless(`${ESC}[31mred${RESET} ${ESC}]0;t\x07x`, false), "red x");
});

test("terminal text: what a terminal acts upon does not pass", () => {
  const cases: readonly (readonly [string, string])[] = [
    [`a${ESC}]0;title\x07b`, "ab"],
    [`a${ESC}]0;title${ESC}\\b`, "ab"],
    [`a${ESC}]52;c;cm0gLXJmIC8=\x07b`, "ab"],
    [`a${ESC}]8;;http://x/${ESC}\\link${ESC}]8;;${ESC}\\b`, "alinkb"],
    [`a${ESC}P+q544e${ESC}\\b`, "ab"],
    [`a${ESC}_Gf=100;AAAA${ESC}\\b`, "ab"],
    [`a${ESC}^secret${ESC}\\b`, "ab"],
    [`a${ESC}Xsos${ESC}\\b`, "ab"],
    [`a${ESC}[2J${ESC}[Hb`, "ab"],
    [`a${ESC}[?1049h${ESC}[?25lb`, "ab"],
    [`a${ESC}[6n${ESC}[cb`, "ab"],
    [`a${ESC}[>4;2mb`, "ab"],
    [`a${ESC}[?4mb`, "ab"],
    [`a${ESC}[1 qb`, "ab"],
    [`a${ESC}[1;${"1;".repeat(99)}mb`, "ab"],
    [`a${ESC}cb${ESC}7c${ESC}(0d${ESC}#8e`, "abcde"],
    // What has no end in its line is shown as text: nothing may swallow the lines that follow.
    [`a${ESC}]0;title`, "a0;title"],
    [`a${ESC}]0;title\nb`, "a0;title\nb"],
    [`a${ESC}[12`, "a12"],
    [`a${ESC}`, `a${SIGN}`],
    [`a${ESC}\nb`, `a${SIGN}\nb`],
    [`a${ESC}\u00e9`, `a${SIGN}\u00e9`],
    [`${ESC}${ESC}[2Jx`, `${SIGN}x`],
    // What is put together by the removal of a part is not obeyed either.
    [`${ESC}${ESC}]0;t\x07[2Jx`, `${SIGN}[2Jx`],
    ["a\u009b2Jb", `a${SIGN}2Jb`],
    ["a\u009d0;t\u009cb", `a${SIGN}0;t${SIGN}b`],
    ["a\u0085b\u0090c", `a${SIGN}b${SIGN}c`],
    ["10%\r20%\r\n", `10%${SIGN}20%\n`],
    ["dos\r\nlines\r\r", "dos\nlines"],
    ["safe\b\b\b\bevil\x07\x00\x7f", `safe${SIGN.repeat(4)}evil${SIGN.repeat(3)}`],
    ["a\x0eb\x0bc\x0cd", `a${SIGN}b${SIGN}c${SIGN}d`],
    ["\ud83d half", `${SIGN} half`],
  ];
  for (const [text, expected] of cases) assert.equal(harmless(text, true), expected, JSON.stringify(text));
});

test("terminal text: nothing but colours and line ends is left of any bytes, and a second time changes nothing", () => {
  const parts = [
    ESC,
    "[",
    "]",
    "P",
    "\\",
    "\x07",
    "\x9b",
    "\x9c",
    "0;",
    "31",
    "m",
    "2J",
    "?",
    ">",
    " ",
    "\r",
    "\n",
    "a",
    "\x18",
  ];
  let state = 1;
  const next = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: 1 + next(12) }, () => parts[next(parts.length)]!).join("");
    const shown = harmless(text, true);
    // deno-lint-ignore no-control-regex
    const rest = shown.replace(/\x1b\[[\d;:]*m/g, "");
    // deno-lint-ignore no-control-regex
    assert.ok(!/[\x00-\x08\x0b-\x1f\x7f-\x9f]/.test(rest), JSON.stringify(text));
    assert.equal(harmless(shown, true), shown, JSON.stringify(text));
  }
});

test("terminal text: a long line of beginnings costs what its length costs", () => {
  for (const part of [`${ESC}]`, `${ESC}[`, `${ESC}P`, `${ESC}[1;`, `${ESC}[31m`, "\r"]) {
    const text = `${part.repeat(300_000)}x`;
    assert.ok(harmless(text, true).length <= text.length + RESET.length);
  }
});

test("terminal text: JSON keeps its value, and has no controls", () => {
  const value = { line: "\u009b2J\x7f\x1b]0;t\x07\u00e9" };
  const shown = harmlessJson(JSON.stringify(value));
  // deno-lint-ignore no-control-regex
  assert.ok(!/[\x00-\x1f\x7f-\x9f]/.test(shown));
  assert.deepEqual(JSON.parse(shown), value);
});
