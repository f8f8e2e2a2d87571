import type { ParseError } from "toml-eslint-parser";
import type { ProblemDetails } from "../report.ts";
import type { Span } from "./source.ts";

/** Where the parser stopped, and what stands around that place. */
export interface SyntaxSite {
  /** The parser's own words; they tell kinds of error apart. */
  readonly parserSays: string;
  readonly text: string;
  readonly index: number;
  /** The line up to the place, and from it on. */
  readonly lead: string;
  readonly rest: string;
}

/** The explanation of a site by a rule. */
export interface Explanation extends ProblemDetails {
  readonly message: string;
  /** By default the one character where the parser stopped. */
  readonly at?: Span;
}

/** Explains one kind of mistake; null for all others. */
export type SyntaxRule = (site: SyntaxSite) => Explanation | null;

/** The site of a parse error. */
export function siteOf(text: string, error: ParseError): SyntaxSite {
  const index = Math.min(error.index, text.length);
  const lineStart = text.lastIndexOf("\n", index - 1) + 1;
  return {
    parserSays: error.message,
    text,
    index,
    lead: text.slice(lineStart, index),
    rest: text.slice(index, lineEnd(text, index)),
  };
}

/** Where the line that holds `offset` ends, its line break excluded. */
export function lineEnd(text: string, offset: number): number {
  const lineBreak = text.indexOf("\n", offset);
  if (lineBreak === -1) return text.length;
  return text[lineBreak - 1] === "\r" && lineBreak > offset ? lineBreak - 1 : lineBreak;
}

/** Whether the parser met something that it knows no better name for. */
export function isUnexpected(parserSays: string): boolean {
  return /^Unexpected (?:character|token)$/.test(parserSays);
}

/** The text that someone meant as one value: up to a comment, and within brackets up to the next comma or bracket. */
export function bareText(rest: string, isNested: boolean): string {
  const text = rest.replace(/\s+#.*$/, "");
  return (isNested ? text.replace(/[,\]}].*$/, "") : text).trim();
}
