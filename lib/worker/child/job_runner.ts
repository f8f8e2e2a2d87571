/** Runs functions of modules in the worker that they were sent to. */
import { type Exposed, functionOf, nearestFunction } from "../../actor/dialog/exposed.ts";
import { NotExposed } from "../../actor/errors.ts";
import type { FunctionRef, JobMessage } from "../job.ts";

/** What a module exports. */
export type Exports = Readonly<Record<string, unknown>>;
/** Imports a module by its URL. */
export type LoadModule = (url: string) => Promise<Exports>;

/** See the module. */
export class JobRunner {
  readonly #load: LoadModule;
  /** What was loaded: to import it again would cost a turn of the loop. */
  readonly #loaded = new Map<string, Exports>();

  /** By their numbers: what can be called, and what was named. */
  readonly #functions: Exposed[] = [];
  readonly #refused: (readonly [number, string, string])[] = [];

  constructor(load: LoadModule) {
    this.#load = load;
  }

  /** Runs one job; of a chunk the result is a list. @throws What the function throws, or {NotExposed}. */
  async run([call, args, isChunk]: JobMessage): Promise<unknown> {
    const known = typeof call === "number" ? this.#functions[call] : undefined;
    const { body, checks } = known ?? await this.#learn(call);
    const one = async (values: readonly unknown[]) => {
      const result = await body(...(checks.args === null ? values : await checks.args(values)));
      return checks.result === null ? result : await checks.result(result);
    };
    if (isChunk !== true) return await one(args);
    const results: unknown[] = [];
    for (const values of args) results.push(await one(values as readonly unknown[]));
    return results;
  }

  async #learn(call: FunctionRef): Promise<Exposed> {
    // Who names a function by its number has named it in words before, and then it could not be had.
    const [number, url, name] = typeof call === "number" ? this.#refused[call]! : call;
    this.#refused[number] = [number, url, name];
    const exports = this.#loaded.get(url) ?? await this.#loadModule(url);
    const exposed = functionOf(exports, name);
    if (exposed === null) {
      throw new NotExposed(`The module ${url} exports no function "${name}"${nearestFunction(exports, name)}`);
    }
    if (exposed.style !== "call") {
      throw new TypeError(
        `Cannot run "${name}" in a worker: it is a ${exposed.style}, and no function with one result`,
      );
    }
    return this.#functions[number] = exposed;
  }

  async #loadModule(url: string): Promise<Exports> {
    const exports = await this.#load(url);
    this.#loaded.set(url, exports);
    return exports;
  }
}
