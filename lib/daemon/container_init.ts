/**
 * The init of a container around one command: it stands in for the command towards the outside, and for the kernel
 * towards the processes that the command leaves behind.
 *
 * The kernel drops every signal to process 1 that it does not listen for, so it listens for all that can be passed on.
 * The rest are SIGKILL and SIGSTOP, which nobody can listen for, those that tell of a mistake in this very program, and
 * those that the runtimes use for themselves (SIGPWR, SIGPROF, SIGPIPE).
 */
import { after } from "../base/instant.ts";
import type { Signal } from "../base/signals.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import type { Host } from "../host/ports/host.ts";
import type { Child, ExitStatus, SpawnSpec } from "../host/ports/processes.ts";
import type { Program } from "../host/ports/program.ts";
import { CancelScope } from "../scope/cancel_scope.ts";
import { letSleep } from "./let_sleep.ts";
import { Adopted, type Rest } from "./adopted.ts";
import { definedOnly } from "../base/defined_only.ts";

/** The signals that are passed on to the command. */
export const FORWARDED: readonly Signal[] = [
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGUSR1",
  "SIGUSR2",
  "SIGALRM",
  "SIGTERM",
  "SIGCONT",
  "SIGTSTP",
  "SIGURG",
  "SIGWINCH",
  "SIGIO",
];

/** The state of a process that a signal has stopped. */
const STOPPED = "T";

/** How often a look is taken whether the command has been stopped: nothing tells of that. */
const LOOK_MS = 100;

/** Those that, when the command has ended, say that there is no time left for the rest. */
const HURRYING: ReadonlySet<Signal> = new Set<Signal>(["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"]);

/** The command to run, and how. */
export interface InitOptions {
  readonly argv: readonly string[];
  /** How long what the command leaves behind may take to end after SIGTERM. */
  readonly graceMs: number;
  /** Whether signals go to the whole group of the command. */
  readonly toGroup: boolean;
  /** The other things that the command is started with; default: those of this program. */
  readonly place?: Partial<Pick<SpawnSpec, "env" | "cwd" | "privileges" | "group" | "isLimited">>;
  /** Whether it stops together with the command, as one job of a shell; default: no. */
  readonly isJob?: boolean;
  /** Told of the command at once. */
  readonly onStarted?: (child: Child) => void;
}

/** How it went. */
export interface InitEnd {
  readonly status: ExitStatus;
  /** The fate of the processes that the command had left behind. */
  readonly rest: Rest;
}

/** Runs a command to its end, and ends what it leaves behind. @throws {SpawnError} */
export async function runAsInit(host: Host, program: Program, options: InitOptions): Promise<InitEnd> {
  const adopted = new Adopted(host);
  const signals = new ForwardedSignals(host, program, options.toGroup);
  const wake = letSleep(host);
  let stopLooking = () => {};
  try {
    const child = host.processes.spawn({
      argv: options.argv,
      env: definedOnly(program.environment),
      cwd: program.cwd,
      stdin: null,
      output: "inherit",
      foreground: true,
      ...options.place,
    });
    signals.goTo(child);
    options.onStarted?.(child);
    const refused = await fromPromise(child.started);
    if (refused !== null) {
      host.processes.takeTerminalBack();
      throw refused;
    }
    if (options.isJob === true) stopLooking = stopWith(host, child);
    const status = await fromPromise(child.exited);
    stopLooking();
    host.processes.takeTerminalBack();
    return { status, rest: await adopted.endRest(options.graceMs, signals.commandEnded()) };
  } finally {
    stopLooking();
    signals.close();
    wake();
  }
}

/** Has this program stop whenever the command is stopped; the returned function ends that. */
function stopWith({ processes, clock }: Pick<Host, "processes" | "clock">, child: Child): () => void {
  let stop = () => {};
  const look = () => {
    if (processes.find(child.pid)?.state === STOPPED) processes.stopAsJob(child);
    stop = clock.schedule(after(clock.now(), LOOK_MS), look);
  };
  look();
  return () => stop();
}

/** Where signals go: to the command, and when that has ended to those who wait for the rest. */
class ForwardedSignals {
  readonly #host: Host;
  readonly #toGroup: boolean;
  readonly #stop: readonly (() => void)[];
  /** Signals that came before there was a command. */
  readonly #early: Signal[] = [];
  #child: Child | null = null;
  #grace: CancelScope | null = null;

  constructor(host: Host, program: Program, toGroup: boolean) {
    this.#host = host;
    this.#toGroup = toGroup;
    this.#stop = FORWARDED.map((signal) => program.onSignal(signal, () => this.#take(signal)));
  }

  goTo(child: Child): void {
    this.#child = child;
    for (const signal of this.#early) this.#take(signal);
  }

  /** @returns What is cancelled by a signal from now on. */
  commandEnded(): CancelScope {
    return this.#grace = new CancelScope();
  }

  close(): void {
    for (const stop of this.#stop) stop();
  }

  #take(signal: Signal): void {
    const { processes } = this.#host;
    if (this.#grace !== null) {
      if (HURRYING.has(signal)) this.#grace.cancel(signal);
    } else if (this.#child === null) this.#early.push(signal);
    else if (this.#toGroup) processes.signalGroup(this.#child, signal);
    else processes.signal(this.#child, signal);
  }
}
