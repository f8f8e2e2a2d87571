/** Finds actors by name, in the tree of the caller or in another one. */
import type { TlsCredentials } from "../host/ports/tcp.ts";
import { type ActorSystem, ensureRuntime } from "./current_actor.ts";
import { type Builtins, builtinsAt } from "./builtins.ts";
import { NoActor, TransportClosed } from "./errors.ts";
import type { Identity } from "./link/identity.ts";
import { Portal } from "./dialog/portal.ts";
import type { ActorRuntime } from "./runtime.ts";

/** Where to look, and which to take. */
export interface FindOptions {
  /**
   * Address of any actor of another tree, such as that of its root.
   *
   * @default The tree of the caller.
   */
  readonly at?: string;
  /** The certificate of this side and those that it trusts, if `at` is `tcp://HOST:PORT`. */
  readonly tls?: TlsCredentials;
  /**
   * Which of several of one name: the one that came first, or last.
   *
   * @default {"last"}
   */
  readonly pick?: "first" | "last";
}

/**
 * A portal to an actor, by its name or its path; null if there is none. One that is dead is never given: it is connected
 * to. Follows tractor's `find_actor`.
 *
 * @internal See `findActor` of the library.
 */
export async function findActorOn<M>(
  system: ActorSystem,
  nameOrPath: string,
  options: FindOptions,
): Promise<Portal<M> | null> {
  const runtime = await ensureRuntime(system);
  const registry = await registryOf(runtime, options);
  return await connectToOne<M>(runtime, await registry.find(nameOrPath), options);
}

/** @internal See `connectToActor` of the library. */
export async function connectToActorOn<M>(
  system: ActorSystem,
  address: string,
  tls: TlsCredentials | null,
): Promise<Portal<M>> {
  const runtime = await ensureRuntime(system);
  return new Portal<M>(await runtime.connect(address, tls), runtime);
}

/** @internal See `waitForActor` of the library. */
export async function waitForActorOn<M>(
  system: ActorSystem,
  nameOrPath: string,
  options: FindOptions,
): Promise<Portal<M>> {
  const runtime = await ensureRuntime(system);
  const registry = await registryOf(runtime, options);
  const tried: string[] = [];
  while (true) {
    const found = await registry.waitFor(nameOrPath, tried);
    const portal = await connectToOne<M>(runtime, found, options);
    if (portal !== null) return portal;
    tried.push(...found.map(({ id }) => id));
  }
}

/** @internal See `queryActor` of the library. */
export async function queryActorOn(
  system: ActorSystem,
  nameOrPath: string | null,
  options: FindOptions,
): Promise<readonly Identity[]> {
  const registry = await registryOf(await ensureRuntime(system), options);
  return nameOrPath === null ? await registry.list() : await registry.find(nameOrPath);
}

/** The registry to ask: the tree of the caller from its own place upward, or the actor at an address. */
async function registryOf(
  runtime: ActorRuntime,
  { at, tls }: FindOptions,
): Promise<Pick<Builtins, "find" | "waitFor" | "list">> {
  if (at !== undefined) return builtinsAt(runtime, await runtime.connect(at, tls ?? null));
  if (runtime.parent !== null) return builtinsAt(runtime, runtime.parent);
  const { registry } = runtime;
  return {
    find: (name) => Promise.resolve(registry.find(name)),
    waitFor: (name, except) => registry.waitFor(name, except),
    list: () => Promise.resolve(registry.list()),
  };
}

async function connectToOne<M>(
  runtime: ActorRuntime,
  found: readonly Identity[],
  { pick = "last", tls }: FindOptions,
): Promise<Portal<M> | null> {
  for (const { id, path, address } of pick === "last" ? found.toReversed() : found) {
    if (id === runtime.self.id) {
      throw new NoActor(`Cannot open a portal to "${path}": the caller is in that actor`);
    }
    if (address === null) continue;
    try {
      return new Portal<M>(await runtime.connect(address, tls ?? null), runtime);
    } catch (error) {
      // Its entry goes with its connection, a moment after it.
      if (!(error instanceof TransportClosed)) throw error;
    }
  }
  return null;
}
