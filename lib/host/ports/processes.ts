/**
 * The port to processes. The rest of supervise knows no more about them.
 */
import type { Signal } from "../../base/signals.ts";
import type { UserError } from "../../base/user_error.ts";
import type { Privileges } from "./privileges.ts";

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessId {
  readonly pid: number;
  /** In clock ticks since boot. */
  readonly startTime: number;
}

/** A line of the process table. */
export interface ProcessRow extends ProcessId {
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** The kernel's letter; `Z` is a zombie, `D` cannot be interrupted, `T` is stopped. */
  readonly state: string;
  /** Name of the program, cut by the kernel. */
  readonly name: string;
  /** Processor time used so far, in milliseconds. */
  readonly cpuMs: number;
  /** Resident memory in bytes. */
  readonly rss: number;
}

/** The numbers of the processes that lead, or led, the session and the process group of another. */
export type Leaders = Pick<ProcessRow, "session" | "group">;

/** How a process ended. */
export type ExitStatus =
  | { readonly how: "exited"; readonly code: number }
  | { readonly how: "signalled"; readonly signal: Signal };

/** The program to start, and how. */
export interface SpawnSpec {
  /** The program, by path or by a name to be looked up in `env.PATH`, and its arguments. */
  readonly argv: readonly string[];
  /** The whole environment: nothing is added to it. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** A file to read from; null for `/dev/null`. */
  readonly stdin: string | null;
  /**
   * Where both output streams go; `inherit`: where the caller's own go; a file is appended to. Named pipes are there, and
   * a writer to one does not hear of it when nobody reads, but waits when it is full.
   */
  readonly output:
    | "pipe"
    | "null"
    | "inherit"
    | { readonly file: string }
    | { readonly pipes: { readonly stdout: string; readonly stderr: string } };
  /** More descriptors to hand over, by the number that the process finds them under. */
  readonly descriptors?: Readonly<Record<number, number>>;
  /** Changes to the process before the program starts; null, as without it: none. */
  readonly privileges?: Privileges | null;
  /** The control group that it, and all that it forks, is in from its first instruction on; default: the caller's. */
  readonly group?: string;
  /**
   * Whether that group is limited: then only the program is in it, and not what it takes to start it, which may need more
   * than the program may have.
   */
  readonly isLimited?: boolean;
  /**
   * Sockets that it is handed as systemd does it: from descriptor 3 on, with LISTEN_FDS, LISTEN_FDNAMES and its own number
   * as LISTEN_PID in its environment.
   */
  readonly listening?: HandedSockets;
  /**
   * Whether it takes the caller's place in front of people: it reads what the caller would have read, and where that is the
   * terminal of the caller's session it stays in that session, in a group of its own, which the terminal is handed to.
   */
  readonly foreground?: boolean;
}

/** The program that this one is to become. */
export interface Become extends Pick<SpawnSpec, "argv" | "env" | "cwd"> {
  /** Descriptors that are handed over beside the standard streams, by their new numbers. Nothing else stays open. */
  readonly descriptors: Readonly<Record<number, number>>;
}

/** Sockets to hand over; at least one. */
export interface HandedSockets {
  readonly descriptors: readonly number[];
  /** The name of it that the process finds. */
  readonly name: string;
}

/** Bytes as they come, until all writers have closed. */
export interface ByteSource {
  /** The next bytes, or null at the end. One call at a time. */
  read(): Promise<Uint8Array | null>;
  /** Stops reading and lets go of the descriptor. Idempotent; a read that waits gets null. */
  close(): void;
}

/**
 * A pipe. Beside being read piece by piece it can be read into memory of the reader's own: then nothing is kept for it, neither
 * bytes nor promises.
 */
export interface PipeSource extends ByteSource {
  /**
   * Calls back once, in a later turn, when there is something to read, or the end, or so it seems. Pipes that always have more
   * take turns. A reader that reads nothing more for a while asks only then. Not while a read waits.
   */
  whenReadable(callback: () => void): void;
  /**
   * Reads what is there, as much as there is room for, and never waits.
   *
   * @returns The number of bytes; 0 if there are none yet, and null at the end, after which it is closed.
   */
  readInto(into: Uint8Array): number | null;
}

/** A process that was started here. */
export interface Child extends ProcessId {
  /** Null unless `output` is `pipe`. */
  readonly stdout: PipeSource | null;
  readonly stderr: PipeSource | null;
  /**
   * Resolves when the program has started, or with why it has not: then the process ends, and is still to be waited for.
   * Only with privileges, with sockets or in a group that is limited is that not known at once. Never rejects.
   */
  readonly started: Promise<SpawnError | null>;
  /** Resolves once, after the status was collected; never rejects. */
  readonly exited: Promise<ExitStatus>;
}

/**
 * Where a start can fail: finding the program, leave to run it, its working folder, its input, a change of privileges, or
 * the start itself.
 */
export const SPAWN_STAGES = ["program", "permission", "cwd", "stdin", "privileges", "start"] as const;

/** Why a process could not be started. */
export class SpawnError extends Error {
  override readonly name = "SpawnError";
  readonly stage: typeof SPAWN_STAGES[number];

  constructor(stage: SpawnError["stage"], message: string) {
    super(message);
    this.stage = stage;
  }
}

/** The result of a signal: `gone` if the process had ended, `refused` if it is not ours to signal. */
export type SignalResult = "sent" | "gone" | "refused";

/**
 * How this process ends when its parent dies: at once, or some 3 seconds later, so that what still turns here can clean
 * up first.
 */
export type DeathMode = "kill" | "grace";

/** Starts, signals, reaps and lists processes. */
export interface Processes {
  /**
   * Starts a process as the leader of a session of its own, unless it is in the foreground of a terminal, with the signal dispositions and the limit of open files
   * that a shell would have given it.
   *
   * @throws {SpawnError}
   */
  spawn(spec: SpawnSpec): Child;
  /**
   * Has this very program become another one, which keeps its number, its parent and its children, those that have died and
   * were not reaped yet among them. Does not return: what was not written by then never is.
   *
   * @throws {SpawnError} Some descriptors may have other meanings by then.
   */
  become(spec: Become): never;
  /** Why a process could not be started now, as far as that can be told without starting it; null if it could. */
  whyNotStartable(spec: Pick<SpawnSpec, "argv" | "env" | "cwd">): SpawnError | null;
  /** Signals one process, never a later one with its number. */
  signal(target: ProcessId, signal: Signal): SignalResult;
  /** Whether a child that was started here has died, even if `exited` has not said so yet. Cheap. */
  hasDied(child: ProcessId): boolean;
  /**
   * Calls back once, in a later turn, when a process has ended that may be anybody's child, and a zombie then. Costs
   * nothing meanwhile.
   *
   * @returns How to stop that.
   */
  whenEnded(process: ProcessId, callback: () => void): () => void;
  /** Whether a child was started here, rather than having come here as an orphan, and is yet to be reaped. */
  isStarted(pid: number): boolean;
  /** Signals the process group that a process leads which is there, at least as a zombie that nobody has reaped yet. */
  signalGroup(leader: ProcessId, signal: Signal): SignalResult;
  /** All processes of the machine, as far as this user may see them. */
  table(): readonly ProcessRow[];
  /** The numbers of all of them, in order. Cheap: it looks at nothing else, so that who is listed may be gone. */
  pids(): readonly number[];
  /** The numbers of the processes whose parent `pid` is now. Cheap: it looks at nothing else. */
  childrenOf(pid: number): readonly number[];
  /** One line of the table; null if there is no such process. */
  find(pid: number): ProcessRow | null;
  /**
   * The leaders of a process or of a zombie; null if there is no such process, or if the kernel does not tell. Many times
   * cheaper than its line.
   */
  leadersOf(pid: number): Leaders | null;
  /**
   * The pipes and sockets that a process has as its standard output and error now, by names that hold for as long as anybody
   * has them open. None of an output that leads elsewhere, of one that has ended, and where it may not be read.
   */
  outputsOf(pid: number): readonly string[];
  /** One variable of a process's initial environment; null if it has none or it may not be read. */
  variableOf(pid: number, name: string): string | null;
  /**
   * The same, but undefined of a process that shows no environment: it has ended or is about to, is becoming another program,
   * or is not for us to read.
   */
  shownVariable(pid: number, name: string): string | null | undefined;
  /** The initial environment of a process; null if there is no such process, or it may not be read. */
  environmentOf(pid: number): Readonly<Record<string, string>> | null;
  /**
   * The user that a process is of; null if there is no such process, or if it is of several, as one is that has yet to give
   * up or take on the rights of another user.
   */
  userOf(pid: number): number | null;
  /** The command line of a process; empty if it is a zombie or gone. */
  commandOf(pid: number): readonly string[];
  /**
   * Becomes the parent of all descendants whose own parent dies, and reaps them when they die.
   *
   * @param onReaped Told of each, after its status was collected.
   * @param asks False for those orphans alone that come unasked, as they do to the first process of a container.
   * @returns False if this kernel gives orphans to nobody who asks.
   */
  adoptOrphans(onReaped: (orphan: ReapedOrphan) => void, asks?: boolean): boolean;
  /**
   * Tells of the death of every child and every orphan, from when orphans are adopted on, and before its status is
   * collected: until then, if this program is killed, the next parent collects it.
   */
  foretellDeaths(onDeath: (death: ReapedOrphan) => void): void;
  /**
   * Tells of what the system has refused when the dead were to be looked up, once until that goes well again. They are looked
   * up again until it does, and stay zombies meanwhile.
   */
  tellOfLacks(onLack: (lack: UserError) => void): void;
  /**
   * Ends this process when its parent dies, even if it is in a loop without an end. To be called where
   * the parent started it as a child: for a child that a thread of the parent has started, that thread is the parent. With
   * `grace` SIGQUIT and SIGALRM are taken, and nothing may listen for them.
   *
   * @returns False if `parentPid` is not the parent, which is dead then; nothing is changed.
   */
  dieWithParent(parentPid: number, mode: DeathMode): boolean;
  /**
   * Lets this process outlive signals that would end it and that nothing here listens to. Its children have them at their
   * defaults.
   */
  outlive(signals: readonly Signal[]): void;
  /** Takes the terminal back that was handed to a process in the foreground; nothing if there is none. */
  takeTerminalBack(): void;
  /**
   * A process to which the terminal was handed is stopped, as by Ctrl-Z: this one stops with its group, as one job, until the
   * shell lets it go on, and then that process goes on, too. Where no shell could do that, it goes on at once. Nothing if the
   * terminal was not handed over.
   */
  stopAsJob(child: ProcessId): void;
  /** The number of this very process. */
  readonly ownPid: number;
  /** Stops listening for the deaths of children, and adopting orphans. */
  close(): void;
}

/** An orphan that died and was reaped, or is about to be: its last line of the table, and how it ended. */
export interface ReapedOrphan {
  readonly row: ProcessRow;
  /** The control group that it was in; null if it was out of our sight. */
  readonly controlGroup: string | null;
  readonly status: ExitStatus;
}
