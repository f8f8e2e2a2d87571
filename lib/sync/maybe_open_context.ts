import { currentFrame } from "../scope/ambient.ts";
import { CancelScope } from "../scope/cancel_scope.ts";
import { Cancelled } from "../scope/cancelled.ts";
import { ErrorGroup } from "../scope/error_group.ts";
import type { RunState } from "../scope/run_state.ts";
import { type Context, endedInUse } from "./context.ts";
import { Event } from "./event.ts";

/**
 * A resource of the whole run that its users share.
 *
 * opening -> open -> closing -> gone; a new user of a closing one waits until it is gone, and makes a new one.
 */
interface Shared {
  /** One scope for each of its users. */
  readonly users: Set<CancelScope>;
  /** Set when the resource is made, or could not be. */
  readonly opened: Event;
  /** Set when nobody uses it any more. */
  readonly unused: Event;
  /** Set when it has been taken down. */
  readonly gone: Event;
  /** Around the resource. */
  readonly scope: CancelScope;
  value: { readonly value: unknown } | null;
  failure: { readonly error: unknown } | null;
}

/** The resources of each run that are in use. */
const sharedOf = new WeakMap<RunState, Map<unknown, Shared>>();

/**
 * Uses a resource that all of the run share by a key: the first user makes it, the last one takes it down and waits until
 * that is done. It lives in a task of the run's own, so that it is independent of each of its users. Follows tractor's
 * `maybe_open_context`.
 *
 * - A user that is cancelled while the first one makes the resource leaves it to the others; without any, making it ends.
 * - An error of making it is raised by everybody who waits for it, an error of taking it down by the last user.
 * - If it ends by itself while it is used, its users are cancelled and raise its error.
 *
 * @param key What the users share it by.
 * @param body Called with the resource, and with whether it was there before.
 * @returns What `body` returned.
 * @throws {Cancelled}
 *
 * @example One connection for everybody
 * ```ts
 * import { maybeOpenContext, openNursery, run, sleep } from "supervise";
 *
 * let connections = 0;
 * async function connect(use: (connection: string) => Promise<void>) {
 *   connections += 1;
 *   await use("connection");
 * }
 *
 * await run(() =>
 *   openNursery((nursery) => {
 *     for (let i = 0; i < 3; i++) {
 *       nursery.startSoon(() => maybeOpenContext("database", connect, () => sleep(10)));
 *     }
 *   })
 * );
 * console.log(connections); // 1
 * ```
 */
export async function maybeOpenContext<T, R>(
  key: unknown,
  context: Context<T>,
  body: (value: T, wasOpen: boolean) => R | Promise<R>,
): Promise<R> {
  const { run } = currentFrame();
  const all = sharedOf.get(run) ?? new Map<unknown, Shared>();
  sharedOf.set(run, all);
  while (true) {
    const present = all.get(key);
    if (present?.unused.isSet === true) {
      await present.gone.wait();
      continue;
    }
    const shared = present ?? openShared(run, all, key, context as Context<unknown>);
    return await useShared<T, R>(shared, body, present !== undefined);
  }
}

async function useShared<T, R>(
  shared: Shared,
  body: (value: T, wasOpen: boolean) => R | Promise<R>,
  wasOpen: boolean,
): Promise<R> {
  const errors: unknown[] = [];
  let result: R | undefined;
  const scope = new CancelScope();
  shared.users.add(scope);
  try {
    await shared.opened.wait();
    if (shared.value === null) throw shared.failure!.error;
    const { value } = shared.value as { readonly value: T };
    result = await scope.run(() => body(value, wasOpen));
    if (scope.cancelledCaught) errors.push(shared.failure!.error);
  } catch (error) {
    errors.push(error);
  }
  shared.users.delete(scope);
  if (shared.users.size === 0) {
    await closeShared(shared);
    if (shared.failure !== null && !errors.includes(shared.failure.error)) errors.push(shared.failure.error);
  }
  const real = errors.filter((error) => !(error instanceof Cancelled));
  if (real.length > 1) throw new ErrorGroup(real);
  if (errors.length > 0) throw real[0] ?? errors[0];
  return result as R;
}

/** Waits for the end of the resource, whatever happens to the caller: nobody is to meet one that is half taken down. */
async function closeShared(shared: Shared): Promise<void> {
  shared.unused.set();
  if (!shared.opened.isSet) shared.scope.cancel("nobody waits for it any more");
  await new CancelScope({ shield: true }).run(() => shared.gone.wait());
}

function openShared(
  run: RunState,
  all: Map<unknown, Shared>,
  key: unknown,
  context: Context<unknown>,
): Shared {
  const shared: Shared = {
    users: new Set(),
    opened: new Event(),
    unused: new Event(),
    gone: new Event(),
    scope: new CancelScope(),
    value: null,
    failure: null,
  };
  all.set(key, shared);
  run.services!.startSoon(async () => {
    try {
      await shared.scope.run(() => hold(shared, context));
      if (!shared.unused.isSet) throw endedInUse(context);
    } catch (error) {
      shared.failure = { error };
    }
    all.delete(key);
    shared.opened.set();
    shared.gone.set();
    if (!shared.unused.isSet) { for (const user of shared.users) user.cancel("what it uses has ended"); }
  }, { name: context.name || "shared context" });
  return shared;
}

async function hold(shared: Shared, context: Context<unknown>): Promise<void> {
  await context(async (value) => {
    shared.value = { value };
    shared.opened.set();
    await shared.unused.wait();
  });
}
