/**
 * Splits a command as a POSIX shell splits one into words (blanks, quotes, backslashes), and does nothing else of what a
 * shell does. The value of a placeholder is part of its word in any case, so that one with spaces or quotes
 * stays one argument.
 */
import type { Piece } from "./interpolate.ts";

/** A stretch of the command before interpolation. */
export interface Mark {
  readonly text: string;
  readonly index: number;
}

/** One argument. */
export interface Word {
  readonly text: string;
  /** A `$NAME` that a shell would have replaced here, if there is one. */
  readonly variable: Mark | null;
}

/** A command in words, and what speaks against it. */
export interface SplitCommand {
  readonly words: readonly Word[];
  /** A quote without its partner, or a backslash with nothing behind it. */
  readonly unbalanced: Mark | null;
  /** Syntax that only a shell understands. */
  readonly shellSyntax: readonly Mark[];
}

const VARIABLE = /\$(?:[A-Za-z_][A-Za-z0-9_]*|\{[A-Za-z_][A-Za-z0-9_]*\})/y;
const SHELL_SYNTAX = /[|&;<>]+|[()`*]|\$\(|\[[^[\]\s'"]+\]|\{[^{}\s'"]*(?:,|\.\.)[^{}\s'"]*\}/y;
const BLANK = /[ \t\r\n]/;
const SHELL_SYNTAX_IN_QUOTES = /`|\$\(/y;

/** The words that have been read so far. */
interface Splitting {
  readonly words: Word[];
  /** The word that is being read, if one is. */
  word: { text: string; variable: Mark | null } | null;
  /** The quote that is open, and the backslash whose character is still to come. */
  quote: Mark | null;
  backslash: Mark | null;
  readonly shellSyntax: Mark[];
}

/** Splits the pieces of one command. */
export function splitCommand(pieces: readonly Piece[]): SplitCommand {
  const state: Splitting = { words: [], word: null, quote: null, backslash: null, shellSyntax: [] };
  for (const piece of pieces) {
    if (piece.isLiteral) {
      for (let at = 0; at < piece.text.length; at++) take(state, piece, at);
    } else {
      append(state, piece.text);
      state.backslash = null;
    }
  }
  endWord(state);
  return { words: state.words, unbalanced: state.quote ?? state.backslash, shellSyntax: state.shellSyntax };
}

function take(state: Splitting, piece: Piece, at: number): void {
  const unit = piece.text[at]!;
  const mark: Mark = { text: unit, index: piece.index + at };
  if (state.backslash !== null) {
    takeEscaped(state, unit);
  } else if (state.quote?.text === unit) {
    state.quote = null;
  } else if (state.quote?.text === "'") {
    append(state, unit);
  } else if (unit === "\\") {
    state.backslash = mark;
  } else if (state.quote === null && (unit === "'" || unit === '"')) {
    append(state, "");
    state.quote = mark;
  } else if (state.quote === null && BLANK.test(unit)) {
    endWord(state);
  } else {
    inspect(state, piece.text, at, mark.index);
    append(state, unit);
  }
}

/** In double quotes a backslash is a character like any other, except before these. */
function takeEscaped(state: Splitting, unit: string): void {
  if (state.quote !== null && !/[$`"\\\n]/.test(unit)) append(state, "\\");
  if (unit !== "\n") append(state, unit);
  state.backslash = null;
}

function append(state: Splitting, text: string): void {
  state.word ??= { text: "", variable: null };
  state.word.text += text;
}

function endWord(state: Splitting): void {
  if (state.word !== null) state.words.push(state.word);
  state.word = null;
}

/** Notes what a shell would have acted upon. */
function inspect(state: Splitting, text: string, at: number, index: number): void {
  const syntax = matchAt(state.quote === null ? SHELL_SYNTAX : SHELL_SYNTAX_IN_QUOTES, text, at);
  // In an address it is a question mark, of which no shell would find a file.
  const isAnyLetter = state.quote === null && text[at] === "?" && state.word?.text.includes("://") !== true;
  const isComment = state.quote === null && state.word === null && text[at] === "#";
  const isHome = state.word === null && state.quote === null && /^~(?:[/\s]|$)/.test(text.slice(at, at + 2));
  if (syntax !== null || isAnyLetter || isComment || isHome) {
    noteSyntax(state, { text: syntax ?? text[at]!, index });
  }
  const variable = matchAt(VARIABLE, text, at);
  if (variable === null) return;
  append(state, "");
  state.word!.variable ??= { text: variable, index };
}

/** Of what belongs together, `&&`, the end is no more news. */
function noteSyntax({ shellSyntax }: Splitting, mark: Mark): void {
  const last = shellSyntax.at(-1);
  if (last === undefined || mark.index >= last.index + last.text.length) shellSyntax.push(mark);
}

/** The first `$NAME` in the text of one argument of a list, where quotes are characters like any other. */
export function firstVariable(pieces: readonly Piece[]): Mark | null {
  for (const { text, index, isLiteral } of pieces) {
    if (!isLiteral) continue;
    for (let at = text.indexOf("$"); at !== -1; at = text.indexOf("$", at + 1)) {
      const variable = matchAt(VARIABLE, text, at);
      if (variable !== null) return { text: variable, index: index + at };
    }
  }
  return null;
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}
