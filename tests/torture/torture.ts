/** Tests of the promises: each has a sandbox that is watched, and ends with nothing left. */
import process from "node:process";
import { seeded } from "../../lib/base/chance.ts";
import { NO_CONTROL_GROUPS } from "../harness/control_groups.ts";
import { e2e, type Sandbox, UNDER_TEST } from "../harness/supervise.ts";
import { Promises } from "./promises.ts";

/** The layers that this machine has. */
export const LAYERS: readonly string[] = NO_CONTROL_GROUPS === null ? ["cgroup", "subreaper"] : ["subreaper"];

/** What a run of these tests depends on; an error tells it, and `SEED` has it again. */
export const SEED = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));

/** Chance that is that of one test, whichever others run. */
export function chanceOf(name: string, round = 0): () => number {
  let hash = SEED + 7_919 * round;
  for (const letter of name) hash = Math.imul(hash, 31) + letter.charCodeAt(0) >>> 0;
  return seeded(hash);
}

/** One of several, by chance. */
export function pick<T>(random: () => number, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)]!;
}

/** Whether somebody has asked for more than a run of all tests has time for. */
export const isLong: boolean = process.env["ROUNDS"] !== undefined;

/** How many of a number of rounds are made: `ROUNDS` of them, or all, or as many as a run of all tests has time for. */
export function roundsOf(few: number): number {
  const asked = process.env["ROUNDS"];
  return asked === "all" ? Infinity : Number(asked ?? few);
}

/** Those of several that are tried: all of them, or some by chance and each once. */
export function chosen<T>(name: string, from: readonly T[], few: number): readonly T[] {
  const rounds = roundsOf(few);
  const random = chanceOf(name);
  const rest = [...from];
  return rounds >= rest.length
    ? rest
    : Array.from({ length: rounds }, () => rest.splice(Math.floor(random() * rest.length), 1)[0]!);
}

/** As many of something as a run of all tests has time for: sources take longer to start than the binary does. */
export function few(ofBinary: number, ofSources: number): number {
  return UNDER_TEST === "binary" ? ofBinary : ofSources;
}

/** What a test is made of, and where it is worth its time. */
export interface TortureOptions {
  /** Programs without which it cannot run. */
  readonly needs?: readonly string[];
  /** Whether it is run against the sources on Bun, too, which the binary is made of; with `ROUNDS` all are. */
  readonly onBun?: boolean;
}

/** Registers a test that watches over the promises. */
export function torture(
  name: string,
  body: (sandbox: Sandbox, promises: Promises) => Promise<void>,
  { needs = [], onBun = false }: TortureOptions = {},
): void {
  if (UNDER_TEST === "bun" && !onBun && !isLong) return;
  e2e(name, async (sandbox) => {
    const promises = new Promises(sandbox);
    try {
      await body(sandbox, promises);
      await promises.assertOver();
    } catch (error) {
      throw new Error(`SEED=${SEED}: ${(error as Error).message}`, { cause: error });
    } finally {
      await promises.close();
    }
    promises.assertKept();
  }, needs);
}
