/** Plays a program with actors on a fake machine, and tells what happened at which instant. */
import { after, instant } from "../../lib/base/instant.ts";
import type { Signal } from "../../lib/base/signals.ts";
import { fromPromise } from "../../lib/bridge/from_promise.ts";
import type { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import type { Transit } from "../../lib/host/fake/transit.ts";
import type { ExitStatus, ProcessRow } from "../../lib/host/ports/processes.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleepUntil } from "../../lib/scope/sleep.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import type { VirtualClock } from "../../lib/testing/virtual_clock.ts";
import { FakeActors, type FakeModule, type Self } from "./fake_actors.ts";

/** A play: the program, what its actors serve, and what happens from outside. */
export interface Play<T> {
  /** By name: the module `talk` is `memory:talk`. */
  readonly modules?: Readonly<Record<string, (self: Self, stage: Stage) => ReturnType<FakeModule>>>;
  readonly program: (self: Self, stage: Stage) => Promise<T>;
  /** What happens from outside; the program may end before it is through. */
  readonly script?: (stage: Stage) => Promise<void>;
  /** Milliseconds from the start of a process of an actor until it does anything. */
  readonly startMs?: number;
  /** Milliseconds that each message takes. */
  readonly latencyMs?: number;
}

/** A play in progress. */
export interface Stage {
  readonly machine: FakeMachine;
  /** Writes down that something has happened now. */
  say(what: string): void;
  /** Waits until that many milliseconds after the beginning. */
  at(ms: number): Promise<void>;
  /** Signals the process of the actor with a name; without one, that of the program. */
  signal(signal: Signal, name?: string): void;
}

/** A play that is over, with nothing left. */
export interface Played<T> {
  /** What the program returned; undefined if it did not. */
  readonly value: T | undefined;
  /** What it threw; undefined if nothing. */
  readonly error: unknown;
  readonly status: ExitStatus;
  /** When the process of the program ended, and when the last one did. */
  readonly endMs: number;
  readonly goneMs: number;
  /** What was said, each with its instant, as `100 hello`. */
  readonly said: readonly string[];
}

/** Plays to the end, and proves that nothing is left. */
export async function play<T>(play: Play<T>): Promise<Played<T>> {
  return await runVirtual(async (clock) => {
    const said: string[] = [];
    const modules: Record<string, FakeModule> = {};
    const actors = new FakeActors(clock, { modules, startMs: () => play.startMs ?? 0 });
    const stage = stageOf(actors.machine, said);
    for (const [name, module] of Object.entries(play.modules ?? {})) {
      modules[`memory:${name}`] = (self) => module(self, stage);
    }
    const { latencyMs = 0 } = play;
    if (latencyMs > 0) actors.machine.sockets.openTransit = () => slowTransit(clock, latencyMs);
    const { child, result } = actors.start((self) => play.program(self, stage));
    let outcome: { readonly value?: T; readonly error?: unknown } = {};
    result.then((value) => outcome = { value }, (error: unknown) => outcome = { error });
    const [status, endMs] = await openNursery(async (nursery) => {
      if (play.script !== undefined) nursery.startSoon(() => play.script!(stage), { name: "script" });
      const status = await fromPromise(child.exited);
      nursery.cancelScope.cancel("the program is over");
      return [status, clock.now()];
    }, { collapse: true }) as [ExitStatus, number];
    await actors.untilGone();
    actors.assertNothingLeft();
    return { value: outcome.value, error: outcome.error, status, endMs, goneMs: clock.now(), said };
  });
}

function stageOf(machine: FakeMachine, said: string[]): Stage {
  const find = (name: string | undefined): ProcessRow => {
    const row = machine.puppets().find(({ pid }) => {
      const [program, last] = machine.host.processes.commandOf(pid);
      return name === undefined ? program !== "/bin/actor" : last === name;
    });
    if (row === undefined) throw new Error(`no process of ${name ?? "the program"}`);
    return row;
  };
  return {
    machine,
    say: (what) => said.push(`${machine.clock.now()} ${what}`),
    at: (ms) => sleepUntil(instant(ms)),
    signal: (signal, name) => void machine.host.processes.signal(find(name), signal),
  };
}

function slowTransit(clock: VirtualClock, latencyMs: number): Transit {
  return {
    split: (bytes) => [bytes],
    carry: (arrive) => void clock.schedule(after(clock.now(), latencyMs), arrive),
  };
}
