/** Runs functions of modules in the worker that they were sent to. */
import { type Exposed, functionOf, nearestFunction } from "../../actor/dialog/exposed.ts";
import { NotExposed } from "../../actor/errors.ts";
import type { JobMessage } from "../job.ts";

/** What a module exports. */
export type Exports = Readonly<Record<string, unknown>>;
/** Imports a module by its URL. */
export type LoadModule = (url: string) => Promise<Exports>;

/** See the module. */
export class JobRunner {
  readonly #load: LoadModule;
  /** What was loaded: to import it again would cost a turn of the loop. */
  readonly #loaded = new Map<string, Exports>();

  constructor(load: LoadModule) {
    this.#load = load;
  }

  /** Runs one job; of a chunk the result is a list. @throws What the function throws, or {NotExposed}. */
  async run([url, name, args, isChunk]: JobMessage): Promise<unknown> {
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
    if (isChunk !== true) return await call(exposed, args);
    const results: unknown[] = [];
    for (const one of args) results.push(await call(exposed, one as readonly unknown[]));
    return results;
  }

  async #loadModule(url: string): Promise<Exports> {
    const exports = await this.#load(url);
    this.#loaded.set(url, exports);
    return exports;
  }
}

async function call({ body, checks }: Exposed, args: readonly unknown[]): Promise<unknown> {
  const result = await body(...(checks.args === null ? args : await checks.args(args)));
  return checks.result === null ? result : await checks.result(result);
}
