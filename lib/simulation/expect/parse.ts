/** Reads expectations as people write them. PURE. */
import { parseDuration } from "../../base/duration.ts";
import { nearestName } from "../../base/nearest.ts";
import {
  type Claim,
  type ConditionName,
  CONDITIONS,
  COUNTED,
  type Counted,
  type Expectation,
  type Range,
} from "./expectation.ts";

/** A mistake in an expectation. */
export interface ExpectationProblem {
  /** The expectation as it was written. */
  readonly text: string;
  /** Where in it, from 0; its length if something is missing at the end. */
  readonly at: number;
  readonly what: string;
  readonly hint: string;
}

/** An expectation, or what is wrong with it. */
export type ReadExpectation =
  | { readonly ok: true; readonly expectation: Expectation }
  | { readonly ok: false; readonly problem: ExpectationProblem };

/** Reads one. */
export function parseExpectation(text: string): ReadExpectation {
  try {
    return { ok: true, expectation: new Reader(text).read() };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { ok: false, problem: { text, at: error.at, what: error.message, hint: error.hint } };
  }
}

const EXAMPLE = 'write it as in "api ready before 60s", "never db failed", "db restarts at most 3"';

class Unreadable extends Error {
  readonly at: number;
  readonly hint: string;

  constructor(message: string, at: number, hint: string = EXAMPLE) {
    super(message);
    this.at = at;
    this.hint = hint;
  }
}

interface Word {
  readonly text: string;
  readonly at: number;
}

/** The words that may follow on a state or a number. */
const FOLLOWING = ["before", "after", "from", "within", "twice"];

function notUnderstood({ text, at }: Word): Unreadable {
  const nearest = nearestName(text, FOLLOWING);
  return new Unreadable(
    `"${text}" is not understood here`,
    at,
    nearest === null ? EXAMPLE : `did you mean "${nearest}"?`,
  );
}

/** Other words for a state. */
const SYNONYMS: ReadonlyMap<string, ConditionName> = new Map([
  ["backing_off", "backing-off"],
  ["restarting", "backing-off"],
  ["up", "ready"],
  ["done", "completed"],
]);

/** Other words for things that are counted. */
const COUNTED_TOO: ReadonlyMap<string, Counted> = new Map([["fails", "failures"]]);

const NUMBERS: ReadonlyMap<string, number> = new Map([["once", 1], ["twice", 2]]);

const WHOLE: Range = { fromMs: 0, toMs: Infinity };

class Reader {
  readonly #text: string;
  readonly #words: readonly Word[];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#words = [...text.matchAll(/\S+/g)].map((match) => ({ text: match[0], at: match.index }));
  }

  read(): Expectation {
    const text = this.#text.trim();
    const modeBefore = this.#takeOne("always", "never");
    const who = this.#name();
    const mode = modeBefore ?? this.#takeOne("always", "never");
    const word = this.#peek()?.text ?? "";
    const counted = COUNTED_TOO.get(word) ?? COUNTED.find((what) => what === word);
    if (counted !== undefined) return this.#count(text, mode, who, counted);
    const claim = this.#claim(who);
    const expectation = this.#when(text, mode, claim);
    const rest = this.#peek();
    if (rest !== undefined) throw notUnderstood(rest);
    return expectation;
  }

  #when(text: string, mode: "always" | "never" | null, claim: Claim): Expectation {
    const kind = mode ?? "sometime";
    const at = this.#peek()?.at ?? this.#text.length;
    switch (this.#takeOne("before", "after", "from", "within")) {
      case null:
        return { text, kind, claim, range: WHOLE };
      case "before": {
        const toMs = this.#timeOrNull();
        if (toMs === 0) throw new Unreadable("nothing is before the beginning", at, "write a time after 0s");
        if (toMs !== null) return { text, kind, claim, range: { fromMs: 0, toMs } };
        if (mode !== null) {
          throw new Unreadable(`"${mode}" does not go with an order`, at, `leave "${mode}" out`);
        }
        if (this.#isLastAndNumber()) this.#time();
        return { text, kind: "order", claim, than: this.#claim(this.#name()) };
      }
      case "after":
        return { text, kind, claim, range: { fromMs: this.#time(), toMs: Infinity } };
      case "from": {
        const fromMs = this.#time();
        this.#expect("to");
        const toMs = this.#time();
        if (toMs <= fromMs) {
          throw new Unreadable("this time ends before it begins", at, "write the earlier time first");
        }
        return { text, kind: mode ?? "always", claim, range: { fromMs, toMs } };
      }
      case "within": {
        if (mode !== null) {
          throw new Unreadable(`"${mode}" does not go with "within"`, at, `leave "${mode}" out`);
        }
        const ms = this.#span(at);
        this.#expect("of", 'from the beginning of the tree it is "before 60s"');
        if (this.#peek()?.text === "down") {
          this.#next++;
          return { text, kind: "within", claim, ms, of: null };
        }
        return { text, kind: "within", claim, ms, of: this.#claim(this.#name()) };
      }
    }
  }

  #count(text: string, mode: "always" | "never" | null, who: string, what: Counted): Expectation {
    const { at } = this.#words[this.#next++]!;
    if (mode === "never" && this.#peek() === undefined) {
      return { text, kind: "count", who, what, how: "at most", number: 0, withinMs: null };
    }
    if (mode !== null) throw new Unreadable(`"${mode}" does not go with a count`, at, `leave "${mode}" out`);
    const how = this.#howMany();
    const number = this.#number(how);
    this.#takeOne("times", "time");
    const withinAt = this.#peek()?.at ?? 0;
    const withinMs = this.#takeOne("within") === null ? null : this.#span(withinAt);
    const rest = this.#peek();
    if (rest !== undefined) throw notUnderstood(rest);
    return { text, kind: "count", who, what, how, number, withinMs };
  }

  #number(how: "at most" | "at least" | "exactly"): number {
    const word = this.#peek();
    const number = word === undefined
      ? null
      : NUMBERS.get(word.text) ?? (/^\d+$/.test(word.text) ? Number(word.text) : null);
    if (word === undefined || number === null) {
      throw new Unreadable("a number is missing", word?.at ?? this.#text.length);
    }
    if (how === "at least" && number === 0) {
      throw new Unreadable("that is always so", word.at, 'write "at least 1", or more');
    }
    this.#next++;
    return number;
  }

  #howMany(): "at most" | "at least" | "exactly" {
    if (this.#takeOne("exactly") !== null) return "exactly";
    const at = this.#peek()?.at ?? this.#text.length;
    if (this.#takeOne("at") !== null) {
      const which = this.#takeOne("most", "least");
      if (which !== null) return `at ${which}`;
    }
    throw new Unreadable('"at most", "at least" or "exactly" is missing', at);
  }

  #claim(who: string): Claim {
    const isNot = this.#takeOne("not") !== null;
    const word = this.#peek();
    if (word === undefined) throw new Unreadable(`the state of "${who}" is missing`, this.#text.length);
    this.#next++;
    const state = SYNONYMS.get(word.text) ?? CONDITIONS.find((name) => name === word.text);
    if (state === undefined) {
      const nearest = nearestName(word.text, [...CONDITIONS, ...COUNTED]);
      const hint = nearest === null ? `states are ${CONDITIONS.join(", ")}` : `did you mean "${nearest}"?`;
      throw new Unreadable(`"${word.text}" is no state`, word.at, hint);
    }
    if (this.#takeOne("twice") === null) return { who, state, isNot };
    if (state !== "running" || isNot) {
      throw new Unreadable('"twice" goes with "running" alone', word.at, 'write "never db running twice"');
    }
    return { who, state: "running twice", isNot };
  }

  #name(): string {
    const word = this.#peek();
    if (word === undefined) throw new Unreadable("the name of an actor is missing", this.#text.length);
    this.#next++;
    return word.text.replace(/^(["'])(.*)\1$/, "$2");
  }

  #time(): number {
    const word = this.#peek();
    const ms = this.#timeOrNull();
    if (ms !== null) return ms;
    const what = word === undefined ? "a time is missing" : `"${word.text}" is no time`;
    throw new Unreadable(what, word?.at ?? this.#text.length, 'times are written "10s", "1m30s"');
  }

  /** A time that something may take. */
  #span(at: number): number {
    const ms = this.#time();
    if (ms === 0) throw new Unreadable("nothing takes no time", at, "write a time after 0s");
    return ms;
  }

  /** Whether a number is meant for a time that ends the sentence. */
  #isLastAndNumber(): boolean {
    return this.#next === this.#words.length - 1 && /^\d/.test(this.#peek()!.text);
  }

  #timeOrNull(): number | null {
    const word = this.#peek();
    const ms = word === undefined ? null : parseDuration(word.text);
    if (ms !== null) this.#next++;
    return ms;
  }

  #expect(text: string, hint: string = EXAMPLE): void {
    const word = this.#peek();
    if (this.#takeOne(text) === null) {
      throw new Unreadable(`"${text}" is missing`, word?.at ?? this.#text.length, hint);
    }
  }

  #takeOne<Text extends string>(...texts: readonly Text[]): Text | null {
    const found = texts.find((text) => text === this.#peek()?.text);
    if (found === undefined) return null;
    this.#next++;
    return found;
  }

  #peek(): Word | undefined {
    return this.#words[this.#next];
  }
}
