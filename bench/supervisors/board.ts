/** The file onto which each start of the child program writes one record of 64 bytes: name, pid, time. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

export interface Start {
  readonly name: string;
  readonly pid: number;
  /** Milliseconds since 1970, with fractions. */
  readonly at: number;
}

const RECORD = 64;

/** Milliseconds since 1970 by the clock that the child program reads. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

export function passes(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export class Board {
  readonly path: string;
  /** All records, in their order. */
  readonly starts: Start[] = [];
  /** The last record of each name. */
  readonly latest: Map<string, Start> = new Map();
  readonly #file: number;

  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, "a+");
  }

  /** Reads what is new. */
  read(): void {
    const known = this.starts.length * RECORD;
    const fresh = Math.floor((fstatSync(this.#file).size - known) / RECORD) *
      RECORD;
    if (fresh <= 0) return;
    const bytes = new Uint8Array(fresh);
    readSync(this.#file, bytes, 0, fresh, known);
    for (const line of new TextDecoder().decode(bytes).trimEnd().split("\n")) {
      const [name, pid, nanoseconds] = line.trim().split(/ +/) as [
        string,
        string,
        string,
      ];
      const start = { name, pid: Number(pid), at: Number(nanoseconds) / 1e6 };
      this.starts.push(start);
      this.latest.set(name, start);
    }
  }

  /** Resolves with true once it is so, with false at the limit. */
  async waitUntil(isSo: () => boolean, limitMs: number): Promise<boolean> {
    const end = now() + limitMs;
    while (true) {
      this.read();
      if (isSo()) return true;
      if (now() > end) return false;
      await passes(1);
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}
