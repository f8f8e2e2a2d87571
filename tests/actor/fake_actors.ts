/**
 * Actors on a fake machine, in virtual time: each process is a puppet that runs `actorMain`, and modules come from memory.
 */
import assert from "node:assert/strict";
import { UserError } from "../../lib/base/user_error.ts";
import { actorMain } from "../../lib/actor/process/child_main.ts";
import type { ActorSystem } from "../../lib/actor/current_actor.ts";
import { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import type { Puppet } from "../../lib/host/fake/puppet.ts";
import type { Host } from "../../lib/host/ports/host.ts";
import type { Child } from "../../lib/host/ports/processes.ts";
import type { Program } from "../../lib/host/ports/program.ts";
import { run } from "../../lib/scope/run.ts";
import { sleepUntil } from "../../lib/scope/sleep.ts";
import { waitAllTasksBlocked } from "../../lib/testing/idle.ts";
import type { VirtualClock } from "../../lib/testing/virtual_clock.ts";
import { withWorkModule } from "../../lib/worker/child/work.ts";

/** The process that code runs in. */
export interface Self {
  readonly puppet: Puppet;
  readonly host: Host;
  /** For `openActorNurseryOn` and its like. */
  readonly system: Promise<ActorSystem>;
}

/** A module from memory: each process that loads it has one of its own. */
export type FakeModule = (self: Self) => Readonly<Record<string, unknown>>;

/** What is different from one test to the next. */
export interface FakeActorsOptions {
  /** Modules by their URLs, such as `memory:talk`. */
  readonly modules?: Readonly<Record<string, FakeModule>>;
  /** Milliseconds that a process takes until it begins; none if absent. */
  readonly startMs?: () => number;
  /** Shuffles the tasks of each process that are ready; without it they go on in order. */
  readonly random?: () => number;
}

const ACTOR = "/bin/actor";

/** See the module. */
export class FakeActors {
  readonly machine: FakeMachine;
  /** What actors have written about errors that nobody else was told of. */
  readonly reports: string[] = [];
  readonly #clock: VirtualClock;
  readonly #options: FakeActorsOptions;
  #programs = 0;

  constructor(clock: VirtualClock, options: FakeActorsOptions = {}) {
    this.#clock = clock;
    this.machine = new FakeMachine(clock);
    this.#options = options;
    this.machine.install(ACTOR, (puppet) => this.#runActor(puppet));
  }

  /** Starts a program in a process of its own, that opens a run; what `main` throws is what `result` rejects with. */
  start<T>(main: (self: Self) => Promise<T>): { readonly child: Child; readonly result: Promise<T> } {
    const { promise: result, resolve, reject } = Promise.withResolvers<T>();
    const path = `/bin/program${this.#programs++}`;
    this.machine.install(path, async (puppet) => {
      const self = this.#selfOf(puppet);
      try {
        resolve(
          await run(() => main(self), { clock: self.host.clock, random: this.#options.random ?? null }),
        );
      } catch (error) {
        if (puppet.isAlive) reject(error);
      }
    });
    result.catch(() => {});
    const command = { argv: [path], env: {}, cwd: "/", stdin: null, output: "null" } as const;
    return { child: this.machine.host.processes.spawn(command), result };
  }

  /** Waits until no process is left. */
  async untilGone(): Promise<void> {
    await this.#settle();
    while (this.machine.puppets().length > 0) {
      await sleepUntil(this.#clock.next());
      await this.#settle();
    }
  }

  /** Waits until nothing happens any more at this instant: who waits for a turn may revoke the timer that is the next now. */
  async #settle(): Promise<void> {
    do await waitAllTasksBlocked(); while (this.#clock.isTurning);
  }

  /** Fails if something is left of what was started. */
  assertNothingLeft(): void {
    const { machine } = this;
    assert.deepEqual(machine.programErrors, []);
    const left = machine.puppets().map(({ pid, parent, state }) =>
      `${pid} of ${parent} ${state} ${machine.host.processes.commandOf(pid).join(" ")}`
    );
    assert.deepEqual(left, []);
    const { listening, names, ends } = machine.sockets;
    assert.deepEqual({ listening: [...listening.keys()], names: [...names.keys()], ends: [...ends] }, {
      listening: [],
      names: [],
      ends: [],
    });
  }

  async #runActor(puppet: Puppet): Promise<void> {
    const startMs = this.#options.startMs?.() ?? 0;
    if (startMs > 0) await puppet.sleep(startMs);
    const self = this.#selfOf(puppet);
    const program = this.#programOf(puppet);
    const load = withWorkModule((url) => Promise.resolve().then(() => this.#load(url, self)));
    try {
      const { random } = this.#options;
      puppet.exit(
        await actorMain({
          host: self.host,
          program,
          load,
          openHost: () => Promise.resolve(self.host),
          ...(random === undefined ? {} : { random }),
        }),
      );
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      puppet.exit(1);
    }
  }

  #load(url: string, self: Self): Readonly<Record<string, unknown>> {
    const module = this.#options.modules?.[url];
    if (module === undefined) throw new Error(`no module ${url}`);
    return module(self);
  }

  #selfOf(puppet: Puppet): Self {
    const host = this.machine.hostOf(puppet);
    return { puppet, host, system: Promise.resolve({ host, program: this.#programOf(puppet) }) };
  }

  #programOf(puppet: Puppet) {
    return {
      actorCommand: [ACTOR],
      environment: puppet.env,
      uid: this.machine.kernel.find(puppet.pid)!.uid,
      pid: puppet.pid,
      cwd: puppet.cwd,
      onSignal: (signal, callback) => puppet.onSignal(signal, callback),
      onExit: () => () => {},
      openInspector: () => "ws://fake",
      stderr: {
        isTerminal: false,
        isRead: true,
        isPipe: false,
        columns: 80,
        rows: 24,
        write: (text) => {
          if (puppet.isAlive) this.reports.push(text);
          return Promise.resolve();
        },
      },
    } satisfies Partial<Program>;
  }
}
