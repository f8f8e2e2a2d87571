/** Programs of a fake machine: functions that act through a puppet, which is the process that runs them. */
import type { Signal } from "../../base/signals.ts";
import type { ExitStatus } from "../ports/processes.ts";
import type { FakeStanding } from "./standing.ts";

/** A program. Its process exits with 0 when it returns, unless it has ended before. */
export type FakeProgram = (self: Puppet) => void | Promise<void>;

/** A listener on a port: it accepts connections, and answers a GET with a status, or never. */
export interface PortAnswer {
  readonly status: number | "silence";
}

/** A process that another one has forked. It stays a zombie until somebody waits for it. */
export interface Forked {
  readonly pid: number;
  wait(): Promise<ExitStatus>;
}

/** A process, as the program in it sees it. Once it has ended, nothing that it does has an effect, and no wait ends. */
export interface Puppet {
  readonly pid: number;
  readonly isAlive: boolean;
  /** Arguments, without the program. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly uid: number;
  readonly standing: FakeStanding;

  /** Everything that can be read from a descriptor, up to its end. */
  read(descriptor?: number): Promise<string>;
  print(text: string): void;
  printError(text: string): void;
  /** Writes to any descriptor; without a reader the process gets SIGPIPE. */
  write(descriptor: number, text: string): void;
  /** Lets go of both output streams. */
  closeOutput(): void;

  exit(code: number): void;
  sleep(ms: number): Promise<void>;
  /** Computes without a pause: nothing that happens meanwhile reaches the code of the process before it is through. */
  compute(ms: number): Promise<void>;
  /** Waits until the process is ended from outside. */
  forever(): Promise<never>;

  /** Does something at each signal instead of what is the rule; returns how to stop that. */
  onSignal(signal: Signal, handle: () => void): () => void;
  /** Waits for a signal, which then does not end the process. */
  signalled(signal: Signal): Promise<void>;
  ignore(...signals: readonly Signal[]): void;
  /** Sends a signal to a process. */
  kill(pid: number, signal: Signal): void;
  /** Enters a wait of the kernel that no signal interrupts, SIGKILL neither. */
  hangInKernel(): void;
  /** Changes to another user, whose processes may not be ours to signal. */
  becomeUser(uid: number): void;

  /** Starts a process that inherits everything. @throws {Error} `EAGAIN` if its control group may have no more. */
  fork(program: FakeProgram): Forked;
  /** Takes memory; the largest process of its control group is killed if that has too much then. */
  allocate(bytes: number): void;
  /** Takes on another environment, as by exec. */
  setEnvironment(env: Readonly<Record<string, string>>): void;
  /** Becomes the leader of a session of its own. */
  setsid(): void;

  /** Listens on a port for as long as the process lives. */
  listen(port: number, answer?: PortAnswer): void;
  /** Sends a notice to its NOTIFY_SOCKET, as sd_notify does. */
  notify(text: string): void;
}
