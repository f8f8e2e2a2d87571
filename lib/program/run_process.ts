import { concatBytes } from "../base/bytes.ts";
import type { Signal } from "../base/signals.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import type { Host } from "../host/ports/host.ts";
import type { ByteSource, Child, ExitStatus, SignalResult } from "../host/ports/processes.ts";
import { CancelScope } from "../scope/cancel_scope.ts";
import { openNursery } from "../scope/nursery.ts";
import { sleep } from "../scope/sleep.ts";
import type { TaskStatus } from "../scope/task_status.ts";

/** A process that `runProcess` has started. */
export interface RunningProcess {
  readonly pid: number;
  /** Signals it and what it has started, as far as that stayed in its process group. */
  signal(signal: Signal): SignalResult;
}

/** How `runProcess` runs a process. */
export interface ProcessOptions {
  /**
   * The folder that it starts in.
   *
   * @default The working folder.
   */
  readonly cwd?: string;
  /**
   * Its whole environment.
   *
   * @default That of this program.
   */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * The bytes of its standard input.
   *
   * @default Nothing.
   */
  readonly input?: string | Uint8Array;
  /**
   * Where both of its output streams go: where those of this program go, into the result, or nowhere.
   *
   * @default {"inherit"}
   */
  readonly output?: "inherit" | "capture" | "null";
  /**
   * Whether any other end than exit code 0 is an error.
   *
   * @default {true}
   */
  readonly check?: boolean;
  /**
   * Asks the process to end, when a cancel has come. It is cancelled itself as soon as the process has ended.
   *
   * @default SIGTERM, and SIGKILL five seconds later.
   */
  readonly deliverCancel?: (process: RunningProcess) => unknown;
  /** Told of the process as soon as it runs: `nursery.start((status) => runProcess(argv, { status }))`. */
  readonly status?: TaskStatus<RunningProcess>;
}

/** How a process has ended, and what it printed if that was captured. */
export interface ProcessResult {
  readonly status: ExitStatus;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process ended otherwise than with exit code 0. */
export class ProcessFailed extends Error {
  override readonly name = "ProcessFailed";
  readonly argv: readonly string[];
  readonly result: ProcessResult;

  /** @internal */
  constructor(argv: readonly string[], result: ProcessResult) {
    super(`"${argv[0]}" ${describe(result.status)}${lastLines(result.stderr)}`);
    this.argv = argv;
    this.result = result;
  }
}

/** Milliseconds between SIGTERM and SIGKILL; Trio's. */
const GRACE_MS = 5_000;

/** How much of the standard error stream a failure quotes, in characters. */
const QUOTED_CHARACTERS = 16 * 1_024;

/** @internal See `runProcess` of the library. */
export async function runProcessOn(
  host: Host,
  argv: readonly string[],
  options: ProcessOptions & Required<Pick<ProcessOptions, "cwd" | "env">>,
  stdin: string | null,
): Promise<ProcessResult> {
  const { cwd, env, output = "inherit", check = true, deliverCancel = terminate } = options;
  const child = host.processes.spawn({
    argv,
    env,
    cwd,
    stdin,
    output: output === "capture" ? "pipe" : output,
  });
  const running: RunningProcess = {
    pid: child.pid,
    signal: (signal) => host.processes.signalGroup(child, signal),
  };
  const [stdout, stderr]: [Uint8Array[], Uint8Array[]] = [[], []];
  // Also during a cancel somebody has to read, or the process could not even print that it ends.
  const reading = new CancelScope({ shield: true });
  let status: ExitStatus;
  await openNursery(async (nursery) => {
    nursery.startSoon(() =>
      reading.run(() =>
        openNursery((readers) => {
          readers.startSoon(() => readAll(child.stdout, stdout), { name: "read stdout" });
          readers.startSoon(() => readAll(child.stderr, stderr), { name: "read stderr" });
        })
      ), { name: "read output" });
    try {
      options.status?.started(running);
      status = await fromPromise(child.exited);
    } finally {
      await new CancelScope({ shield: true }).run(() => endProcess(child, running, deliverCancel));
      // Descendants may hold the pipes open for ever: from here on a cancel ends the reading.
      reading.shield = false;
    }
  }, { collapse: true });
  const result = { status: status!, stdout: textOf(stdout), stderr: textOf(stderr) };
  const isGood = result.status.how === "exited" && result.status.code === 0;
  if (check && !isGood) throw new ProcessFailed(argv, result);
  return result;
}

/** Returns when the process has ended, whatever `deliverCancel` makes of it. */
async function endProcess(
  child: Child,
  running: RunningProcess,
  deliverCancel: (process: RunningProcess) => unknown,
): Promise<void> {
  let exited = false;
  child.exited.then(() => exited = true);
  // A process that has ended by itself needs nothing: its promise is settled, and says so in this turn.
  await null;
  if (exited) return;
  try {
    await openNursery(async (nursery) => {
      nursery.startSoon(() => deliverCancel(running), { name: "deliver cancel" });
      await fromPromise(child.exited);
      nursery.cancelScope.cancel("the process has ended");
    }, { collapse: true });
  } catch (error) {
    running.signal("SIGKILL");
    // No checkpoint: shields may count no more, and still it must be gone first.
    await child.exited;
    throw error;
  }
}

async function terminate(running: RunningProcess): Promise<void> {
  running.signal("SIGTERM");
  await sleep(GRACE_MS);
  running.signal("SIGKILL");
}

async function readAll(source: ByteSource | null, into: Uint8Array[]): Promise<void> {
  if (source === null) return;
  try {
    for (let bytes = await next(source); bytes !== null; bytes = await next(source)) into.push(bytes);
  } finally {
    source.close();
  }
}

async function next(source: ByteSource): Promise<Uint8Array | null> {
  return await fromPromise(source.read());
}

function textOf(chunks: readonly Uint8Array[]): string {
  return new TextDecoder().decode(concatBytes(chunks));
}

function describe(status: ExitStatus): string {
  return status.how === "exited" ? `exited with code ${status.code}` : `was ended by ${status.signal}`;
}

function lastLines(stderr: string): string {
  return stderr === "" ? "" : `:\n${stderr.slice(-QUOTED_CHARACTERS).trimEnd()}`;
}
