import { resolvePath } from "../../base/posix_path.ts";
import { limitErrorOf } from "../../base/limit_error.ts";
import { type Signal, signalNumber } from "../../base/signals.ts";
import type { UserError } from "../../base/user_error.ts";
import { presentRow } from "../alive.ts";
import {
  type Become,
  type Child,
  type DeathMode,
  type Leaders,
  type PipeSource,
  type Processes,
  type ProcessId,
  type ProcessRow,
  type ReapedOrphan,
  type SignalResult,
  SpawnError,
  type SpawnSpec,
} from "../ports/processes.ts";
import { become } from "./become.ts";
import { closeDescriptor } from "./descriptors.ts";
import type { DirectStart } from "./direct_start/direct_start.ts";
import { withDescriptor } from "./kernel_files.ts";
import { type Libc, LINUX } from "./libc.ts";
import { OpenFilesLimit } from "./open_files_limit.ts";
import { ignoreSignals } from "./ignored_signals.ts";
import { dieWithParent } from "./parent_death.ts";
import {
  readChildren,
  readCommand,
  readEnvironment,
  readOutputs,
  readOwnChildren,
  readPids,
  readRow,
  readTable,
  readUser,
  readVariable,
} from "./proc.ts";
import type { ReadySet } from "./ready_set.ts";
import { Reaper } from "./reaper.ts";
import { NO_PRIVILEGES, spawnThroughShim } from "./shim/spawn_shim.ts";
import { locateProgram, type Spawned, Spawner } from "./spawner.ts";
import { whenEnded } from "./when_ended.ts";
import { flawOfFirstLine } from "./why_not_run.ts";
import { Terminal } from "./terminal.ts";

/** When the dead are looked up again that could not be for want of a descriptor. */
const LACK_MS = 100;

/** So many starts show that what starts is run often. */
const MANY_STARTS = 300;

/** The parts of the runtime that the processes of Linux need. */
export interface ProcessesOptions {
  readonly libc: Libc;
  readonly direct: DirectStart;
  /** Reads a pipe without blocking; closing it closes the descriptor. */
  readonly openSource: (descriptor: number) => PipeSource;
  /** Waits for what is no child to end. */
  readonly readySet: ReadySet;
  /** Calls back at every death of a child; returns how to stop that. */
  readonly onChildDeath: (callback: () => void) => () => void;
  /** Calls back when everything that is ready now has run. */
  readonly onNextTurn: (callback: () => void) => void;
  /** Calls back after so many milliseconds, for which nothing is kept alive. */
  readonly onLater: (callback: () => void, ms: number) => void;
  /** The soft limit of open files for what is started; null: the present one. */
  readonly openFilesLimit: number | null;
  /** Starts a shim; its two descriptors follow. */
  readonly shimCommand: readonly string[];
  /** Calls back when the runtime has taken a signal for itself that it lets pass at first. */
  readonly onLateSignal: (callback: () => void) => void;
  /** The control group of a process. */
  readonly groupOf: (pid: number) => string | null;
  /** Called once, at the {@linkcode MANY_STARTS}th start. */
  readonly onManyStarts?: () => void;
}

/** The processes of Linux. */
export class LinuxProcesses implements Processes {
  readonly ownPid = process.pid;
  readonly #libc: Libc;
  readonly #openSource: ProcessesOptions["openSource"];
  readonly #readySet: ReadySet;
  readonly #onNextTurn: ProcessesOptions["onNextTurn"];
  readonly #onLater: ProcessesOptions["onLater"];
  readonly #onLateSignal: ProcessesOptions["onLateSignal"];
  readonly #terminal: Terminal;
  readonly #spawner: Spawner;
  readonly #limit: OpenFilesLimit;
  readonly #shimCommand: readonly string[];
  readonly #reaper: Reaper;
  readonly #pageBytes: number;
  readonly #stopListening: () => void;
  /** When the children started that are yet to be reaped. */
  readonly #childrenSince = new Map<number, number>();
  #isAdopting = false;
  /** Whether the next turn begins with more of what has died. */
  #isToReap = false;
  readonly #onManyStarts: () => void;
  #starts = 0;
  #isClosed = false;
  #onLack: ((lack: UserError) => void) | null = null;
  #isLacking = false;

  constructor(options: ProcessesOptions) {
    const { libc, openSource, onChildDeath, onNextTurn, openFilesLimit, shimCommand, groupOf } = options;
    this.#libc = libc;
    this.#openSource = openSource;
    this.#readySet = options.readySet;
    this.#onManyStarts = options.onManyStarts ?? (() => {});
    this.#onNextTurn = onNextTurn;
    this.#onLater = options.onLater;
    this.#onLateSignal = options.onLateSignal;
    this.#limit = new OpenFilesLimit(libc, openFilesLimit);
    this.#terminal = new Terminal(libc);
    this.#spawner = new Spawner(libc, this.#limit, {
      direct: options.direct,
      terminal: this.#terminal,
      home: () => groupOf(process.pid),
    });
    this.#shimCommand = shimCommand;
    this.#pageBytes = Number(libc.call.sysconf(LINUX.SC_PAGESIZE));
    this.#reaper = new Reaper(libc, (pid) => this.find(pid), groupOf);
    this.#stopListening = onChildDeath(() => this.#reap());
  }

  spawn(spec: SpawnSpec): Child {
    if (++this.#starts === MANY_STARTS) this.#onManyStarts();
    this.#readySet.prepare();
    const { pid, stdout, stderr, started } = this.#start(spec);
    // Not reaped yet, so it is in the table, at least as a zombie.
    const startTime = readRow(pid, this.#pageBytes)!.startTime;
    this.#childrenSince.set(pid, startTime);
    return {
      pid,
      startTime,
      stdout: stdout === null ? null : this.#openSource(stdout),
      stderr: stderr === null ? null : this.#openSource(stderr),
      started,
      exited: this.#reaper.exitOf(pid, () => this.#childrenSince.delete(pid)),
    };
  }

  #start(spec: SpawnSpec): Spawned & Pick<Child, "started"> {
    const { privileges = null, listening, isLimited = false } = spec;
    if (privileges === null && listening === undefined && !isLimited) {
      return { ...this.#spawner.spawn(spec), started: Promise.resolve(null) };
    }
    return spawnThroughShim({ ...spec, privileges: privileges ?? NO_PRIVILEGES }, {
      libc: this.#libc,
      spawner: this.#spawner,
      openSource: this.#openSource,
      openFiles: this.#limit.soft,
      command: this.#shimCommand,
    });
  }

  become(spec: Become): never {
    return become(this.#libc, spec);
  }

  whyNotStartable(spec: Pick<SpawnSpec, "argv" | "env" | "cwd">): SpawnError | null {
    try {
      const flaw = flawOfFirstLine(resolvePath(spec.cwd, locateProgram(spec)));
      return flaw === null ? null : new SpawnError("start", `Cannot start "${spec.argv[0]}": ${flaw}`);
    } catch (error) {
      if (error instanceof SpawnError) return error;
      throw error;
    }
  }

  signal(target: ProcessId, signal: Signal): SignalResult {
    const { call } = this.#libc;
    // The number of a child is nobody else's before it is reaped, which nobody does but us.
    if (this.#childrenSince.get(target.pid) === target.startTime) {
      return this.#sent(call.kill(target.pid, signalNumber(signal)));
    }
    const descriptor = withDescriptor(() => this.#handleOf(target.pid));
    if (descriptor === null) return "gone";
    try {
      // The descriptor holds on to one process; if that is the one that was meant, nothing can come in between.
      if (presentRow(this, target) === null) return "gone";
      const number = signalNumber(signal);
      return this.#sent(call.syscall(LINUX.SYS_PIDFD_SEND_SIGNAL, descriptor, number, 0, 0, 0));
    } finally {
      closeDescriptor(this.#libc, descriptor);
    }
  }

  /** A descriptor that holds on to a process; null if there is none. */
  #handleOf(pid: number): number | null {
    const descriptor = Number(this.#libc.call.syscall(LINUX.SYS_PIDFD_OPEN, pid, 0, 0, 0, 0));
    if (descriptor >= 0) return descriptor;
    const code = { [LINUX.EMFILE]: "EMFILE", [LINUX.ENFILE]: "ENFILE" }[this.#libc.errno()];
    if (code === undefined) return null;
    throw Object.assign(new Error(`Process ${pid} cannot be held on to (${code})`), { code });
  }

  whenEnded(target: ProcessId, callback: () => void): () => void {
    return whenEnded({
      readySet: this.#readySet,
      hold: () => this.#handleOf(target.pid),
      letGo: (descriptor) => closeDescriptor(this.#libc, descriptor),
      isThere: () => presentRow(this, target) !== null,
    }, callback);
  }

  isStarted(pid: number): boolean {
    return this.#reaper.isWaitingFor(pid);
  }

  hasDied({ pid }: ProcessId): boolean {
    return this.#reaper.hasDied(pid);
  }

  signalGroup(leader: ProcessId, signal: Signal): SignalResult {
    // The number of a process is nobody else's before it is reaped, which for a child nobody does but us. That of
    // another's child might be in the instant between this look and the signal; that of its group is longer taken.
    if (!this.#reaper.isWaitingFor(leader.pid) && presentRow(this, leader) === null) return "gone";
    return this.#sent(this.#libc.call.kill(-leader.pid, signalNumber(signal)));
  }

  /** The meaning of the result of a call that signals. */
  #sent(result: number | bigint): SignalResult {
    if (Number(result) === 0) return "sent";
    return this.#libc.errno() === LINUX.ESRCH ? "gone" : "refused";
  }

  table(): readonly ProcessRow[] {
    return readTable(this.#pageBytes);
  }

  pids(): readonly number[] {
    return readPids();
  }

  childrenOf(pid: number): readonly number[] {
    // A reaper that takes everything has started everything itself.
    const own = pid === this.ownPid && this.#reaper.takesAll ? readOwnChildren() : null;
    return own ?? readChildren(pid, this.#pageBytes);
  }

  find(pid: number): ProcessRow | null {
    return readRow(pid, this.#pageBytes);
  }

  leadersOf(pid: number): Leaders | null {
    const { call } = this.#libc;
    const [session, group] = [Number(call.getsid(pid)), Number(call.getpgid(pid))];
    return session < 0 || group < 0 ? null : { session, group };
  }

  outputsOf(pid: number): readonly string[] {
    return readOutputs(pid);
  }

  variableOf(pid: number, name: string): string | null {
    return readVariable(pid, name) ?? null;
  }

  shownVariable(pid: number, name: string): string | null | undefined {
    return readVariable(pid, name);
  }

  environmentOf(pid: number): Readonly<Record<string, string>> | null {
    return readEnvironment(pid);
  }

  userOf(pid: number): number | null {
    return readUser(pid);
  }

  commandOf(pid: number): readonly string[] {
    return readCommand(pid);
  }

  adoptOrphans(onReaped: (orphan: ReapedOrphan) => void, asks = true): boolean {
    const isHeard = asks && this.#adopt(true);
    this.#reaper.takeAll(onReaped);
    this.#reap();
    return isHeard;
  }

  foretellDeaths(onDeath: (death: ReapedOrphan) => void): void {
    this.#reaper.foretell(onDeath);
  }

  tellOfLacks(onLack: (lack: UserError) => void): void {
    this.#onLack = onLack;
  }

  dieWithParent(parentPid: number, mode: DeathMode): boolean {
    return dieWithParent(this.#libc, parentPid, mode);
  }

  outlive(signals: readonly Signal[]): void {
    ignoreSignals(this.#libc, signals);
    this.#onLateSignal(() => ignoreSignals(this.#libc, signals));
  }

  takeTerminalBack(): void {
    this.#terminal.takeBack();
  }

  stopAsJob(child: ProcessId): void {
    if (!this.#terminal.isHandedOver) return;
    const self = this.find(this.ownPid);
    const above = self === null ? null : this.find(self.parent);
    // A shell that knows of jobs is in our session, and has put us into a group of our own.
    const isJob = above !== null && above.session === self!.session && above.group !== self!.group;
    if (isJob) {
      this.#terminal.takeBack();
      this.#libc.call.kill(0, signalNumber("SIGSTOP"));
      // Here it goes on.
      this.#terminal.handBack(child.pid);
    }
    this.signalGroup(child, "SIGCONT");
  }

  close(): void {
    this.#isClosed = true;
    this.#stopListening();
    if (this.#isAdopting) this.#adopt(false);
  }

  #reap(): void {
    if (this.#isToReap) return;
    const again = () => {
      this.#isToReap = false;
      if (!this.#isClosed) this.#reap();
    };
    try {
      const isAll = this.#reaper.reap();
      this.#isLacking = false;
      if (isAll) return;
      this.#onNextTurn(again);
    } catch (error) {
      this.#lack(error);
      this.#onLater(again, LACK_MS);
    }
    this.#isToReap = true;
  }

  /** Tells once of what the system has refused. @throws What is no such lack. */
  #lack(error: unknown): void {
    const lack = limitErrorOf(error);
    if (lack === null) throw error;
    if (!this.#isLacking) this.#onLack?.(lack);
    this.#isLacking = true;
  }

  #adopt(adopts: boolean): boolean {
    this.#isAdopting = adopts;
    return this.#libc.call.prctl(LINUX.PR_SET_CHILD_SUBREAPER, adopts ? 1 : 0, 0, 0, 0) === 0;
  }
}
