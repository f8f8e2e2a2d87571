import { type AST, ParseError, parseTOML } from "toml-eslint-parser";

/** A syntax tree, the first error, or null where the parser itself fails, as it does when it runs out of stack. */
export type Parsed = AST.TOMLProgram | ParseError | null;

/** Parses a text as TOML 1.0. */
export function parseSyntax(text: string): Parsed {
  try {
    return parseTOML(text, { tomlVersion: "1.0" });
  } catch (error) {
    return error instanceof ParseError ? error : null;
  }
}
