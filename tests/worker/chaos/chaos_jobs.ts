/** A program that runs jobs by chance, and what must be true of each of them. */
import assert from "node:assert/strict";
import { CancelScope } from "../../../lib/scope/cancel_scope.ts";
import { openNursery } from "../../../lib/scope/nursery.ts";
import { sleep } from "../../../lib/scope/sleep.ts";
import { moveOnAfter } from "../../../lib/scope/timeouts.ts";
import { CapacityLimiter } from "../../../lib/sync/capacity_limiter.ts";
import { ClosedResourceError } from "../../../lib/sync/channel_errors.ts";
import type { WorkerContextOptions } from "../../../lib/worker/context_options.ts";
import { cacheScopeOn, configureDefaults } from "../../../lib/worker/default_workers.ts";
import { BrokenWorkerError, JobLimitExceeded } from "../../../lib/worker/errors.ts";
import { openWorkerContextOn } from "../../../lib/worker/open_worker_context.ts";
import { runSyncOn } from "../../../lib/worker/run_sync.ts";
import type { WorkerContext } from "../../../lib/worker/worker_context.ts";
import { between, type Chance, chanceOf, pick } from "../../actor/chaos/chance.ts";
import type { Self } from "../../actor/fake_actors.ts";

const KINDS = ["work", "work", "rest", "echo", "large", "fail", "exit"] as const;
const LARGE = 300_000;

/** See the module. */
export class ChaosJobs {
  jobs = 0;
  cancels = 0;
  /** How often each job was begun. */
  readonly #begun = new Map<string, number>();
  readonly #pending = new Set<string>();
  readonly #limiter: CapacityLimiter;
  readonly #contexts = new Set<WorkerContext>();
  readonly #random: Chance;

  constructor(drawn: number) {
    this.#random = chanceOf(drawn);
    this.#limiter = new CapacityLimiter(between(this.#random, 1, 4));
  }

  /** Jobs that are not over. */
  get pending(): readonly string[] {
    return [...this.#pending];
  }

  /** What runs in workers. */
  moduleOf({ puppet }: Self) {
    const begin = (id: string) => this.#begun.set(id, (this.#begun.get(id) ?? 0) + 1);
    let left = between(this.#random, 1, 5);
    return {
      prepare: (ms: number) => puppet.compute(ms),
      retire: (ms: number) => ms > 0 ? puppet.compute(ms).then(() => --left <= 0) : --left <= 0,
      async work(id: string, ms: number) {
        begin(id);
        await puppet.compute(ms);
        return id;
      },
      async rest(id: string, ms: number) {
        begin(id);
        await puppet.sleep(ms);
        return id;
      },
      echo(id: string) {
        begin(id);
        return id;
      },
      large(id: string, _: number, bytes: Uint8Array) {
        begin(id);
        assert.equal(bytes.length, LARGE);
        return { id, bytes };
      },
      fail(id: string) {
        begin(id);
        throw new RangeError(id);
      },
      exit(id: string, code: number) {
        begin(id);
        puppet.exit(code);
        return puppet.forever();
      },
    };
  }

  /** The program. */
  async run(self: Self): Promise<void> {
    await this.#inContext(self, async (context) => {
      await openNursery(async (nursery) => {
        for (let i = between(this.#random, 1, 5); i > 0; i--) {
          nursery.startSoon(() => this.#work(self, context, between(this.#random, 1, 8)));
        }
        if (this.#random() < 0.3) {
          await sleep(this.#random() * 50);
          configureDefaults(this.#options(), "/");
        }
        if (this.#random() < 0.2) nursery.startSoon(() => this.#beyond(self));
      });
    });
  }

  /** Fails unless all jobs are over, and nothing is held any more. */
  assertOver(): void {
    assert.deepEqual([this.pending, this.#limiter.borrowedTokens], [[], 0]);
    for (const context of this.#contexts) {
      assert.deepEqual(context.statistics(), { idleWorkers: 0, runningWorkers: 0 });
    }
  }

  /** Jobs for a context that is closed in the middle of them. */
  async #beyond(self: Self): Promise<void> {
    await openNursery(async (nursery) => {
      await this.#inContext(self, async (context) => {
        for (let i = 0; i < 3; i++) nursery.startSoon(() => this.#work(self, context, 3));
        await sleep(this.#random() * 60);
      });
    });
  }

  async #work(self: Self, context: WorkerContext, count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const kind = this.#random();
      if (kind < 0.1) await this.#inContext(self, (inner) => this.#work(self, inner, 2));
      else if (kind < 0.15) {
        await this.#forgiving(() => cacheScopeOn(self.system, this.#options(), () => this.#job(self, null)));
      } else await this.#job(self, kind < 0.8 ? context : null);
      if (this.#random() < 0.5) await sleep(this.#random() * 30);
    }
  }

  /** A context whose workers may be killed at their end. */
  async #inContext(self: Self, body: (context: WorkerContext) => Promise<void>): Promise<void> {
    await this.#forgiving(() =>
      openWorkerContextOn(self.system, this.#options(), async (context) => {
        this.#contexts.add(context);
        await body(context);
      })
    );
  }

  async #forgiving(body: () => Promise<void>): Promise<void> {
    try {
      await body();
    } catch (error) {
      if (!(error instanceof BrokenWorkerError)) throw error;
    }
  }

  #options(): WorkerContextOptions {
    const hook = (name: string) => ({
      module: "memory:chaos",
      export: name,
      args: [pick(this.#random, [0, 0, 3])],
    });
    const random = this.#random;
    return {
      idleTimeout: pick(random, [0, 1, 20, Infinity]),
      gracePeriod: pick(random, [50, 1_000, Infinity]),
      ...(random() < 0.3 ? { init: hook("prepare") } : {}),
      ...(random() < 0.4 ? { retire: hook("retire") } : {}),
      ...(random() < 0.3 ? { orphans: "finish" } : {}),
      ...(random() < 0.3 ? { sigterm: "die" } : {}),
    };
  }

  async #job(self: Self, context: WorkerContext | null): Promise<void> {
    const random = this.#random;
    const id = `job${this.jobs++}`;
    const kind = pick(random, KINDS);
    const args = [id, between(random, 0, 30), ...(kind === "large" ? [new Uint8Array(LARGE)] : [])];
    const scope = new CancelScope();
    const cancelMs = pick(random, [Infinity, 0, 5, 30, 100, 200]);
    const how = {
      killOnCancel: random() < 0.8,
      ...(context === null ? {} : { context }),
      ...(random() < 0.8 ? { limiter: this.#limiter } : {}),
      ...(random() < 0.2 ? { limits: { wallTime: between(random, 1, 60) } } : {}),
    };
    this.#pending.add(id);
    let outcome: unknown = null;
    await moveOnAfter(cancelMs * random() || cancelMs, () =>
      scope.run(async () => {
        try {
          outcome = await runSyncOn(self.system, "memory:chaos", kind, args, how);
        } catch (error) {
          if (!(error instanceof Error) || error.name === "Cancelled") throw error;
          outcome = error;
        }
      }));
    this.#pending.delete(id);
    if (outcome === null) this.cancels += 1;
    this.#judge({ id, kind, outcome, mayBeClosed: context !== null });
  }

  #judge(
    { id, kind, outcome, mayBeClosed }: {
      readonly id: string;
      readonly kind: typeof KINDS[number];
      readonly outcome: unknown;
      readonly mayBeClosed: boolean;
    },
  ): void {
    const begun = this.#begun.get(id) ?? 0;
    assert.ok(begun <= 1, `${id} was begun ${begun} times`);
    if (outcome === null || outcome instanceof BrokenWorkerError || outcome instanceof JobLimitExceeded) {
      return;
    }
    if (outcome instanceof ClosedResourceError && mayBeClosed) return assert.equal(begun, 0);
    assert.equal(begun, 1, `${id}: ${String(outcome)}`);
    if (kind === "fail") {
      return assert.ok(outcome instanceof RangeError && outcome.message === id, String(outcome));
    }
    if (outcome instanceof Error) throw outcome;
    assert.equal(kind === "large" ? (outcome as { readonly id: string }).id : outcome, id);
  }
}
