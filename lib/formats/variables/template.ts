/**
 * Texts with variables as docker compose has them: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?why}`,
 * `${NAME?why}`, `${NAME:+instead}`, `${NAME+instead}`, and `$$` for a dollar sign. Operands may hold variables of their own.
 */

/** A stretch of a text, or a variable in it. */
export type Part = string | Variable;

/** A variable of the environment. */
export interface Variable {
  readonly name: string;
  readonly operator: Operator;
  readonly operand: readonly Part[];
}

/** The operator behind the name. */
export type Operator = "" | ":-" | "-" | ":?" | "?" | ":+" | "+";

/** The parts of a text, or what is wrong with it, as a clause. */
export type Parsed = { readonly parts: readonly Part[] } | { readonly mistake: string };

const BARE = /[A-Za-z_][A-Za-z0-9_]*/y;
const HEAD = /([A-Za-z_][A-Za-z0-9_]*)(\}|:-|-|:\?|\?|:\+|\+)/y;
const MOST_DEPTH = 16;

/** Parses a text. */
export function parseTemplate(text: string): Parsed {
  if (!text.includes("$")) return { parts: [text] };
  const state: State = { text, at: 0, mistake: null };
  const parts = readParts(state, 0);
  return state.mistake === null ? { parts } : { mistake: state.mistake };
}

interface State {
  readonly text: string;
  at: number;
  mistake: string | null;
}

function readParts(state: State, depth: number): readonly Part[] {
  const { text } = state;
  const parts: Part[] = [];
  let plain = "";
  const flush = () => {
    if (plain !== "") parts.push(plain);
    plain = "";
  };
  while (state.at < text.length && state.mistake === null && !(depth > 0 && text[state.at] === "}")) {
    const next = text[state.at + 1];
    if (text[state.at] !== "$") {
      plain += text[state.at];
      state.at++;
    } else if (next === "$") {
      plain += "$";
      state.at += 2;
    } else if (next === "{") {
      flush();
      const variable = readBraced(state, depth);
      if (variable !== null) parts.push(variable);
    } else {
      BARE.lastIndex = state.at + 1;
      const [name] = BARE.exec(text) ?? [];
      if (name === undefined) {
        plain += "$";
        state.at++;
      } else {
        flush();
        parts.push({ name, operator: "", operand: [] });
        state.at += 1 + name.length;
      }
    }
  }
  flush();
  return parts;
}

function readBraced(state: State, depth: number): Variable | null {
  HEAD.lastIndex = state.at + "${".length;
  const [, name, mark] = HEAD.exec(state.text) ?? [];
  if (name === undefined || mark === undefined || depth === MOST_DEPTH) {
    return mistaken(state, "it has a `${` that is no variable; `$$` stands for a dollar sign");
  }
  state.at = HEAD.lastIndex;
  if (mark === "}") return { name, operator: "", operand: [] };
  const operand = readParts(state, depth + 1);
  if (state.mistake !== null) return null;
  if (state.text[state.at] !== "}") return mistaken(state, `the brace behind \`\${${name}\` is never closed`);
  state.at++;
  return { name, operator: mark as Operator, operand };
}

function mistaken(state: State, mistake: string): null {
  state.mistake = mistake;
  return null;
}
