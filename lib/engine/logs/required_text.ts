/**
 * The text that every match of a regular expression has in it, so that lines without the text need not be matched.
 *
 * The answer is a run of characters, or of classes of them, for each alternative: nothing in it is repeated or optional, so that
 * the engine of the runtime finds it in time that grows with the text alone. An expression with anything of which it is not
 * plain what it means to both engines has no answer.
 */

/** Finds what is required. */
export interface RequiredText {
  /** Where the first one at `from` or behind begins; -1 if there is none. */
  find(text: string, from: number): number;
}

/** How a run of characters is written. */
interface Run {
  readonly source: string;
  /** How few texts have it by chance: the more, the fewer. */
  readonly weight: number;
  /** The text, if it is the only one. */
  readonly literal: string | null;
}

/** A part of an expression that stands for one character, or for any number of them. */
interface Part {
  /** Null if nothing is known of it. */
  readonly run: Run | null;
  /** Whether it is one character, so that what stands beside it in the expression does so in the text. */
  readonly isCharacter: boolean;
}

const EMPTY: Run = { source: "", weight: 0, literal: "" };
const UNKNOWN: Part = { run: null, isCharacter: false };

const LITERAL_WEIGHT = 4;
const CLASS_WEIGHT = 2;
/** Each line of a log begins with a date. */
const DIGIT_WEIGHT = 1;

/** How often one character is written for what is repeated. */
const MOST_REPEATED = 32;

const SYNTAX = /[\\^$.*+?()[\]{}|/]/;
/** A class of plain characters, ranges of them, digits and letters. */
const PLAIN_CLASS = /^(?:[A-Za-z0-9 _.,:;!@#%&*+=<>"'~`/?|(){}$]|\\[dw.\-\]\\/]|(?:a-z|A-Z|0-9|a-f|A-F))+$/;
const QUANTIFIER = /^(?:[*+?]|\{(\d+)(,(\d*))?\})\??/;

/** @returns Null if nothing is required, or nobody can tell. */
export function requiredText(pattern: string): RequiredText | null {
  const ignoresCase = pattern.startsWith("(?i)");
  const run = new Reader(ignoresCase ? pattern.slice(4) : pattern).read();
  if (run === null) return null;
  const { literal, source } = run;
  if (literal !== null && !ignoresCase) return { find: (text, from) => text.indexOf(literal, from) };
  const expression = new RegExp(source, ignoresCase ? "giu" : "gu");
  return {
    find(text, from) {
      expression.lastIndex = from;
      return expression.exec(text)?.index ?? -1;
    },
  };
}

/** Thrown where it is not plain what an expression means. */
class Unclear extends Error {}

/** Reads an expression from left to right. */
class Reader {
  #rest: string;

  constructor(pattern: string) {
    this.#rest = pattern;
  }

  read(): Run | null {
    try {
      const run = this.#alternatives();
      return this.#rest === "" ? run : null;
    } catch (error) {
      if (!(error instanceof Unclear)) throw error;
      return null;
    }
  }

  #alternatives(): Run | null {
    const runs = [this.#sequence()];
    while (this.#takes("|")) runs.push(this.#sequence());
    return either(runs);
  }

  /** The run of most weight in parts that follow each other, up to an alternative or the end of a group. */
  #sequence(): Run | null {
    let best = EMPTY;
    let run = EMPTY;
    const end = (next = EMPTY) => {
      if (run.weight > best.weight) best = run;
      run = next;
    };
    while (this.#rest !== "" && !/^[|)]/.test(this.#rest)) {
      const part = this.#part();
      const { least, isExact } = this.#quantifier();
      if (part.run === null || least === 0) end();
      else if (!part.isCharacter) {
        end(part.run);
        end();
      } else {
        for (let count = Math.min(least, MOST_REPEATED); count > 0; count--) run = joined(run, part.run);
        // The last one of however many stands beside what follows.
        if (!isExact || least > MOST_REPEATED) end(part.run);
      }
    }
    end();
    return best === EMPTY ? null : best;
  }

  #part(): Part {
    if (this.#takes("(")) return this.#group();
    if (this.#takes("[")) return this.#class();
    if (this.#takes("\\")) return this.#escaped();
    const character = this.#character();
    if (character === "^" || character === "$" || character === ".") return UNKNOWN;
    if (SYNTAX.test(character) && character !== "/" && character !== "]" && character !== "}") {
      throw new Unclear();
    }
    return literally(character);
  }

  #group(): Part {
    if (this.#rest.startsWith("?") && !this.#takes("?:")) throw new Unclear();
    const run = this.#alternatives();
    if (!this.#takes(")")) throw new Unclear();
    return { run, isCharacter: false };
  }

  #class(): Part {
    const inside = /^(?:\\.|[^\\\]])*/.exec(this.#rest)![0];
    this.#rest = this.#rest.slice(inside.length);
    // One that stands first is a bracket of the class in some dialects.
    if (inside === "" || inside === "^" || inside.includes("[") || !this.#takes("]")) throw new Unclear();
    if (!PLAIN_CLASS.test(inside)) return UNKNOWN;
    return { run: { source: `[${inside}]`, weight: CLASS_WEIGHT, literal: null }, isCharacter: true };
  }

  #escaped(): Part {
    const character = this.#character();
    if (SYNTAX.test(character) || character === "-") return literally(character);
    if (character === "d" || character === "w") {
      const run = { source: `\\${character}`, weight: DIGIT_WEIGHT, literal: null };
      return { run, isCharacter: true };
    }
    if (/[bBDWsStnrfv]/.test(character)) return UNKNOWN;
    throw new Unclear();
  }

  #quantifier(): { readonly least: number; readonly isExact: boolean } {
    const found = QUANTIFIER.exec(this.#rest);
    if (found === null) return { least: 1, isExact: true };
    this.#rest = this.#rest.slice(found[0].length);
    const [text, least, more, most] = found;
    if (least === undefined) return { least: text.startsWith("+") ? 1 : 0, isExact: false };
    return {
      least: Number(least),
      isExact: more === undefined || Number(most || Infinity) === Number(least),
    };
  }

  #character(): string {
    const [character] = this.#rest;
    if (character === undefined) throw new Unclear();
    this.#rest = this.#rest.slice(character.length);
    return character;
  }

  #takes(text: string): boolean {
    if (!this.#rest.startsWith(text)) return false;
    this.#rest = this.#rest.slice(text.length);
    return true;
  }
}

function literally(character: string): Part {
  const source = SYNTAX.test(character) ? `\\${character}` : character;
  return { run: { source, weight: LITERAL_WEIGHT, literal: character }, isCharacter: true };
}

function joined(one: Run, other: Run): Run {
  return {
    source: one.source + other.source,
    weight: one.weight + other.weight,
    literal: one.literal === null || other.literal === null ? null : one.literal + other.literal,
  };
}

/** One of several, as far as each is known. */
function either(runs: readonly (Run | null)[]): Run | null {
  const known = runs.filter((run) => run !== null);
  if (known.length < runs.length) return null;
  if (known.length === 1) return known[0]!;
  return {
    source: known.map(({ source }) => source).join("|"),
    weight: Math.min(...known.map(({ weight }) => weight)),
    literal: null,
  };
}
