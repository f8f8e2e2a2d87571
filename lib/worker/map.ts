/**
 * Runs a function over many items in workers, and gives the results as a stream.
 *
 * Invariants:
 * 1. Items are taken from their source one chunk at a time, and no further ahead of the results than there is room for: what
 *    is not consumed stops what is produced.
 * 2. The first error ends everything: no item is taken after it, and jobs under way are ended as a cancel would.
 */
import { fromPromise } from "../bridge/from_promise.ts";
import { type ActorSystem, ensureRuntime } from "../actor/current_actor.ts";
import { moduleUrl } from "../actor/process/actor_module.ts";
import { asSafeChannel } from "../sync/as_safe_channel.ts";
import { CapacityLimiter } from "../sync/capacity_limiter.ts";
import type { ReceiveChannel } from "../sync/memory_channel.ts";
import { limiterHere } from "./default_workers.ts";
import { checkLimits } from "./job.ts";
import { type Items, itemsOf, sizeOf } from "./map_items.ts";
import { Mapping, type MapProgress } from "./mapping.ts";
import { type JobModule, type JobOptions, requireNames, resultOf, runJob } from "./run_sync.ts";

/** How a map runs. */
export interface MapOptions extends Omit<JobOptions, "killOnCancel"> {
  /**
   * Items of one job. More make small work cheaper; with fewer an error or a cancel is heard earlier, and work is shared
   * out more evenly.
   *
   * @default {1}
   */
  readonly chunkSize?: number;
  /**
   * How many jobs are under way at once.
   *
   * @default The tokens of the limiter.
   */
  readonly concurrency?: number;
  /**
   * How many jobs may be ahead of the results that were received.
   *
   * @default Twice `concurrency`.
   */
  readonly ahead?: number;
  /**
   * Whether jobs under way are killed with their workers when the map is cancelled, or fails, or its results are left. Otherwise
   * they are waited for.
   *
   * @default {true}
   */
  readonly killOnCancel?: boolean;
  /** Told after each job. */
  readonly onProgress?: (progress: MapProgress) => void;
}

/** @internal See `map` of the library. */
export async function mapOn<T>(
  opening: Promise<ActorSystem>,
  isOrdered: boolean,
  [module, name, items]: readonly [JobModule, string, Items<unknown>],
  body: (results: ReceiveChannel<unknown>) => T | Promise<T>,
  options: MapOptions,
): Promise<T> {
  requireNames(module, name);
  const chunkSize = countOf("chunkSize", options.chunkSize ?? 1);
  const limits = checkLimits(options.limits);
  const system = await fromPromise(opening);
  const runtime = await ensureRuntime(system);
  const limiter = options.limiter ?? limiterHere(system, runtime);
  const tokens = limiter instanceof CapacityLimiter ? limiter.totalTokens : system.host.processors;
  const concurrency = countOf(
    "concurrency",
    options.concurrency ?? Math.min(Math.max(1, tokens), MOST_LANES),
  );
  const url = moduleUrl(module, system.program.cwd);
  const { killOnCancel = true } = options;
  const place = { ...options, limiter };
  const work = async (chunk: readonly unknown[]) => {
    const job = { name, url, args: chunk.map((item) => [item]), isChunk: true, killOnCancel, limits };
    return resultOf(await runJob(system, runtime, job, place)) as readonly unknown[];
  };
  return await asSafeChannel(() => itemsOf(items), (source) =>
    new Mapping({
      source,
      work,
      chunkSize,
      concurrency,
      ahead: countOf("ahead", options.ahead ?? 2 * concurrency),
      isOrdered,
      total: sizeOf(items),
      onProgress: options.onProgress ?? (() => {}),
    }).run(body));
}

/** Jobs at once where the limiter has no end. */
const MOST_LANES = 1_000;

function countOf(name: string, value: unknown): number {
  if (Number.isInteger(value) && (value as number) >= 1) return value as number;
  throw new RangeError(`Cannot map: ${name} must be a whole number from 1, and is ${String(value)}`);
}
