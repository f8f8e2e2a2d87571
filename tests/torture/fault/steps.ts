import { existsSync, openSync, readFileSync, writeSync } from "node:fs";
import process from "node:process";
import type { Fault, Strike } from "./fault.ts";

/**
 * Counts what a process does to its machine, notes it, and strikes at the step that was ordered. A program that the process
 * becomes goes on with the count.
 */
export class Steps {
  readonly #strike: Strike | null;
  readonly #trace: number;
  #count: number;

  constructor({ strike, trace }: Fault) {
    this.#strike = strike;
    this.#count = existsSync(trace) ? readFileSync(trace, "utf8").split("\n").length - 1 : 0;
    this.#trace = openSync(trace, "a");
  }

  /**
   * Makes one step.
   *
   * @param half Does a part of it that can be left undone; a step without is whole or nothing.
   */
  make<T>(name: string, step: () => T, half?: () => unknown): T {
    const number = ++this.#count;
    writeSync(this.#trace, `${number} ${name}${half === undefined ? "" : " (in parts)"}\n`);
    const strike = this.#strike?.at === number ? this.#strike : null;
    if (strike === null) return step();
    if (strike.when === "midway" && half !== undefined) {
      return follow(half(), () => {
        hit(strike);
        return step();
      }) as T;
    }
    if (strike.when !== "after") {
      hit(strike);
      return step();
    }
    const result = step();
    return follow(result, () => {
      hit(strike);
      return result;
    }) as T;
  }
}

/** Goes on with what a step has come to, be it now or later. */
function follow(result: unknown, next: () => unknown): unknown {
  return result instanceof Promise ? result.then(next) : next();
}

/** A process that kills itself does not come back from here, and one that stops itself comes back when it goes on. */
function hit({ victim, signal }: Strike): void {
  const { pid, ppid } = process;
  // Two deaths in one instant: who is stopped can do nothing about the other's any more.
  if (victim === "both") process.kill(ppid, "SIGSTOP");
  if (victim !== "itself") process.kill(ppid, signal);
  if (victim !== "guardian") process.kill(pid, signal);
}
