/** Mistakes in headers, keys, lists, tables and comments. */
import { quote } from "../wording.ts";
import { bareText, isUnexpected, lineEnd, type SyntaxRule } from "./syntax_site.ts";

/** Comes before all other rules: what follows the mark may look like anything. */
export const foreignComment: SyntaxRule = ({ lead, rest }) => {
  const mark = /^(?:\/\/|\/\*|;|--)/.exec(rest)?.[0];
  if (lead.trim() !== "" || mark === undefined) return null;
  return { message: `${quote(mark)} does not begin a comment`, hint: "comments begin with #" };
};

const unclosedHeader: SyntaxRule = ({ parserSays, text, index }) => {
  const isHeader = parserSays === "Unterminated table-key" || parserSays.startsWith("The key, equals sign");
  const bracket = text.lastIndexOf("[", index - 1);
  const start = text[bracket - 1] === "[" ? bracket - 1 : bracket;
  if (!isHeader || start === -1) return null;
  const written = text.slice(start, lineEnd(text, start)).trim();
  const at = { start, end: start + written.length };
  const isSpaced = /^\[+\s*[^\s"'\]]+\s+[^\s\]]/.test(written);
  const message = isSpaced ? "a name in a header has a space in it" : "this header is never closed";
  const joined = written.replace(/^\[+|\]+$/g, "").trim().replace(/\s+/g, "_");
  return { at, message, hint: /^[\w.-]+$/.test(joined) ? `write [${joined}]` : null };
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

const missingComma: SyntaxRule = ({ parserSays, lead, rest }) => {
  const isNextLine = lead.trim() === "" && /^(?:[\w."'-]+[ \t]*=|\[\[?[A-Za-z])/.test(rest);
  if (!parserSays.startsWith("Expected comma") || isNextLine) return null;
  return { message: "a comma is missing", expected: '"," between two values' };
};

const unclosedList: SyntaxRule = ({ parserSays, text, index, lead }) => {
  const isOpen = /^(?:Unterminated array|Expected comma|Unspecified values)/.test(parserSays);
  const isNextKey = isUnexpected(parserSays) && lead.trim() === "";
  const opened = [...text.slice(0, index).matchAll(/=[ \t]*(\[)/g)].at(-1);
  if (!(isOpen || isNextKey) || opened === undefined) return null;
  const start = opened.index + opened[0].length - 1;
  const isClosed = /\][ \t\r]*(?:#[^\n]*)?\n[^\n]*$/.test(text.slice(start, index));
  if (isClosed) return null;
  return { at: { start, end: start + 1 }, message: "this list is never closed", hint: "add the closing ]" };
};

const foreignKey: SyntaxRule = ({ parserSays, lead, rest }) => {
  if (!isUnexpected(parserSays) || lead.includes("=")) return null;
  if (lead.trim() === "" && rest.startsWith("{")) {
    return { message: "this is not TOML", hint: "the file is written as [actors.NAME] and key = value" };
  }
  if (!/^[\s[]*[\w."'-]*$/.test(lead) || !/^[^\s\x21-\x7e]/.test(rest)) return null;
  return {
    message: `${quote([...rest][0]!)} in a name without quotes`,
    expected: "letters, digits, _ and -",
  };
};

/** The rules for what values stand in, the special ones first. */
export const STRUCTURE_RULES: readonly SyntaxRule[] = [
  unclosedHeader,
  keyAlone,
  inlineTable,
  missingComma,
  unclosedList,
  foreignKey,
];
