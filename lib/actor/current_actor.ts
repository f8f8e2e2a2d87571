/** Which actor the running code is in. There is one in a run; that of a plain program begins when it is first needed. */
import type { Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import { currentFrame, tryCurrentFrame } from "../scope/ambient.ts";
import type { RunState } from "../scope/run_state.ts";
import { sleepForever } from "../scope/sleep.ts";
import { CrashDesk, describeHeld } from "./debug/crash_desk.ts";
import { type ActorId, NoActor } from "./errors.ts";
import type { LifetimeStack } from "./lifetime_stack.ts";
import { randomId } from "./random_id.ts";
import { ActorRuntime } from "./runtime.ts";

/** The parts of the machine and of this program that actors need. */
export interface ActorSystem {
  readonly host: Host;
  readonly program: Pick<Program, "actorCommand" | "environment" | "uid" | "pid" | "cwd" | "stderr">;
}

/** The actor that the caller is in, as it sees itself. */
export interface CurrentActor extends ActorId {
  /** Where it listens, for others to connect; null before it does. */
  readonly address: string | null;
  /** The things to do when it ends, however it does. */
  readonly lifetime: LifetimeStack;
}

const runtimes = new WeakMap<RunState, ActorRuntime>();
const ROOT_NAME = "main";

/**
 * The actor that the caller is in.
 *
 * @throws {NoActor} If this program has not started or become one.
 */
export function currentActor(): CurrentActor {
  const runtime = currentRuntime();
  return { ...runtime.self, lifetime: runtime.lifetime };
}

/** @internal @throws {NoActor} */
export function currentRuntime(): ActorRuntime {
  const runtime = findRuntime();
  if (runtime === null) throw new NoActor("There is no actor here yet: open an actor nursery first");
  return runtime;
}

/** @internal The actor that the caller is in; null if it has not become one, or runs in none. */
export function findRuntime(): ActorRuntime | null {
  const frame = tryCurrentFrame();
  return (frame === null ? undefined : runtimes.get(frame.run)) ?? null;
}

/** @internal Says which actor the present run is. */
export function becomeActor(runtime: ActorRuntime): void {
  runtimes.set(currentFrame().run, runtime);
}

/** @internal The actor of this run; a program that is none becomes the root of a tree of its own. */
export async function ensureRuntime({ host, program }: ActorSystem): Promise<ActorRuntime> {
  const { run } = currentFrame();
  const known = runtimes.get(run);
  if (known !== undefined) {
    await known.ready();
    return known;
  }
  const id = randomId(host);
  const runtime = new ActorRuntime({
    host,
    self: { id, name: ROOT_NAME, path: ROOT_NAME, pid: program.pid, address: addressOf(id) },
    uids: new Set([program.uid]),
    isCancellable: false,
    desk: new CrashDesk((crash) => void program.stderr.write(describeHeld(crash))),
    onHeld: (isHeld) => {
      run.isHeld = isHeld;
    },
  });
  runtimes.set(run, runtime);
  // It outlives every task that uses it, and ends with the run.
  run.services!.startSoon(() => runtime.run(sleepForever), { name: "actor" });
  await runtime.ready();
  return runtime;
}

/** The name in the kernel under which an actor listens. It needs no file, so none is left when the actor is killed. */
export function addressOf(id: string): string {
  return `@supervise/${id}`;
}
