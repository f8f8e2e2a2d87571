/** Functions of every actor, beside those of its modules: they tell which actors are below it. */
import { type HeldCrash, readHeldCrash } from "./debug/crash_desk.ts";
import { type Identity, readIdentity } from "./link/identity.ts";
import type { Link } from "./link/link.ts";
import { type FunctionFacts, functionsOf, type Modules } from "./dialog/exposed.ts";
import { Portal, type PortalOwner } from "./dialog/portal.ts";
import type { Registry } from "./registry.ts";

/** The module under which every actor answers them. */
export const BUILTIN_MODULE = "supervise";

/** The functions, as they look from outside. */
export interface Builtins {
  register(identity: Identity): Promise<void>;
  unregister(id: string): Promise<void>;
  find(nameOrPath: string): Promise<readonly Identity[]>;
  waitFor(nameOrPath: string, except: readonly string[]): Promise<readonly Identity[]>;
  list(): Promise<readonly Identity[]>;
  /** The functions of the actor itself that others may call. */
  functions(): Promise<readonly FunctionFacts[]>;
  /** Returns never: it is cancelled when the crash is let go. */
  holdCrash(crash: HeldCrash): Promise<void>;
}

/** The actor that is asked. */
export interface AskedActor extends PortalOwner {
  readonly registry: Registry;
  /** The modules that it serves. */
  readonly modules: Modules;
  holdCrash(crash: HeldCrash): Promise<void>;
  /** The connection to its parent; null for a root. */
  readonly parent: Link | null;
}

/** @param via The connection of the asker. */
export function builtinsOf(runtime: AskedActor, via: Link): Readonly<Record<string, unknown>> {
  const above = () => runtime.parent === null ? null : builtinsAt(runtime, runtime.parent);
  return {
    async register(value: unknown) {
      const identity = readIdentity(value);
      if (identity === null) throw new TypeError("Cannot register this: it is no actor");
      // An actor speaks for itself and those below it, whatever it says; anybody else who connects speaks for nobody.
      const isBelow = via.isChild && identity.path.startsWith(`${via.peer.path}/`);
      if (!isBelow || !runtime.registry.add(identity, via)) {
        throw new TypeError(`Cannot register "${identity.path}": it is not below "${via.peer.path}"`);
      }
      await above()?.register(identity);
    },
    async unregister(id: unknown) {
      if (runtime.registry.remove(String(id), via)) await above()?.unregister(String(id));
    },
    find: async (name: unknown) => await above()?.find(String(name)) ?? runtime.registry.find(String(name)),
    async waitFor(name: unknown, except: unknown) {
      const tried = Array.isArray(except) ? except.map(String) : [];
      return await above()?.waitFor(String(name), tried) ??
        await runtime.registry.waitFor(String(name), tried);
    },
    list: async () => await above()?.list() ?? runtime.registry.list(),
    functions: () => Promise.resolve(functionsOf(runtime.modules)),
    holdCrash: (crash: unknown) => runtime.holdCrash(readHeldCrash(crash)),
  } satisfies Record<keyof Builtins, (...args: never[]) => unknown>;
}

/** Those of another actor. */
export function builtinsAt(owner: PortalOwner, link: Link): Builtins {
  return new Portal<Builtins>(link, owner, BUILTIN_MODULE).call as unknown as Builtins;
}
