/** What every actor answers to, beside what its modules expose: who is who below it. */
import type { ActorRuntime } from "./runtime.ts";
import { type Identity, readIdentity } from "./identity.ts";
import type { Link } from "./link.ts";
import { Portal } from "./portal.ts";

/** The module under which every actor answers them. */
export const BUILTIN_MODULE = "supervise";

/** The functions, as they look from outside. */
export interface Builtins {
  register(identity: Identity): Promise<void>;
  unregister(id: string): Promise<void>;
  find(nameOrPath: string): Promise<readonly Identity[]>;
  waitFor(nameOrPath: string): Promise<readonly Identity[]>;
  list(): Promise<readonly Identity[]>;
}

/**
 * @param runtime Who is asked.
 * @param via Who asks.
 */
export function builtinsOf(runtime: ActorRuntime, via: Link): Readonly<Record<string, unknown>> {
  const above = () => runtime.parent === null ? null : builtinsAt(runtime, runtime.parent);
  return {
    async register(value: unknown) {
      const identity = readIdentity(value);
      if (identity === null) throw new TypeError("Cannot register this: it is no actor");
      runtime.registry.add(identity, via);
      await above()?.register(identity);
    },
    async unregister(id: unknown) {
      runtime.registry.remove(String(id));
      await above()?.unregister(String(id));
    },
    find: async (name: unknown) => await above()?.find(String(name)) ?? runtime.registry.find(String(name)),
    waitFor: async (name: unknown) =>
      await above()?.waitFor(String(name)) ?? await runtime.registry.waitFor(String(name)),
    list: async () => await above()?.list() ?? runtime.registry.list(),
  } satisfies Record<keyof Builtins, (...args: never[]) => unknown>;
}

/** Those of another actor. */
export function builtinsAt(runtime: ActorRuntime, link: Link): Builtins {
  return new Portal<Builtins>(link, runtime, BUILTIN_MODULE).call as unknown as Builtins;
}
