/**
 * The one shim over the two test runners: the same test files run under `bun test` and `deno test`.
 *
 * On Deno the sanitizers are on, so that a test that leaves a timer, a socket or a file open fails.
 */

import process from "node:process";

/** A test body. */
export type TestBody = () => void | Promise<void>;

/** What runs a test on either runtime; a reason to skip it is part of its name. */
type Register = (name: string, body: TestBody, skip: boolean) => void;

interface BunTest {
  test: {
    (name: string, body: TestBody, timeoutMs: number): void;
    skip(name: string, body: TestBody): void;
  };
}

interface DenoTest {
  test(definition: {
    name: string;
    fn: TestBody;
    ignore: boolean;
    sanitizeOps: boolean;
    sanitizeResources: boolean;
  }): void;
}

/** A watchdog against a hang, never a measure: no test is expected to come near it. */
const WATCHDOG_MS = Number(process.env["WATCHDOG_MS"] ?? 120_000);

const register: Register = await (async () => {
  const deno = (globalThis as { Deno?: DenoTest }).Deno;
  if (deno !== undefined) {
    const { allReturned } = await import("../../lib/host/deno/readiness.ts");
    return (name: string, fn: TestBody, ignore: boolean) =>
      deno.test({
        name,
        fn: withWatchdog(name, fn, allReturned),
        ignore,
        sanitizeOps: true,
        sanitizeResources: true,
      });
  }
  const bun = await import("bun:test" as string) as BunTest;
  return (name: string, body: TestBody, skip: boolean) =>
    skip ? bun.test.skip(name, body) : bun.test(name, body, WATCHDOG_MS);
})();

/** Registers a test; its name is a sentence that states what is guaranteed. */
export function test(name: string, body: TestBody): void {
  register(name, body, false);
}

/** Registers a test that cannot run because the machine lacks something. */
export function skip(name: string, lack: string): void {
  register(`${name} (skipped: ${lack})`, () => {}, true);
}

/** @param settle Waits for that of the runtime which ends a moment after it was told to. */
function withWatchdog(name: string, body: TestBody, settle: () => Promise<void>): TestBody {
  const whole = async () => {
    try {
      await body();
    } finally {
      await settle();
    }
  };
  return async () => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const watchdog = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`Watchdog: "${name}" hangs`)), WATCHDOG_MS);
    });
    try {
      await Promise.race([whole(), watchdog]);
    } finally {
      clearTimeout(timer);
    }
  };
}
