/**
 * Common mistakes in TOML, each recognised by what stands around the place where the parser stopped. The first rule that
 * answers wins, so that the special ones come first.
 */
import { quote } from "../wording.ts";
import { type Explanation, lineEnd, type SyntaxSite } from "./syntax_site.ts";

type SyntaxRule = (site: SyntaxSite) => Explanation | null;

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
  const isUnexpected = /^Unexpected (?:character|token)$/.test(parserSays);
  const isInList = /[[,][ \t]*$/.test(lead) && lead.includes("=");
  if (!isUnexpected || !(/=[ \t]*$/.test(lead) || isInList) || rest === "") return null;
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

const unclosedHeader: SyntaxRule = ({ parserSays, text, index }) => {
  const isHeader = parserSays === "Unterminated table-key" || parserSays.startsWith("The key, equals sign");
  const start = text.lastIndexOf("[", index - 1);
  if (!isHeader || start === -1) return null;
  const written = text.slice(start, lineEnd(text, start)).trim();
  if (!/^\[[^\]=]*(?:\]|$)/.test(written)) return null;
  const at = { start, end: start + written.length };
  const isSpaced = /^\[+\s*[^\s"'\]]+\s+[^\s\]]/.test(written);
  const message = isSpaced ? "a name in a header has a space in it" : "this header is never closed";
  const joined = written.replace(/^\[+|\]+$/g, "").trim().replace(/\s+/g, "_");
  return { at, message, hint: `write [${joined}]` };
};

const keyAlone: SyntaxRule = ({ parserSays, text, index, lead, rest }) => {
  if (parserSays !== "Expected equal (=) token") return null;
  if (/^[ \t]*-[ \t]*$/.test(lead)) {
    return { message: "lists are not written with dashes", hint: 'write key = ["a", "b"]' };
  }
  if (rest.startsWith("]")) {
    return { message: "a header that is not opened", hint: `write [${lead.trim()}]` };
  }
  const isAtEnd = rest.trim() === "" || lead.trim() === "";
  const before = text.slice(0, index).trimEnd();
  if (isAtEnd) {
    const start = before.lastIndexOf("\n") + 1;
    const key = before.slice(start).trim();
    return {
      at: { start: before.length - key.length, end: before.length },
      message: "a key without a value",
      expected: 'key = "value", or a header such as [actors.web]',
    };
  }
  return {
    message: `expected "=" before ${quote(bareText(rest, true))}`,
    hint: "a key has no spaces; write it with _ instead",
  };
};

const inlineTable: SyntaxRule = ({ parserSays, text, index }) => {
  const hint = "close it on its line, or give the table a header of its own such as [actors.web.ready]";
  const start = text.lastIndexOf("{", index);
  if (start === -1) return null;
  if (parserSays.startsWith("Trailing comma")) {
    return { message: "a comma before the closing brace", hint: "remove the comma" };
  }
  const isAtEnd = parserSays === "Unexpected token" && index === text.length;
  if (!isAtEnd && !/^(?:No newlines|Unterminated inline table)/.test(parserSays)) return null;
  return {
    at: { start, end: lineEnd(text, start) },
    message: "a table in braces does not end on its line",
    hint,
  };
};

const unclosedList: SyntaxRule = ({ parserSays, text, index, lead }) => {
  const isOpen = /^(?:Unterminated array|Expected comma|Unspecified values)/.test(parserSays);
  const isNextKey = /^Unexpected (?:character|token)$/.test(parserSays) && lead.trim() === "";
  if (!isOpen && !isNextKey) return null;
  const opened = [...text.slice(0, index).matchAll(/=[ \t]*(\[)/g)].at(-1);
  if (opened === undefined) return null;
  const start = opened.index + opened[0].length - 1;
  const isSameLine = !text.slice(start, index).includes("\n");
  if (isSameLine && parserSays.startsWith("Expected comma")) {
    return { message: "a comma is missing", expected: '"," between the values of a list' };
  }
  if (/\][ \t\r]*(?:#[^\n]*)?\n[^\n]*$/.test(text.slice(start, index))) return null;
  return { at: { start, end: start + 1 }, message: "this list is never closed", hint: "add the closing ]" };
};

const badEscape: SyntaxRule = ({ parserSays, text, index }) => {
  if (!parserSays.startsWith("Invalid character in escape")) return null;
  const start = text[index] === "\\" ? index : index - 1;
  const escape = text.slice(start, start + 2);
  return {
    at: { start, end: start + 2 },
    message: `${escape} is no escape`,
    hint: "write \\\\ for a backslash, or put the text in single quotes",
  };
};

const foreignComment: SyntaxRule = ({ lead, rest }) => {
  const mark = /^(?:\/\/|\/\*|;|--)/.exec(rest)?.[0];
  if (lead.trim() !== "" || mark === undefined) return null;
  return { message: `${quote(mark)} does not begin a comment`, hint: "comments begin with #" };
};

const foreignKey: SyntaxRule = ({ parserSays, lead, rest }) => {
  const isUnexpected = /^Unexpected (?:character|token)$/.test(parserSays);
  if (!isUnexpected || lead.includes("=")) return null;
  if (lead.trim() === "" && rest.startsWith("{")) {
    return { message: "this is not TOML", hint: "the file is written as [actors.NAME] and key = value" };
  }
  if (!/^[\s[]*[\w."'-]*$/.test(lead) || !/^[^\s\x21-\x7e]/.test(rest)) return null;
  return {
    message: `${quote([...rest][0]!)} in a name without quotes`,
    expected: "letters, digits, _ and -",
  };
};

/** All rules, the special ones first. */
export const SYNTAX_RULES: readonly SyntaxRule[] = [
  foreignComment,
  missingValue,
  colonForEquals,
  valueWithoutQuotes,
  textAfterValue,
  unclosedText,
  unclosedHeader,
  keyAlone,
  inlineTable,
  unclosedList,
  badEscape,
  foreignKey,
];

/** What someone meant as one value: up to a comment, and within brackets up to the next comma or bracket. */
function bareText(rest: string, isNested: boolean): string {
  const text = rest.replace(/\s+#.*$/, "");
  return (isNested ? text.replace(/[,\]}].*$/, "") : text).trim();
}

/** `written` as TOML: quoted if it is not a value yet. */
function asValue(written: string): string {
  if (/^(?:true|yes|on)$/i.test(written)) return "true";
  if (/^(?:false|no|off)$/i.test(written)) return "false";
  if (/^(?:["'[{]|[+-]?\d+(?:\.\d+)?$)/.test(written)) return written;
  return quote(written.replace(/^[\u2018\u201c]|[\u2019\u201d]$/g, ""));
}
