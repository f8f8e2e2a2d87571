/** What the tests of workers share: their jobs, gates for those, and contexts that several tests use. */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { actorModule, failAfter, openWorkerContext, type WorkerContext } from "../../mod.ts";
import { onStage, type Stage } from "../actor/stage.ts";
import { test } from "../harness/test.ts";

export type Jobs = typeof import("./modules/jobs.ts");
export const JOBS = actorModule<Jobs>(new URL("./modules/jobs.ts", import.meta.url));
export const ERRORS = actorModule<typeof import("../actor/modules/errors.ts")>(
  new URL("../actor/modules/errors.ts", import.meta.url),
);

/** The types of workers that there are. */
export const TYPES = ["process", "thread"] as const;
export type WorkerType = typeof TYPES[number];
/** The type whose workers can be found in the table of processes, and killed from outside. */
export const PROCESSES = ["process"] as const;

/** What a test has that shares a context with others. */
export interface Scene extends Stage {
  readonly context: WorkerContext;
  readonly workerType: WorkerType;
}

/** A watchdog against a test that hangs, which would take the others along. */
const CASE_MS = 30_000;

type SceneBody = (scene: Scene) => unknown;

/** Gives what registers a test for each of some types of workers; all of one type share a context. */
export function workerTests(
  usual: readonly WorkerType[] = PROCESSES,
): (name: string, body: SceneBody, types?: readonly WorkerType[]) => void {
  const bodies = new Map<WorkerType, Map<string, SceneBody>>(TYPES.map((type) => [type, new Map()]));
  const running = new Map<WorkerType, Promise<ReadonlyMap<string, unknown>>>();
  return (name, body, types = usual) => {
    for (const workerType of types) {
      bodies.get(workerType)!.set(name, body);
      test(nameOf(name, workerType), async () => {
        const failures = running.get(workerType) ?? runAll(workerType, bodies.get(workerType)!);
        running.set(workerType, failures);
        const found = await failures;
        if (found.has(name)) throw found.get(name);
      });
    }
  };
}

/** Registers a test for each of some types of workers. */
export function eachType(
  name: string,
  body: (workerType: WorkerType) => Promise<void>,
  types: readonly WorkerType[] = PROCESSES,
): void {
  for (const workerType of types) test(nameOf(name, workerType), () => body(workerType));
}

function nameOf(name: string, workerType: WorkerType): string {
  return `worker: ${name} (${workerType})`;
}

async function runAll(
  workerType: WorkerType,
  bodies: ReadonlyMap<string, SceneBody>,
): Promise<ReadonlyMap<string, unknown>> {
  const failures = new Map<string, unknown>();
  await onStage((stage) =>
    openWorkerContext({ workerType }, async (context) => {
      for (const [name, body] of bodies) {
        try {
          await failAfter(CASE_MS, () => body({ ...stage.fromNow(), context, workerType }));
        } catch (error) {
          failures.set(name, error);
        }
      }
    })
  );
  return failures;
}

/** A pipe with a name at which a job waits, with its thread busy, until the test lets it through. */
export async function withGate<T>(
  body: (gate: { path: string; open: () => void }) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "supervise-gate-"));
  const path = join(folder, "gate");
  spawnSync("mkfifo", [path]);
  const file = openSync(path, "r+");
  try {
    return await body({ path, open: () => void writeSync(file, "!") });
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
}

/** Waits until a job runs that announces itself, and gives the number of its process. */
export async function runsIn(
  { noted, notes }: Pick<Stage, "noted" | "notes">,
  name: string,
): Promise<number> {
  await noted(`${name} runs`);
  const line = notes().findLast((one) => one.startsWith(`${name} in `))!;
  return Number(line.split(" ").at(-1));
}
