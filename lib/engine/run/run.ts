/**
 * One run of an actor, as a task: spawn, wait for the end of the process, tell of it, wait until the supervision says that the
 * run is over. A tree has thousands of these waiting, so that the task keeps nothing while it waits but itself.
 *
 * The task decides nothing. But whatever happens to it, also if a bug elsewhere cancels it, it does not end while its
 * process or a descendant of it lives: that is the promise that a task of a nursery makes.
 */
import { invariant } from "../../base/invariant.ts";
import { limitErrorOf } from "../../base/limit_error.ts";
import { messageOf } from "../../base/user_error.ts";
import type { ActorSpec, Probe } from "../../config/plan.ts";
import { isSame } from "../../host/alive.ts";
import type { Host } from "../../host/ports/host.ts";
import type { Privileges } from "../../host/ports/privileges.ts";
import {
  type ExitStatus,
  type HandedSockets,
  type ProcessId,
  SpawnError,
  type SpawnSpec,
} from "../../host/ports/processes.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import { Cancelled } from "../../scope/cancelled.ts";
import { Event } from "../../sync/event.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { park, type Parked } from "../../scope/park.ts";
import type { ActorError } from "../../supervision/actor_error.ts";
import type { Exit } from "../../supervision/exit.ts";
import type { Told } from "../../supervision/run_word.ts";
import type { RunId } from "../../supervision/state.ts";
import { actorErrorOf } from "./actor_error.ts";
import type { Containment } from "../containment/containment.ts";
import { describeCommand, type Ledger } from "../containment/ledger.ts";
import type { Unkept } from "../limits/actor_limits.ts";
import { limitRun } from "../limits/limit_run.ts";
import { reachedLimits } from "../limits/reached.ts";
import type { MainProcess } from "./main_process.ts";
import type { NotifyVoice } from "./notify_voice.ts";
import type { MemberProcess, Membership } from "./membership.ts";
import { asksOwnSocket, isTaken, versionOfReadyFile } from "./probe.ts";
import { type OutputSink, RunOutput } from "./run_output.ts";
import { RunTasks, type StartTask } from "./run_tasks.ts";
import type { NamedPipes, OpenPipes } from "../survival/run_pipes.ts";
import { SpawnLack, type SpawnQueue } from "../spawning/spawn_queue.ts";
import { startChild, type StartChildOptions, type StartedProcess } from "./start_child.ts";

/** How long a connect may take that is to find nobody. */
const TAKEN_TIMEOUT_MS = 1_000;

/** The reports of a run to the supervision. */
export interface RunReports {
  /** Told at once. @param fileBefore See {@linkcode MainProcess}. */
  started(process: ProcessId, fileBefore: string | null): void;
  /** There is a process, which has yet to become the program. */
  made(): void;
  spawned(pid: number): void;
  /** The machine has no room for a process. @param isLasting Whether that has been so for long. */
  lacked(message: string, isLasting: boolean): void;
  /** @param isFinal Whether another try would fail in the same way. */
  spawnFailed(message: string, isFinal: boolean): void;
  exited(exit: Exit, error: ActorError | null): void;
  /** @param limits Those that it runs without. */
  unlimited(limits: readonly Unkept[]): void;
  /** It has told something of itself. */
  told(told: Told): void;
}

/** A run that an earlier supervisor had started. */
export interface AdoptedRun {
  readonly main: MainProcess;
  /** Whether the end of its process has been told already. */
  readonly isOver: boolean;
}

/** Pipes that nobody writes to yet. */
export interface NewPipes extends OpenPipes {
  readonly names: NamedPipes;
  /** Lets them be at their end when all have closed them that write to them; to be called once somebody does. */
  letEnd(): void;
}

/** The pipes of one run. */
export interface PipesOfRun {
  /** Makes and opens them. @throws {FileError} */
  make(): NewPipes;
  /** Nobody writes to them any more. */
  remove(): void;
}

/** The parts and settings of a run. */
export interface ActorRunOptions {
  readonly host: Host;
  readonly containment: Containment;
  readonly ledger: Ledger;
  readonly spec: ActorSpec;
  /** Null for one that is to be started. */
  readonly adopted: AdoptedRun | null;
  readonly run: RunId;
  /** The mark of this run in the environment of its processes. */
  readonly marker: string;
  readonly env: Readonly<Record<string, string>>;
  /** The sockets that it is handed; undefined for none. */
  readonly listening: HandedSockets | undefined;
  /** The privileges of its processes; null for those of the supervisor. An error if they cannot be had. */
  readonly privileges: Privileges | SpawnError | null;
  /** Null if it cannot join. */
  readonly member: Membership | null;
  /** Where its processes speak of it; null if nobody hears them. */
  readonly voice: NotifyVoice | null;
  /** Pipes with names for its process to write to; null for pipes without. */
  readonly pipes: PipesOfRun | null;
  /** Where it waits for its turn to be spawned. */
  readonly queue: SpawnQueue;
  /** Whether it starts for the first time. */
  readonly isFirst: boolean;
  /** Starts tasks of its supervisor. */
  readonly startTask: StartTask;
  /** Starts its process; null to have it started here. */
  readonly start: NonNullable<StartChildOptions["start"]> | null;
  /** How a process ends that is not our child, or was none when it was started. */
  readonly exitOf: (process: ProcessId) => Promise<Exit>;
  readonly reports: RunReports;
  /** Where its lines go. */
  readonly sink: OutputSink;
}

/** A run in progress, for those who act on it. */
export class ActorRun implements MemberProcess {
  readonly options: ActorRunOptions;
  /** The process; null before it was spawned. */
  child: MainProcess | null;
  /** Calls the spawn off; null when that is past. */
  #spawning: CancelScope | null = new CancelScope();
  readonly #output: RunOutput;
  readonly #tasks: RunTasks;
  /** Whether there has been a process, also if that did not become the program. */
  #isMade = false;
  #isExpected = false;
  /** Whether the supervision has been told that there is a process. */
  #isTold = false;
  /** The number of the process that was named last as the main one, yet to be proven; null if none was. */
  #named: number | null = null;
  /** Those that have been the main process and live, this one included. */
  readonly #mains: MainProcess[] = [];
  /** The process that was started; null before that. */
  #first: MainProcess | null = null;
  /** Whether its main process is the child of the first. */
  #isChildOfFirst = false;
  /** How the first process ended; null if it has not. */
  #firstExit: Exit | null = null;
  /** How the process ended; null if it has not. */
  #exit: Exit | null = null;
  /** Cuts short what is waited for before the end is told; null if nothing is. */
  #telling: CancelScope | null = null;
  /** Whether the supervision has said that it is over. */
  #isClosed = false;
  /** The task, while it waits for one of these. */
  #parked: Parked<void> | null = null;

  constructor(options: ActorRunOptions) {
    this.options = options;
    this.#output = new RunOutput(options.sink);
    this.#tasks = new RunTasks(options.startTask);
    this.child = options.adopted?.main ?? null;
    // At once: whatever follows may be meant for it.
    if (this.child !== null) this.#contain(this.child);
  }

  /** The task. */
  async run(): Promise<void> {
    try {
      const child = this.child ?? await this.#spawn();
      this.#spawning = null;
      if (child !== null) await this.#live(child);
    } finally {
      await this.#tasks.end();
      this.options.voice?.close();
      this.options.member?.close();
      this.options.pipes?.remove();
    }
  }

  /** Reads no more of what its process prints: another supervisor goes on with that. */
  letGoOfOutput(): void {
    this.#output.close();
  }

  async #live(child: MainProcess): Promise<void> {
    const { adopted, containment, reports, run } = this.options;
    try {
      this.#output.begin(child);
      if (adopted !== null) this.#listenAgain();
      if (adopted === null) reports.spawned(child.pid);
      this.#isTold = true;
      if (this.#named !== null) this.follow(this.#named);
      if (adopted?.isOver === true) {
        containment.mainEnded(run);
        containment.mainReported(run);
      } else {
        this.#awaitEnd(child);
        while (this.#exit === null && !this.#isClosed) await this.#wait();
        if (!this.#isClosed) await this.#tell(this.child!, this.#exit!);
      }
      while (!this.#isClosed) await this.#wait();
      // At once, so that a client that is told that the run is over finds its control group gone.
      containment.remove(run);
      await this.#output.drain();
    } finally {
      this.#output.close();
      if (!this.#isClosed) await new CancelScope({ shield: true }).run(() => this.#endAll());
      containment.remove(run);
    }
  }

  /** Not waited for as a promise, which would keep as much again for each run. */
  #awaitEnd(main: MainProcess): void {
    this.#mains.push(main);
    void main.exited.then((exit) => this.#mainEnded(main, exit));
  }

  /** The end of the main process is that of the run, whatever was the main process before. */
  #mainEnded(main: MainProcess, exit: Exit): void {
    const { containment, ledger, run, voice } = this.options;
    this.#mains.splice(this.#mains.indexOf(main), 1);
    this.#firstExit ??= main === this.#first ? exit : null;
    // Its last word may name the process that goes on.
    if (!this.#isClosed && main === this.child) voice?.hearNow();
    if (main === this.child) {
      this.#exit = this.#seen(exit);
      return this.#goOn();
    }
    if (exit.how !== "unseen") ledger.ended(main, exit);
    containment.formerEnded(run, main);
  }

  /** A process that nobody saw end ended under its parent: where that is the first of the run, its own end tells of it. */
  #seen(exit: Exit): Exit {
    return exit.how === "unseen" && this.#isChildOfFirst ? this.#firstExit ?? exit : exit;
  }

  /** A run that an earlier supervisor had started goes on speaking to its address; if that cannot be had, nobody expects it to. */
  #listenAgain(): void {
    if (this.options.voice?.open() === false) this.options.reports.told({ is: "watchdog", ms: null });
  }

  /** Another of its processes is its main one from now on: it gets the signals, and its end is that of the run. */
  follow(pid: number): void {
    // It may be named before anybody knows that the first one is there.
    this.#named = pid;
    if (!this.#isTold || this.#isClosed || this.#exit !== null || pid === this.child!.pid) return;
    const { containment, run, reports, exitOf } = this.options;
    const heir = containment.memberOf(run, pid);
    if (heir === null || !containment.inherit(run, heir)) return;
    const before = this.child!;
    const known = this.#mains.find((main) => isSame(main, heir));
    this.child = known ?? { ...before, pid, startTime: heir.startTime, exited: exitOf(heir) };
    this.#isChildOfFirst = heir.parent === this.#first!.pid;
    if (known === undefined) this.#awaitEnd(this.child);
    reports.started(this.child, before.fileBefore);
    reports.told({ is: "main", pid });
  }

  /** Waits until the process has ended, or the supervision has said that the run is over; it may be too early. */
  #wait(): Promise<void> {
    return park<void>("its process", (parked) => this.#parked = parked);
  }

  #goOn(): void {
    this.#parked?.wake();
    this.#parked = null;
  }

  /** Calls the spawn off, if it has not happened yet. */
  abortSpawn(): void {
    this.#spawning?.cancel("the start was called off");
  }

  /** Starts something that belongs to the run and ends with it; nothing if the run is over. */
  startSoon(name: string, body: () => Promise<void>): void {
    if (!this.#isClosed) this.#tasks.startSoon(body, { name });
  }

  /** Lets the task end. */
  close(): void {
    this.#isClosed = true;
    this.#telling?.cancel("the run is over");
    this.#goOn();
  }

  async untilExited(): Promise<ExitStatus> {
    const exit = await fromPromise(this.#first!.exited);
    invariant(exit.how !== "unseen", "what joins was started here");
    return exit;
  }

  get parentPid(): number | null {
    return this.child?.home ?? null;
  }

  async #spawn(): Promise<MainProcess | null> {
    const { queue, isFirst, reports, spec } = this.options;
    let child: MainProcess | null = null;
    try {
      await this.#spawning!.run(async () => {
        child = await queue.inTurn(
          spec.parent!,
          isFirst,
          () => this.#spawnInTurn(),
          ({ message }, isLasting) => reports.lacked(message, isLasting),
        );
      });
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error;
      reports.spawnFailed(`${error.message} (${spec.at.file}:${spec.at.line})`, error.stage === "privileges");
      return null;
    }
    if (child === null) {
      reports.spawnFailed("the start was called off", false);
      return null;
    }
    this.child = child;
    this.#contain(child);
    return child;
  }

  async #spawnInTurn(): Promise<MainProcess> {
    if (this.options.spec.ready !== null) await this.#refuseTakenPort(this.options.spec.ready.probe);
    this.#openMembership();
    try {
      return await this.#spawnNow();
    } catch (error) {
      const lack = this.#isMade || !isOfMachine(error) ? null : limitErrorOf(error);
      throw lack === null ? error : new SpawnLack(lack);
    }
  }

  #contain(main: MainProcess): void {
    this.#first = main;
    const { containment, run, spec, marker } = this.options;
    containment.add(
      { run, path: spec.path, marker, main, home: main.home },
      describeCommand(spec.argv, null),
    );
  }

  async #refuseTakenPort(probe: Probe): Promise<void> {
    const { host, spec } = this.options;
    if (asksOwnSocket(spec)) return;
    const address = await isTaken(host, probe, TAKEN_TIMEOUT_MS);
    if (address === null) return;
    throw new SpawnError(
      "start",
      `${address} answers before "${spec.path}" was started: another process has that port`,
    );
  }

  #openMembership(): void {
    if (this.#isExpected) return;
    this.#isExpected = true;
    if (this.options.voice?.open() === false) {
      throw new SpawnError(
        "start",
        "there is no room for the address at which it is to speak (NOTIFY_SOCKET)",
      );
    }
    try {
      this.options.member?.open(this);
    } catch (error) {
      throw new SpawnError("start", messageOf(error));
    }
  }

  async #spawnNow(): Promise<MainProcess> {
    const { host, containment, spec, env, privileges, listening, run, marker, pipes } = this.options;
    const { argv, cwd, stdin } = spec;

    const handed = listening === undefined ? {} : { listening };
    let open: NewPipes | null = null;
    try {
      if (privileges instanceof SpawnError) throw privileges;
      const group = containment.place(run, marker);
      const isLimited = this.#limit();
      const placed = group === null ? {} : { group, isLimited };
      open = pipes?.make() ?? null;
      const output = open === null ? "pipe" : { pipes: open.names };
      const how: SpawnSpec = { argv, env, cwd, stdin, output, privileges, ...handed, ...placed };
      const { start, reports } = this.options;
      const fileBefore = versionOfReadyFile(host, spec);
      const onProcess = (process: StartedProcess, isProgram: boolean) => {
        this.#isMade = true;
        reports.started(process, fileBefore);
        if (!isProgram) reports.made();
      };
      const child = await startChild(
        host,
        containment,
        how,
        start === null ? { onProcess } : { start, onProcess },
      );
      const { stdout, stderr } = open ?? child;
      const { pid, startTime, exited, home = null } = child;
      return { pid, startTime, stdout, stderr, exited, fileBefore, home };
    } catch (error) {
      open?.stdout?.close();
      open?.stderr?.close();
      containment.withdraw(run);
      if (error instanceof Cancelled) throw error;
      // Out of descriptors, out of memory: whatever keeps a process from starting is a failed start, not our end.
      throw error instanceof SpawnError ? error : new SpawnError("start", messageOf(error));
    } finally {
      open?.letEnd();
    }
  }

  /** @returns Whether its place has any limits. @throws {SpawnError} If it must not run without those that cannot be kept. */
  #limit(): boolean {
    const { containment, spec: { cgroup }, run, reports } = this.options;
    if (cgroup === null) return false;
    const { unkept, isLimited } = limitRun(containment, run, cgroup);
    reports.unlimited(unkept);
    return isLimited;
  }

  /** Tells how the process has ended, after what it has said before. */
  async #tell(child: MainProcess, exit: Exit): Promise<void> {
    const { ledger, containment, member, reports, run, spec } = this.options;
    const isOurs = exit.how !== "unseen" && ledger.ended(child, exit);
    const reached = reachedLimits(exit, isOurs, containment.countsOf(run), spec.cgroup);
    containment.mainEnded(run);
    this.#telling = new CancelScope();
    await this.#telling.run(async () => {
      await this.#output.lastLines();
      await member?.lastWords();
    });
    this.#telling = null;
    if (this.#isClosed) return;
    const box = member?.error ?? null;
    reports.exited(
      reached === null ? exit : { ...exit, reached },
      box === null ? null : actorErrorOf(box),
    );
    containment.mainReported(run);
  }

  /** Kills all that is left and returns when it is gone. Only reached if the supervision itself has failed. */
  async #endAll(): Promise<void> {
    const cleared = new Event();
    const { containment, run } = this.options;
    this.child!.exited.then(() => {
      containment.mainEnded(run);
      containment.mainReported(run);
    });
    containment.end(run, "SIGKILL", () => cleared.set());
    await cleared.wait();
  }
}

/** Whether the start itself was refused, rather than what was to be started, or for whom. */
function isOfMachine(error: unknown): boolean {
  return error instanceof SpawnError && (error.stage === "start" || error.stage === "stdin");
}
