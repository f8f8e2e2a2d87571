/** Mistakes in values and right around them. */
import { quote } from "../wording.ts";
import { bareText, isUnexpected, type SyntaxRule } from "./syntax_site.ts";

const BARE_KEY = /^[ \t]*([A-Za-z0-9_.-]+)[ \t]*$/;

const missingValue: SyntaxRule = ({ parserSays, text, index }) => {
  const equals = text.lastIndexOf("=", index - 1);
  const isOnNextLine = /^=[ \t]*(?:#[^\n]*)?\r?\n\s*$/.test(text.slice(Math.max(0, equals), index));
  const isAtEnd = parserSays === "Unspecified values are invalid" &&
    text.slice(equals + 1, index).trim() === "";
  if (equals === -1 || !(isAtEnd || isOnNextLine)) return null;
  const key = BARE_KEY.exec(text.slice(text.lastIndexOf("\n", equals) + 1, equals))?.[1];
  return {
    at: { start: equals, end: equals + 1 },
    message: key === undefined ? "a value is missing" : `${quote(key)} has no value`,
    expected: 'a value such as "text", 5, true or ["a", "b"]',
    hint: "write the value on the same line, or remove the key",
  };
};

const colonForEquals: SyntaxRule = ({ lead, rest }) => {
  const key = BARE_KEY.exec(lead)?.[1];
  if (key === undefined || !rest.startsWith(":")) return null;
  const value = rest.slice(1).trim();
  const isSection = value === "" || value.startsWith("#");
  return {
    message: `unexpected ":" after ${quote(key)}`,
    expected: '"="',
    hint: isSection ? `write [${key}]` : `write ${key} = ${asValue(value)}`,
  };
};

const valueWithoutQuotes: SyntaxRule = ({ parserSays, index, lead, rest }) => {
  const isInList = /[[,][ \t]*$/.test(lead) && lead.includes("=");
  if (!isUnexpected(parserSays) || !(/=[ \t]*$/.test(lead) || isInList) || rest === "") return null;
  const written = bareText(rest, isInList || /\{[^}]*$/.test(lead));
  const at = { start: index, end: index + Math.max(1, written.length) };
  if (rest.startsWith("=")) return { message: 'one "=" too many', hint: 'write a single "="' };
  if (/^(?:null|nil|none|undefined)$/i.test(written)) {
    return { at, message: `TOML has no ${written}`, hint: "leave the key out" };
  }
  const isBoolean = /^(?:true|yes|on|false|no|off)$/i.test(written);
  return {
    at,
    message: isBoolean ? `${written} is not a boolean` : "text needs quotes",
    expected: isBoolean ? "true or false" : null,
    hint: `write ${asValue(written)}`,
  };
};

const textAfterValue: SyntaxRule = ({ parserSays, index, lead, rest }) => {
  if (parserSays !== "Must be a newline") return null;
  const at = { start: index, end: index + Math.max(1, bareText(rest, false).length) };
  const number = /(?:=[ \t]*)([+-]?\d[\d_.]*)$/.exec(lead)?.[1];
  if (/^[ \t]*\[/.test(lead)) {
    return { at, message: "text after a table's header", expected: "the header alone on its line" };
  }
  if (number !== undefined && /^[\w.:%/-]/.test(rest)) {
    const written = number + bareText(rest, false);
    const start = index - number.length;
    const message = "text needs quotes";
    return { at: { start, end: start + written.length }, message, hint: `write "${written}"` };
  }
  if (/^[,\]}]/.test(rest)) {
    return {
      message: `unexpected ${quote(rest[0]!)} after the value`,
      hint: `remove the ${quote(rest[0]!)}`,
    };
  }
  const isQuoteInside = /['"]$/.test(lead) && /^[^'"\s]/.test(rest);
  return {
    at,
    message: "text after the value",
    expected: "the end of the line",
    hint: isQuoteInside
      ? 'a quote inside of text: write \\" in a "text", or put a \'text\' with quotes in double quotes'
      : 'several values are a list: ["a", "b"]',
  };
};

const unclosedText: SyntaxRule = ({ parserSays, text, index, lead }) => {
  if (parserSays !== "Unterminated string constant") return null;
  const triple = Math.max(text.lastIndexOf('"""', index), text.lastIndexOf("'''", index));
  const single = Math.max(lead.lastIndexOf('"'), lead.lastIndexOf("'"));
  const lineStart = index - lead.length;
  const isTriple = triple !== -1 && (single === -1 || triple < lineStart || triple + 2 >= lineStart + single);
  const start = isTriple ? triple : lineStart + Math.max(0, single);
  const mark = text.slice(start, start + (isTriple ? 3 : 1));
  return {
    at: { start, end: index },
    message: "this text is never closed",
    hint: `add the closing ${mark}`,
  };
};

const badEscape: SyntaxRule = ({ parserSays, text, index }) => {
  if (!parserSays.startsWith("Invalid character in escape")) return null;
  const start = text[index] === "\\" ? index : index - 1;
  const escape = text.slice(start, start + 2);
  return {
    at: { start, end: start + 2 },
    message: /^\\[!-~]$/.test(escape) ? `${escape} is no escape` : "a backslash that begins no escape",
    hint: "write \\\\ for a backslash, or put the text in single quotes",
  };
};

const controlCharacter: SyntaxRule = ({ parserSays, text, index }) => {
  if (!parserSays.startsWith("Control characters")) return null;
  const code = text.charCodeAt(index).toString(16).padStart(4, "0");
  return { message: `a control character (U+${code.toUpperCase()})`, hint: `write "\\u${code}" in a text` };
};

/** The rules for values, the special ones first. */
export const VALUE_RULES: readonly SyntaxRule[] = [
  missingValue,
  colonForEquals,
  valueWithoutQuotes,
  textAfterValue,
  unclosedText,
  badEscape,
  controlCharacter,
];

/** `written` as TOML: quoted if it is not a value yet. */
function asValue(written: string): string {
  if (/^(?:true|yes|on)$/i.test(written)) return "true";
  if (/^(?:false|no|off)$/i.test(written)) return "false";
  if (/^(?:["'[{]|[+-]?\d+(?:\.\d+)?$)/.test(written)) return written;
  return quote(written.replace(/^[\u2018\u201c]|[\u2019\u201d]$/g, ""));
}
