/** Plain functions, well and badly behaved. */
import process from "node:process";
import { currentActor, sleepForever } from "supervise";
import { note } from "./journal.ts";

export const version = 1;

export function add(a: number, b: number): number {
  return a + b;
}

export function echo(value: unknown): unknown {
  return value;
}

export function pid(): number {
  return process.pid;
}

export function path(): string {
  return currentActor().path;
}

export function surroundings(variable: string): { readonly value: string | undefined; readonly cwd: string } {
  return { value: process.env[variable], cwd: process.cwd() };
}

export function exit(code: number): never {
  process.exit(code);
}

/** An error that nobody catches, in no task at all. */
export async function crash(): Promise<void> {
  setTimeout(() => {
    throw new Error("crashed");
  });
  await sleepForever();
}

export async function untilCancelled(name: string): Promise<void> {
  try {
    note(`${name} runs`);
    await sleepForever();
  } finally {
    note(`${name} cleaned up`);
  }
}

/** Takes a cancel for a hint. */
export async function returnsWhenCancelled(): Promise<string> {
  try {
    return await sleepForever();
  } catch {
    return "late";
  }
}

export async function failsWhenCancelled(): Promise<void> {
  try {
    await sleepForever();
  } finally {
    // deno-lint-ignore no-unsafe-finally -- This is what cleanups do that go wrong.
    throw new RangeError("cleanup failed");
  }
}

export function notSendable(): unknown {
  return { callback: () => {} };
}

export const answer = Promise.resolve(42);
