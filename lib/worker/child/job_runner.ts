/** Runs functions of modules in the worker that they were sent to. */
import { type Exposed, functionOf, nearestFunction } from "../../actor/dialog/exposed.ts";
import { NO_CHECKS } from "../../actor/dialog/checks.ts";
import { NotExposed } from "../../actor/errors.ts";
import type { ResolvedHook } from "../context_options.ts";
import type { FunctionRef, JobMessage } from "../job.ts";

/** The exports of a module. */
export type Exports = Readonly<Record<string, unknown>>;
/** Imports a module by its URL. */
export type LoadModule = (url: string) => Promise<Exports>;

/** See the module. */
export class JobRunner {
  readonly #load: LoadModule;
  /** Modules that are loaded: to import one again would cost a turn of the loop. */
  readonly #loaded = new Map<string, Exports>();

  /** By their numbers: what can be called, and what was named. */
  readonly #functions: Exposed[] = [];
  readonly #named: (readonly [number, string, string])[] = [];

  constructor(load: LoadModule) {
    this.#load = load;
  }

  /**
   * Runs one job, at once if that needs no waiting: it would cost a small job a good part of its time.
   *
   * @returns The result, or a promise of it; of a chunk a list.
   * @throws What the function throws, or {NotExposed}.
   */
  run(job: JobMessage): unknown {
    const call = job[0];
    const known = typeof call === "number" ? this.#functions[call] : undefined;
    return known?.checks === NO_CHECKS && job[2] !== true ? known.body(...job[1]) : this.#runSlowly(job);
  }

  async #runSlowly([call, args, isChunk]: JobMessage): Promise<unknown> {
    const known = typeof call === "number" ? this.#functions[call] : undefined;
    const exposed = known ?? await this.#learn(call);
    if (isChunk !== true) return await checkedCall(exposed, args);
    const results: unknown[] = [];
    for (const values of args as readonly (readonly unknown[])[]) {
      results.push(await checkedCall(exposed, values));
    }
    return results;
  }

  /** The name of the function of a job. */
  nameOf([call]: JobMessage): string {
    return (typeof call === "number" ? this.#named[call]! : call)[2];
  }

  /** Runs what a context has its workers do beside their jobs. */
  async runHook({ url, name, args }: ResolvedHook): Promise<unknown> {
    return await checkedCall(await this.#find(url, name), args);
  }

  async #learn(call: FunctionRef): Promise<Exposed> {
    // A function that is named by its number was named in words before, and could not be had then.
    const named = typeof call === "number" ? this.#named[call]! : call;
    const [number, url, name] = named;
    this.#named[number] = named;
    return this.#functions[number] = await this.#find(url, name);
  }

  async #find(url: string, name: string): Promise<Exposed> {
    const exports = this.#loaded.get(url) ?? await this.#loadModule(url);
    const exposed = functionOf(exports, name);
    if (exposed === null) {
      throw new NotExposed(
        `The module ${url} exports no function "${name}"${nearestFunction(exports, name)}`,
      );
    }
    if (exposed.style !== "call") {
      throw new TypeError(
        `Cannot run "${name}" in a worker: it is a ${exposed.style}, and no function with one result`,
      );
    }
    return exposed;
  }

  async #loadModule(url: string): Promise<Exports> {
    const exports = await this.#load(url);
    this.#loaded.set(url, exports);
    return exports;
  }
}

async function checkedCall({ body, checks }: Exposed, args: readonly unknown[]): Promise<unknown> {
  const result = await body(...(checks.args === null ? args : await checks.args(args)));
  return checks.result === null ? result : await checks.result(result);
}
