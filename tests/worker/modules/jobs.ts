/** What workers run in these tests: it says what it does where it can be read when its process is gone. */
import { spawn } from "node:child_process";
import { closeSync, openSync, readSync } from "node:fs";
import process from "node:process";
import { note } from "../../actor/modules/journal.ts";

/** Where it is loaded: each process and each thread has one of its own. */
const place = crypto.randomUUID();

/** What stays from one job to the next. */
let calls = 0;
let prepared = "not prepared";
let retiresAt = Infinity;

export const answer = 42;

export function prepare(text: string): void {
  prepared = text;
}

export async function prepareLater(text: string): Promise<void> {
  await Promise.resolve();
  prepare(text);
}

export function failingInit(): never {
  throw new RangeError("no init");
}

/** Never lets the event loop turn again, before the first job. */
export function loopingInit(): never {
  announce("init");
  // deno-lint-ignore no-empty -- This is what a stuck event loop is.
  while (true) {}
}

/** Also before the first job, but ended by a byte. */
export function gatedInit(gate: string): void {
  announce("init");
  passGate(gate);
}

export function retireAt(count: number): void {
  retiresAt = count;
}

export function shallRetire(): boolean {
  return calls >= retiresAt;
}

export function always(): boolean {
  return true;
}

export function failingRetire(): never {
  throw new TypeError("no retire");
}

export function pid(): number {
  return process.pid;
}

export function where(): string {
  return place;
}

export function echo(value: unknown): unknown {
  return value;
}

export function count(): number {
  return ++calls;
}

export function state(): readonly [prepared: string, calls: number] {
  return [prepared, calls];
}

export async function later(value: unknown): Promise<unknown> {
  await Promise.resolve();
  return value;
}

export async function* numbers(): AsyncGenerator<number> {
  yield 1;
}

export function notSendable(): unknown {
  return { callback: () => {} };
}

/** Each of its properties can be sent, but not all of them. */
export function failWithMuch(): never {
  const lists = Object.fromEntries(
    Array.from({ length: 60 }, (_, i) => [`list${i}`, new Array(900).fill(i)]),
  );
  throw new AggregateError(Array.from({ length: 100 }, () => Object.assign(new Error("much"), lists)));
}

/** Notes that it runs, and where. */
export function mark(name: string): string {
  note(name);
  return name;
}

/** Goes on when a byte comes through a pipe with a name, and keeps its thread busy until then. */
export function atGate(name: string, gate: string): string {
  announce(name);
  passGate(gate);
  note(`${name} ends`);
  return name;
}

/** The number of its process comes first: who waits for the other line finds it. */
function announce(name: string): void {
  note(`${name} in ${process.pid}`);
  note(`${name} runs`);
}

function passGate(gate: string): void {
  const file = openSync(gate, "r+");
  readSync(file, new Uint8Array(1));
  closeSync(file);
}

/** Never lets the event loop turn again. */
export function loop(name = "loop"): never {
  announce(name);
  // deno-lint-ignore no-empty -- This is what a job without an end is.
  while (true) {}
}

export async function hang(name: string): Promise<never> {
  announce(name);
  return await new Promise<never>(() => {
    setInterval(() => {}, 1_000_000);
  });
}

export function bytes(length: number): Uint8Array {
  note("bytes");
  return new Uint8Array(length).fill(7);
}

export function exit(code: number): never {
  note("exits");
  process.exit(code);
}

/** Ends its process, or its thread, when the job is over. */
export function exitLater(code: number): void {
  setTimeout(() => process.exit(code), 10);
}

export async function kill(signal: NodeJS.Signals): Promise<string> {
  note("signals");
  process.kill(process.pid, signal);
  // A signal that is survived has come by the time when another one is answered.
  await new Promise((resolve) => {
    process.once("SIGUSR2", resolve);
    process.kill(process.pid, "SIGUSR2");
  });
  return "survived";
}

/** Starts a process that ends by no signal but SIGKILL, and goes on for ever. */
export async function spawnAndLoop(): Promise<never> {
  const child = spawn("/bin/sh", ["-c", "trap '' TERM INT HUP; echo; while :; do read line; done"], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  note(`spawned ${child.pid}`);
  return loop();
}

/** Keeps the processor busy for a while, and gives so many bytes. */
export function burn(
  id: string,
  ms: number,
  length: number,
): { readonly id: string; readonly bytes: Uint8Array } {
  announce(id);
  for (const end = performance.now() + ms; performance.now() < end;);
  return { id, bytes: new Uint8Array(length) };
}

/** Takes more and more memory. */
export function grow(): never {
  const kept: Uint8Array[] = [];
  while (true) kept.push(new Uint8Array(4_000_000).fill(kept.length));
}

export function double(value: number): number {
  return 2 * value;
}

export function doubleUnless(value: number, wrong = 13): number {
  if (value === wrong) throw new RangeError(`not ${value}`);
  note(`item ${value}`);
  return 2 * value;
}
