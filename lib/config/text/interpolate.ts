/**
 * Interpolation: `${env:NAME}`, `${env:NAME:-default}`, `${env:NAME:?message}`, `${dir}`, `${replica}` and `${supervise}`. A
 * default may hold placeholders of its own; what a variable holds is never looked at again. `$${env:...}` stands for the
 * text itself. Everything else that begins with `$` stays as it is, so that a shell command keeps its own placeholders.
 */

/** What placeholders stand for. */
export interface Placeholders {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told of each variable that is asked for, be it set or not. @default Nobody */
  readonly onVariable?: (name: string) => void;
  readonly dir: string;
  /** Is asked only if a text has it. */
  readonly supervise: () => string;
  /** The number of the copy whose text it is; 1 where there are no copies. */
  readonly replica: number;
}

/** A stretch of an interpolated text. */
export interface Piece {
  readonly text: string;
  /** Where it begins in the text before interpolation. */
  readonly index: number;
  /** Written in the file itself; false for what a placeholder stood for. */
  readonly isLiteral: boolean;
}

/** A placeholder that has no value. */
export interface Flaw {
  readonly kind: "unset" | "malformed";
  readonly index: number;
  readonly length: number;
  /** The variable, if one is named. */
  readonly variable: string;
  /** What `:?` says; empty without it. */
  readonly message: string;
}

/** A text after interpolation. */
export interface Interpolated {
  readonly pieces: readonly Piece[];
  readonly flaws: readonly Flaw[];
}

/** A text before it: literal text and placeholders in turn. */
type Part = Piece | Placeholder;

interface Placeholder {
  readonly name: "env" | "dir" | "supervise" | "replica" | "malformed";
  readonly variable: string;
  readonly operator: "" | ":-" | ":?";
  readonly operand: readonly Part[];
  readonly index: number;
  /** Just behind its closing brace. */
  readonly end: number;
}

const START = /\$\{(?:env:|dir\}|supervise\}|replica\})/y;
const HEAD = /([A-Za-z_][A-Za-z0-9_]*)(\}|:-|:\?)/y;
const MAX_DEPTH = 16;

/** Replaces the placeholders of `text`. */
export function interpolate(text: string, placeholders: Placeholders): Interpolated {
  const { parts } = readParts(text, 0, 0);
  const flaws: Flaw[] = [];
  const pieces = parts.map((part) => "name" in part ? pieceOf(part, placeholders, flaws) : part);
  return { pieces, flaws };
}

/** Reads up to the end of the text, or in a default (depth above 0) up to its closing brace. */
function readParts(text: string, from: number, depth: number): { parts: readonly Part[]; end: number } {
  const parts: Part[] = [];
  const addText = (start: number, end: number) => {
    if (end > start) parts.push({ text: text.slice(start, end), index: start, isLiteral: true });
  };
  let start = from;
  let at = from;
  while (at < text.length && !(depth > 0 && text[at] === "}")) {
    const isEscaped = text.startsWith("$$", at) && isStart(text, at + 1);
    if (isEscaped) {
      addText(start, at);
      const { end } = readPlaceholder(text, at + 1, depth);
      addText(at + 1, end);
      start = at = end;
    } else if (text[at] === "$" && isStart(text, at)) {
      addText(start, at);
      const placeholder = readPlaceholder(text, at, depth);
      parts.push(placeholder);
      start = at = placeholder.end;
    } else {
      at++;
    }
  }
  addText(start, at);
  return { parts, end: at };
}

function isStart(text: string, at: number): boolean {
  START.lastIndex = at;
  return START.test(text);
}

function readPlaceholder(text: string, index: number, depth: number): Placeholder {
  const simple = (["dir", "supervise", "replica"] as const).find((name) =>
    text.startsWith(`\${${name}}`, index)
  );
  if (simple !== undefined) {
    return {
      name: simple,
      variable: "",
      operator: "",
      operand: [],
      index,
      end: index + simple.length + "${}".length,
    };
  }
  HEAD.lastIndex = index + "${env:".length;
  const head = HEAD.exec(text);
  if (head === null || depth === MAX_DEPTH) return malformed(index, braceBehind(text, index));
  const [, variable, mark] = head;
  if (mark === "}") {
    return { name: "env", variable: variable!, operator: "", operand: [], index, end: HEAD.lastIndex };
  }
  const { parts, end } = readParts(text, HEAD.lastIndex, depth + 1);
  // All of the text has been searched: to go on anywhere before its end would be to search it again and again.
  if (end === text.length) return malformed(index, end);
  return {
    name: "env",
    variable: variable!,
    operator: mark as ":-" | ":?",
    operand: parts,
    index,
    end: end + 1,
  };
}

function malformed(index: number, end: number): Placeholder {
  return { name: "malformed", variable: "", operator: "", operand: [], index, end };
}

function braceBehind(text: string, index: number): number {
  const brace = text.indexOf("}", index);
  return brace === -1 ? text.length : brace + 1;
}

function pieceOf(placeholder: Placeholder, placeholders: Placeholders, flaws: Flaw[]): Piece {
  const { index, end, variable } = placeholder;
  const piece = (text: string): Piece => ({ text, index, isLiteral: false });
  const flaw = (kind: Flaw["kind"], message = ""): Piece => {
    flaws.push({ kind, index, length: end - index, variable, message });
    return piece("");
  };
  const operand = () =>
    placeholder.operand.map((part) => "name" in part ? pieceOf(part, placeholders, flaws).text : part.text)
      .join("");
  switch (placeholder.name) {
    case "dir":
      return piece(placeholders.dir);
    case "supervise":
      return piece(placeholders.supervise());
    case "replica":
      return piece(String(placeholders.replica));
    case "malformed":
      return flaw("malformed");
    case "env": {
      placeholders.onVariable?.(variable);
      const value = valueOf(placeholders.environment, variable);
      if (placeholder.operator === "") return value === null ? flaw("unset") : piece(value);
      if (value !== null && value !== "") return piece(value);
      return placeholder.operator === ":-" ? piece(operand()) : flaw("unset", operand());
    }
  }
}

function valueOf(environment: Placeholders["environment"], name: string): string | null {
  return Object.hasOwn(environment, name) ? environment[name] ?? null : null;
}
