/** Does what the supervision core says. It decides nothing: what happens comes back through `post`. */
import { nameSome } from "../base/name_some.ts";
import { invariant, unreachable } from "../base/invariant.ts";
import { describeProbe } from "../config/describe_probe.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import type { Masker } from "../config/mask.ts";
import { type ActorSpec, type HookName, type NodeId, ROOT, type Stop } from "../config/plan.ts";
import type { Host } from "../host/ports/host.ts";
import type { Privileges } from "../host/ports/privileges.ts";
import { type ProcessId, type ProcessRow, SpawnError } from "../host/ports/processes.ts";
import { CancelScope } from "../scope/cancel_scope.ts";
import type { Nursery } from "../scope/nursery.ts";
import type { Effect, RunEffect } from "../supervision/effect.ts";
import type { Exit } from "../supervision/exit.ts";
import type { TreeEvent } from "../supervision/event.ts";
import type { RunId } from "../supervision/state.ts";
import type { Containment } from "./containment/containment.ts";
import type { Environments } from "./environment.ts";
import type { Errands } from "./run/errands.ts";
import type { Guests } from "./run/guests.ts";
import { voiceOf } from "./run/notify_voice.ts";
import type { HeldSockets } from "./run/held_sockets.ts";
import type { Isolators } from "./isolator/isolators.ts";
import type { Ledger } from "./containment/ledger.ts";
import { describeUnkept, type Unkept } from "./limits/actor_limits.ts";
import type { LineHearer } from "./logs/line_encoder.ts";
import { wasPrinted } from "./logs/printed_before.ts";
import type { MainProcess } from "./run/main_process.ts";
import { type HookOptions, HookRuns } from "./run/hook_runs.ts";
import { type JoinPoint, type MemberReports, Membership } from "./run/membership.ts";
import { type ResolvedPrivileges, resolvePrivileges } from "./privileges/resolve_privileges.ts";
import { type Begun, type Hearers, PerformedRun } from "./performed_run.ts";
import { ask, type AskedProbe } from "./run/probe.ts";
import { isAwaitedLine, type LinePattern, type ReadyPatterns } from "./run/ready_patterns.ts";
import type { Recorder } from "./journal/recorder.ts";
import { ActorRun, type AdoptedRun, type PipesOfRun } from "./run/run.ts";
import type { RunPipes } from "./survival/run_pipes.ts";
import { SpawnQueue } from "./spawning/spawn_queue.ts";
import { runSideCommand } from "./run/side_command.ts";
import type { Survival } from "./survival/survival.ts";
import { TreeTasks } from "./tree_tasks.ts";

/** The parts and settings of a performer. */
export interface PerformerOptions {
  readonly host: Host;
  /** The name that the tree has now. */
  readonly tree: () => string;
  readonly containment: Containment;
  readonly ledger: Ledger;
  readonly recorder: Recorder;
  /** The sockets that actors listen at. */
  readonly sockets: HeldSockets;
  readonly environments: Environments;
  /** The mark of a run. */
  readonly markOf: (run: RunId) => string;
  /** Where what speaks the protocol of actors joins; null for nowhere. */
  readonly joinPoint: JoinPoint | null;
  /** The tree's folder for logs and the journal. */
  readonly folder: string;
  readonly pipes: RunPipes;
  readonly isolators: Isolators;
  /** Null if nothing of the tree is to outlive its supervisor. */
  readonly survival: Survival | null;
  /** The runs that an earlier supervisor had started. */
  readonly inherited: FindInherited;
  /** How a process ends that is not our child. */
  readonly exitOf: (process: ProcessId) => Promise<Exit>;
  /** The commands that clients run beside actors. */
  readonly guests: Guests;
  /** Runs commands on behalf of actors. */
  readonly errands: Errands;
  /** The patterns that lines of actors are compared with. */
  readonly patterns: ReadyPatterns;
  /** Keeps secrets out of what is said in the log of an actor. */
  readonly mask: Masker["text"];
  readonly post: (event: TreeEvent) => void;
}

/** Finds the main process of a run that an earlier supervisor had started. */
export type FindInherited = (run: RunId) => MainProcess;

/** See the module. */
export class Performer {
  readonly #options: PerformerOptions;
  readonly #trees: TreeTasks;
  readonly #spawns: SpawnQueue;
  readonly #hearers: Hearers;
  readonly #runs = new Map<RunId, PerformedRun>();
  readonly #hooks = new HookRuns();
  /** The last remark on each actor that runs without limits; null for an actor that has them again. */
  readonly #toldUnlimited = new Map<NodeId, string | null>();

  /** @param nursery Where the supervisors' tasks live. */
  constructor(options: PerformerOptions, nursery: Nursery) {
    this.#options = options;
    this.#trees = new TreeTasks(nursery);
    const { post, recorder, survival } = options;
    const onUnlimited: Hearers["onUnlimited"] = (spec, limits) => this.#unlimited(spec, limits);
    this.#hearers = { post, recorder, survival, onUnlimited };
    this.#spawns = new SpawnQueue(options.host.clock, ({ message: reason, hint }) => {
      options.post({ type: "noted", node: ROOT, event: "short", data: { reason, hint } });
    });
  }

  /** Reads no more of what any process prints. */
  letGoOfOutputs(): void {
    for (const { run } of this.#runs.values()) run.letGoOfOutput();
  }

  openTree({ node, parent, isolate }: Extract<Effect, { type: "open_tree" }>): void {
    this.#trees.open(node, parent, isolate);
  }

  closeTree(node: NodeId): void {
    this.#options.isolators.dismiss(node);
    this.#trees.close(node);
  }

  /** To be told of all effects that follow from one event, before the first of them is performed. */
  prepare(effects: readonly Effect[]): void {
    this.#options.containment.takeStock(effects.filter(isRequestToEnd).map(({ run }) => run));
  }

  /** Performs an effect on a run. */
  perform(effect: RunEffect): void {
    if (effect.type === "spawn") return this.#open(effect, null, effect.isFirst);
    if (effect.type === "adopt") {
      const main = this.#options.inherited(effect.run);
      return this.#open(effect, { main, isOver: effect.isOver }, false);
    }
    if (effect.type === "hook") return this.#hook(effect);
    if (effect.type === "end_hook") return this.#hooks.end(effect.hookRun);
    const performed = this.#runs.get(effect.run);
    if (performed === undefined) return;
    const { run } = performed;
    const { spec } = run.options;
    switch (effect.type) {
      case "abort_spawn":
        return run.abortSpawn();
      case "probe":
        return this.#probe(effect, performed);
      case "stop_command":
        return this.#stopCommand(run, effect.stop);
      case "cancel":
        return run.options.member?.cancel(effect.withinMs);
      case "tell":
        return this.#tell(effect, run);
      case "signal":
        return this.#signal(run, effect.stop);
      case "end_rest":
        return this.#options.containment.end(effect.run, "SIGTERM", () => this.#cleared(spec, effect.run));
      case "leave_rest":
        return this.#leave(spec, effect.run);
      case "kill_all":
        return this.#kill(spec, effect.run, effect.stop);
      case "look":
        return this.#options.post({
          type: "looked",
          node: effect.node,
          run: effect.run,
          rest: this.#options.containment.restOf(effect.run),
        });
      case "close_run":
        this.#runs.delete(effect.run);
        this.#options.guests.runClosed(effect.run);
        return run.close();
      default:
        return unreachable(effect, "effect");
    }
  }

  #open(begun: Begun, adopted: AdoptedRun | null, isFirst: boolean): void {
    const { spec, run } = begun;
    const { host, tree, containment, ledger, markOf } = this.#options;
    const { survival, isolators } = this.#options;
    const isolated = this.#trees.isolatedBy(spec.parent!);
    const marker = markOf(run);
    const { privileges, variables } = privilegesFor(host, spec);
    const agoMs = begun.type === "adopt" ? host.clock.now() - begun.since : 0;
    const performed = new PerformedRun(this.#hearers, begun, host.wallClock() - agoMs);
    const voice = voiceOf({
      host,
      spec,
      marker,
      uids: this.#uidsOf(privileges),
      onTold: (told) => performed.said(told),
    });
    const env = {
      ...this.#options.environments.of(spec, { tree: tree(), run: marker }, variables),
      ...voice?.variables,
    };
    const actorRun = performed.run = new ActorRun({
      host,
      containment,
      ledger,
      spec,
      adopted,
      run,
      marker,
      env,
      listening: this.#options.sockets.of(spec),
      privileges,
      // A process that had joined an earlier supervisor has nobody to join here: its own tree has died with that one.
      member: adopted === null ? this.#memberFor(spec, marker, performed) : null,
      voice,
      queue: this.#spawns,
      isFirst,
      startTask: this.#trees.starterFor(spec.parent!),
      pipes: survival === null && isolated === null ? null : this.#pipesOf(run, survival),
      start: isolated === null
        ? null
        : (how) =>
          isolators.spawn(isolated, spec, how, (name, body) => this.#trees.start(isolated, name, body)),
      exitOf: this.#options.exitOf,
      reports: performed,
      sink: performed,
    });
    this.#runs.set(run, performed);
    if (!(privileges instanceof SpawnError)) {
      const isLimited = spec.cgroup !== null;
      const { path, cwd } = spec;
      this.#options.guests.runOpened({ run, path, marker, env, cwd, privileges, isLimited });
    }
    this.#trees.start(spec.parent!, spec.path, () => actorRun.run());
  }

  /** The guardian has them open before anybody writes to them. */
  #pipesOf(run: RunId, survival: Survival | null): PipesOfRun {
    const { pipes } = this.#options;
    return {
      make() {
        const names = pipes.make(run);
        survival?.hold(names);
        return { names, letEnd: pipes.hold(run), ...pipes.open(run) };
      },
      remove() {
        survival?.release(pipes.of(run));
        pipes.remove(run);
      },
    };
  }

  /** The users who may speak of a run: its own, that of the supervisor, and root. */
  #uidsOf(privileges: Privileges | SpawnError | null): ReadonlySet<number> {
    const own = privileges instanceof SpawnError ? null : privileges?.account?.uid ?? null;
    return new Set([0, ...this.#options.joinPoint?.uids ?? [], ...(own === null ? [] : [own])]);
  }

  #memberFor(spec: ActorSpec, token: string, reports: MemberReports): Membership | null {
    const { joinPoint: point } = this.#options;
    return point === null ? null : new Membership({ point, spec, token, reports });
  }

  #probe(effect: RunEffect & { readonly type: "probe" }, performed: PerformedRun): void {
    const { probe, attempt } = effect;
    const { run } = performed;
    performed.awaitNothing();
    if (probe.type === "delay") return;
    if (probe.type === "module" || probe.type === "notify") return performed.awaitWord(attempt);
    if (probe.type === "log") {
      const pattern = this.#options.patterns.get(probe.pattern)!;
      performed.awaited = { pattern, attempt };
      // The line may have been printed before anybody waited for it, but not in a run that has just begun.
      const isNew = run.options.adopted === null && attempt === 1;
      if (!isNew) run.startSoon("what was printed", () => this.#lookBack(performed, pattern, attempt));
      return;
    }
    run.startSoon(describeProbe(probe), () => this.#ask(effect, probe, performed));
  }

  async #lookBack(performed: PerformedRun, pattern: LinePattern, attempt: number): Promise<void> {
    const { host, folder, recorder } = this.#options;
    const { since, run: { options: { spec: { path } } } } = performed;
    await recorder.sync();
    const found = await fromPromise(wasPrinted(host.files, folder, {
      path,
      since,
      isWanted: (text) => isAwaitedLine(pattern, text),
      isAwaited: () => performed.awaited?.attempt === attempt,
    }));
    if (found) performed.foundLine(attempt);
  }

  async #ask(
    { node, run: number, attempt, timeoutMs }: RunEffect & { readonly type: "probe" },
    probe: AskedProbe,
    { run, probing }: PerformedRun,
  ): Promise<void> {
    const scope = new CancelScope();
    probing.add(scope);
    await scope.run(async () => {
      const { host } = this.#options;
      const context = { ...this.#sideContext(run), host, fileBefore: run.child!.fileBefore };
      const answer = await ask(context, run.options.spec, probe, timeoutMs);
      this.#options.post({ type: "probed", node, run: number, attempt, answer });
      if (answer.says !== "ready") return;
      for (const other of probing) other.cancel("it is ready");
    });
    probing.delete(scope);
  }

  #stopCommand(run: ActorRun, stop: Stop): void {
    const { spec } = run.options;
    run.startSoon("stop command", async () => {
      const context = this.#sideContext(run);
      const env = { ...context.env, SUPERVISE_PID: String(run.child!.pid) };
      const status = await runSideCommand({ ...context, env }, spec, stop.command!);
      if (status.how === "not_started") {
        this.#remark(spec, `the stop command could not be started: ${status.message}`);
      }
      this.#options.post({ type: "stop_command_ended", node: spec.path, run: run.options.run });
    });
  }

  #hook(
    { node, run, spec, hook, hookRun, timeoutMs, pid, exit }: RunEffect & { readonly type: "hook" },
  ): void {
    const { host, tree, containment, ledger, environments, markOf, recorder, post } = this.#options;
    const marker = markOf(hookRun);
    const { privileges, variables } = privilegesFor(host, spec);
    const env = {
      ...environments.of(spec, { tree: tree(), run: marker }, variables),
      ...hookVariables(hook, pid, exit),
    };
    const hearer: LineHearer = {
      line: (stream, at, bytes, cut) => recorder.tellLine(spec.path, stream, at, { bytes, cut }),
      partial: () => {},
    };
    const options: HookOptions = {
      host,
      containment,
      ledger,
      spec,
      argv: spec.hooks!.commands[hook]!,
      hookRun,
      marker,
      env,
      privileges,
      timeoutMs,
      sink: {
        open: (stream) => recorder.open(spec.path, stream, () => recorder.isHeard ? hearer : null),
        whenRoom: (callback) => recorder.whenRoom(spec.path, callback),
      },
    };
    const runHook = this.#hooks.begin(options);
    this.#trees.start(spec.parent!, `${hook} of ${spec.path}`, async () => {
      const end = await runHook();
      post({ type: "hook_ended", node, run, hookRun, hook, end });
    });
  }

  #signal({ child: main, options: { run } }: ActorRun, stop: Stop): void {
    if (main === null) return;
    const { host: { processes }, containment } = this.#options;
    // One that was named as the main process is in the group of another, which may be gone.
    const isLeader = processes.find(main.pid)?.group === main.pid;
    // A stopped process does not hear the signal before it goes on.
    for (const signal of [stop.signal, "SIGCONT"] as const) {
      if (stop.to === "process") processes.signal(main, signal);
      else if (isLeader) processes.signalGroup(main, signal);
      else containment.signalAll(run, signal);
    }
  }

  #tell({ run, signal, toAll }: RunEffect & { readonly type: "tell" }, { child: main }: ActorRun): void {
    if (toAll === true) return this.#options.containment.signalAll(run, signal);
    if (main !== null) this.#options.host.processes.signal(main, signal);
  }

  #kill(spec: ActorSpec, run: RunId, stop: Stop): void {
    const { containment } = this.#options;
    if (this.#runs.get(run)!.run.child === null) return;
    if (stop.kill === "tree") return containment.end(run, "SIGKILL", () => this.#cleared(spec, run));
    this.#leave(spec, run);
  }

  #leave(spec: ActorSpec, run: RunId): void {
    this.#options.containment.endMain(run, {
      onUnseen: (why) =>
        this.#options.post({ type: "noted", node: spec.path, event: "not_looked_up", data: { why } }),
      onClear: (left) => {
        if (left.length > 0) this.#remark(spec, `left running on purpose: ${nameSome(left.map(nameOf))}`);
        this.#cleared(spec, run);
      },
    });
  }

  #cleared(spec: ActorSpec, run: RunId): void {
    this.#options.post({ type: "cleared", node: spec.path, run });
  }

  /** Says what an actor runs without, if that was not said of its last run. */
  #unlimited(spec: ActorSpec, limits: readonly Unkept[]): void {
    const text = limits.length === 0 ? null : describeUnkept(limits);
    if (text === (this.#toldUnlimited.get(spec.path) ?? null)) return;
    this.#toldUnlimited.set(spec.path, text);
    if (text === null) return;
    this.#remark(spec, `runs without ${text}`);
    const data = { limits: limits.map(({ text }) => text), reason: text };
    this.#options.post({ type: "noted", node: spec.path, event: "unlimited", data });
  }

  /** Says something in the actor's own log. */
  #remark(spec: ActorSpec, text: string): void {
    this.#options.recorder.line(spec.path, "supervise", {
      bytes: new TextEncoder().encode(this.#options.mask(text)),
      cut: false,
    });
  }

  #sideContext(run: ActorRun) {
    const { errands } = this.#options;
    const { env, privileges } = run.options;
    // A run that could not have its privileges has no process, and nothing beside it is run.
    invariant(!(privileges instanceof SpawnError), "what has started has its privileges");
    return { errands, env, privileges };
  }
}

/** The variables that a hook finds in its environment beside those of its actor. */
function hookVariables(hook: HookName, pid: number | null, exit: Exit | null): Record<string, string> {
  return {
    SUPERVISE_HOOK: hook,
    ...(pid === null ? {} : { SUPERVISE_PID: String(pid) }),
    ...(exit === null ? {} : { SUPERVISE_EXIT: exitWord(exit) }),
  };
}

function exitWord(exit: Exit): string {
  return exit.how === "exited" ? String(exit.code) : exit.how === "signalled" ? exit.signal : "unseen";
}

/** Whether an effect asks a main process to end, after which nobody can tell any more what it has started. */
function isRequestToEnd(
  effect: Effect,
): effect is Extract<Effect, { type: "stop_command" | "cancel" | "signal" }> {
  return effect.type === "stop_command" || effect.type === "cancel" || effect.type === "signal";
}

/** As who a run is to be started; an error if there is no such user. */
function privilegesFor(
  { files }: Host,
  spec: ActorSpec,
): {
  readonly privileges: Privileges | SpawnError | null;
  readonly variables: ResolvedPrivileges["variables"];
} {
  try {
    return resolvePrivileges(files, spec.privileges);
  } catch (error) {
    if (error instanceof SpawnError) return { privileges: error, variables: {} };
    throw error;
  }
}

function nameOf({ pid, name }: ProcessRow): string {
  return `${name} (${pid})`;
}
