import type { Ffi } from "../ffi.ts";
import { ORDER, STEP_WORDS } from "./machine_code.ts";

const WORD_BYTES = 8;
const HALF = 2 ** 32;

const CLONE_VM = 0x100;
const CLONE_VFORK = 0x4000;
const CLONE_INTO_CGROUP = 2 ** 33;
const SIGCHLD = 17;

/** The layout, in machine words: behind the order itself the arguments of clone3, zeros, a pair of numbers, and the steps. */
const ARGUMENTS = 8;
const ARGUMENTS_WORDS = 11;
const FLAGS = ARGUMENTS;
const EXIT_SIGNAL = ARGUMENTS + 4;
const GROUP = ARGUMENTS + 10;
const ZEROS = 20;
const PAIR = 24;
const STEPS = 32;

/** How many steps all may begin with. */
const MOST_FIRST = 64;

/** The memory that the machine code is called with, of which all but the last steps stay as they are. */
export class Order {
  readonly #bytes: Uint8Array;
  readonly #halves: Uint32Array;
  readonly #address: number;
  readonly #first: number;
  #next = STEPS;
  /** Memory that the steps name the addresses of, and that has to stay there. */
  kept: object | null = null;

  /** @param first Writes the steps that all begin with. */
  constructor(ffi: Ffi, steps: number, first: (order: Order) => void) {
    this.#bytes = new Uint8Array((STEPS + (steps + MOST_FIRST) * STEP_WORDS) * WORD_BYTES);
    this.#halves = new Uint32Array(this.#bytes.buffer);
    this.#address = Number(ffi.addressOf(this.#bytes));
    this.#put(ORDER.arguments, this.#addressOf(ARGUMENTS));
    this.#put(ORDER.argumentsSize, ARGUMENTS_WORDS * WORD_BYTES);
    this.#put(ORDER.steps, this.#addressOf(STEPS));
    this.#halves.fill(HALF - 1, ORDER.all * 2, ORDER.all * 2 + 2);
    this.#put(EXIT_SIGNAL, SIGCHLD);
    first(this);
    this.#first = this.#next;
  }

  /** For how many more steps there is room behind the first ones. */
  get room(): number {
    return (this.#halves.length / 2 - this.#first) / STEP_WORDS;
  }

  /** The address of some zeros: no handler, no signals. */
  get zeros(): number {
    return this.#addressOf(ZEROS);
  }

  /** The result of the last step that was made; below zero it has failed. */
  get result(): number {
    return this.#halves[ORDER.result * 2]! | 0;
  }

  /**
   * Forgets all but the first steps.
   *
   * @param group A descriptor of the control group to be born in; null for that of this process.
   */
  begin(group: number | null): void {
    this.#next = this.#first;
    this.#put(FLAGS, CLONE_VM + CLONE_VFORK + (group === null ? 0 : CLONE_INTO_CGROUP));
    this.#put(GROUP, group ?? 0);
    this.#put(ORDER.result, 0);
  }

  /** Adds a system call. */
  step(call: number, ...args: readonly number[]): void {
    for (let word = 0; word < STEP_WORDS; word++) {
      this.#put(this.#next + word, word === 0 ? call : args[word - 1] ?? 0);
    }
    this.#next += STEP_WORDS;
  }

  /** Keeps two numbers. @returns Their address. */
  pair([one, other]: readonly [number, number]): number {
    this.#put(PAIR, one);
    this.#put(PAIR + 1, other);
    return this.#addressOf(PAIR);
  }

  /** The argument of the machine code. */
  finish(): Uint8Array {
    this.#put(ORDER.end, this.#addressOf(this.#next));
    return this.#bytes;
  }

  #put(word: number, value: number): void {
    this.#halves[word * 2] = value % HALF;
    this.#halves[word * 2 + 1] = Math.floor(value / HALF);
  }

  #addressOf(word: number): number {
    return this.#address + word * WORD_BYTES;
  }
}
