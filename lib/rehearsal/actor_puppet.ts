/** The main process of an actor on the stage: it does what its behaviour says, and shows it where its probe looks. */
import { after, type Instant } from "../base/instant.ts";
import { type Signal, SIGNAL_NAMES } from "../base/signals.ts";
import type { ActorSpec, Probe } from "../config/plan.ts";
import type { LinePattern } from "../engine/run/ready_patterns.ts";
import type { FakeMachine } from "../host/fake/fake_machine.ts";
import type { PortAnswer, Puppet } from "../host/fake/puppet.ts";
import { type Behaviour, heeds, isUnhealthyAt, ORPHANED } from "../simulation/behaviour.ts";
import { exitOf, type HowEnded } from "../simulation/script.ts";
import { MemberPuppet } from "./member_puppet.ts";

/** The line that an actor prints once it is ready, if a line is what tells that. */
const READY_LINE = "ready";

/** On the stage that line stands for the one that a pattern waits for, whatever the pattern is. */
export const READY_PATTERN: LinePattern = { test: (line) => line === READY_LINE };

/** The probes that wait for a sign of the process. */
const SIGNS: ReadonlySet<Probe["type"]> = new Set(["file", "log", "module", "notify"]);

/** The signals that no process hears of. */
const UNHEARD: ReadonlySet<Signal> = new Set(["SIGKILL", "SIGSTOP"]);

/** The parts of an actor on the stage. */
export interface ActorPuppetOptions {
  readonly machine: FakeMachine;
  readonly self: Puppet;
  readonly spec: ActorSpec;
  readonly behaviour: Behaviour;
  /** The port at which it listens once it is ready; null for none. */
  readonly port: number | null;
  /** Calls back at an instant; the returned function revokes it. */
  readonly schedule: (at: Instant, callback: () => void) => () => void;
}

/** See the module. */
export class ActorPuppet {
  readonly #options: ActorPuppetOptions;
  readonly #since: Instant;
  #member: MemberPuppet | null = null;
  #isStopping = false;

  constructor(options: ActorPuppetOptions) {
    this.#options = options;
    this.#since = options.machine.clock.now();
  }

  get isAlive(): boolean {
    return this.#options.self.isAlive;
  }

  /** Whether it answers nothing any more. */
  get isSilent(): boolean {
    return this.#hasReached(this.#options.behaviour.hangMs);
  }

  /** Whether it is ready, as far as it knows itself. */
  get isReady(): boolean {
    const { readyMs, hangMs } = this.#options.behaviour;
    return readyMs < hangMs && this.#hasReached(readyMs);
  }

  /** Whether it would pass a check of its health. */
  get isHealthy(): boolean {
    return !isUnhealthyAt(this.#options.behaviour, this.#age);
  }

  /** Lives until it is ended. */
  async live(): Promise<never> {
    const { self, spec, behaviour, machine } = this.#options;
    const { readyMs, hangMs, end, unhealthy } = behaviour;
    this.#heedSignals();
    const { ready } = spec;
    if (ready?.probe.type === "file") machine.disk.remove(ready.probe.path);
    if (spec.kind === "module") {
      this.#member = await MemberPuppet.join(machine.hostOf(self), self, {
        onCancel: () => this.stop(null),
        onLost: () => this.#orphaned(),
      });
    }
    if (readyMs < hangMs && this.#hasSign) this.#at(readyMs, () => this.#becomeReady());
    if (end !== null && end.atMs < hangMs) this.#at(end.atMs, () => this.#end(end.how));
    this.#feedWatchdog();
    // Nothing comes of it before somebody asks, but there is something to wait for.
    const turns = [hangMs, ...unhealthy.flatMap(({ fromMs, toMs }) => [fromMs, toMs])];
    if (spec.health !== null) { for (const ms of turns) this.#at(ms, () => {}); }
    return await self.forever();
  }

  /** Asks it to end. @param signal Null if it is cancelled. */
  stop(signal: Signal | null): void {
    const { stop } = this.#options.behaviour;
    if (this.#isStopping || stop.ms === Infinity || this.isSilent) return;
    this.#isStopping = true;
    this.#at(this.#age + stop.ms, () => this.#end(stop.how ?? signal ?? 0));
  }

  /** A module ends with the supervisor that it has joined. */
  #orphaned(): void {
    this.stop(null);
    this.#at(this.#age + ORPHANED.ms, () => this.#end(ORPHANED.how));
  }

  #hasReached(ageMs: number): boolean {
    return this.#options.machine.clock.now() >= after(this.#since, ageMs);
  }

  get #age(): number {
    return this.#options.machine.clock.now() - this.#since;
  }

  #heedSignals(): void {
    const { self, spec } = this.#options;
    for (const signal of SIGNAL_NAMES) {
      if (UNHEARD.has(signal)) continue;
      if (heeds(spec, signal)) self.onSignal(signal, () => this.stop(signal));
      else self.ignore(signal);
    }
  }

  /** Whether it shows by something of its own that it is ready: otherwise it is asked, or nobody wants to know. */
  get #hasSign(): boolean {
    const { port, spec: { ready } } = this.#options;
    return port !== null || (ready !== null && SIGNS.has(ready.probe.type));
  }

  #becomeReady(): void {
    const { self, machine, spec: { ready }, port } = this.#options;
    if (port !== null) return this.#listen(port);
    switch (ready?.probe.type) {
      case "file":
        return machine.disk.write(ready.probe.path, READY_LINE);
      case "log":
        return self.print(`${READY_LINE}\n`);
      case "notify":
        return self.notify("READY=1");
      case "module":
        return this.#member?.loaded();
    }
  }

  #listen(port: number): void {
    const { self } = this.#options;
    const isSilent = () => this.isSilent;
    const answer: PortAnswer = {
      get status() {
        return isSilent() ? "silence" : 200;
      },
    };
    try {
      self.listen(port, answer);
    } catch {
      // Another process has it.
      self.exit(1);
    }
  }

  /** Says that it works, as often as one should: twice in the time of its watchdog. */
  #feedWatchdog(): void {
    const { self, spec } = this.#options;
    const watchdogMs = spec.health?.watchdogMs ?? null;
    if (watchdogMs === null) return;
    const feed = () => {
      if (this.isSilent) return;
      if (this.isHealthy) self.notify("WATCHDOG=1");
      this.#at(this.#age + watchdogMs / 2, feed);
    };
    this.#at(watchdogMs / 2, feed);
  }

  #end(how: HowEnded): void {
    const { self, machine: { kernel } } = this.#options;
    const process = kernel.find(self.pid);
    const exit = exitOf(how);
    if (process !== undefined && exit.how !== "unseen") kernel.end(process, exit);
  }

  /** Calls back at an age, if it is alive then; at once if that has come. */
  #at(ageMs: number, callback: () => void): void {
    if (ageMs === Infinity) return;
    if (this.#hasReached(ageMs)) return callback();
    const { schedule, self, machine: { kernel } } = this.#options;
    const { onEnd } = kernel.find(self.pid)!;
    const revoke = schedule(after(this.#since, ageMs), () => {
      onEnd.delete(revoke);
      callback();
    });
    onEnd.add(revoke);
  }
}
