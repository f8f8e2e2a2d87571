/** Words of a command line that are JSON. */
import { quotedForShell } from "../base/shell_word.ts";
import type { UserError } from "../base/user_error.ts";
import { usage } from "./option.ts";

/**
 * Reads a word.
 *
 * @param position Which of the arguments it is, from 1.
 * @throws {UserError} `usage/bad-json`, with the place where it stops to be JSON.
 */
export function parseJsonArgument(text: string, position: number): unknown {
  const at = jsonErrorAt(text);
  if (at === null) return JSON.parse(text);
  throw badJson(text, position, at);
}

function badJson(text: string, position: number, at: number): UserError {
  const where = at >= text.length
    ? "it ends too early"
    : `at character ${at + 1}, ${JSON.stringify(text[at])}`;
  const quoted = quotedForShell(JSON.stringify(text));
  const hint = /^[\s"{[]/.test(text) ? "check its quotes and brackets" : `a text is written ${quoted}`;
  return usage("usage/bad-json", `Argument ${position} is not JSON, ${where}: ${text}`, hint);
}

const SPACE = /[ \t\n\r]*/y;
const SCALAR =
  /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy;

/** Where a text stops to be JSON; null if it never does. Runtimes do not agree on how to tell. */
export function jsonErrorAt(text: string): number | null {
  const reader = new Reader(text);
  return reader.value() && reader.isAtEnd() ? null : reader.at;
}

class Reader {
  at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  value(): boolean {
    this.#take(SPACE);
    const [first] = this.#text.slice(this.at, this.at + 1);
    if (first === "[") return this.#list("]", () => this.value());
    if (first === "{") return this.#list("}", () => this.#member());
    return this.#take(SCALAR);
  }

  isAtEnd(): boolean {
    this.#take(SPACE);
    return this.at === this.#text.length;
  }

  #member(): boolean {
    this.#take(SPACE);
    if (this.#text[this.at] !== '"') return false;
    return this.#take(SCALAR) && this.#sign(":") && this.value();
  }

  #list(end: string, item: () => boolean): boolean {
    this.at += 1;
    if (this.#sign(end)) return true;
    do {
      if (!item()) return false;
    } while (this.#sign(","));
    return this.#sign(end);
  }

  #sign(sign: string): boolean {
    this.#take(SPACE);
    if (this.#text[this.at] !== sign) return false;
    this.at += 1;
    return true;
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text);
    if (found === null) return false;
    this.at = pattern.lastIndex;
    return true;
  }
}
