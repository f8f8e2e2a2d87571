/**
 * Hooks: commands around the runs of actors, with their environment, folder, user and limits. Each is contained as a run of its
 * own, so that nothing that it starts is left when it has ended, and its output goes to the log of its actor.
 */
import { KILL_PATIENCE_MS } from "../../base/kill_patience.ts";
import { messageOf } from "../../base/user_error.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { ActorSpec } from "../../config/plan.ts";
import type { Host } from "../../host/ports/host.ts";
import type { Privileges } from "../../host/ports/privileges.ts";
import { SpawnError } from "../../host/ports/processes.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import { Cancelled } from "../../scope/cancelled.ts";
import { moveOnAfter } from "../../scope/timeouts.ts";
import type { Exit } from "../../supervision/exit.ts";
import type { HookEnd } from "../../supervision/hook.ts";
import type { RunId } from "../../supervision/state.ts";
import { Event } from "../../sync/event.ts";
import type { Containment } from "../containment/containment.ts";
import { describeCommand, type Ledger } from "../containment/ledger.ts";
import { limitRun } from "../limits/limit_run.ts";
import { type OutputSink, RunOutput } from "./run_output.ts";
import { startChild, type StartedProcess } from "./start_child.ts";

/** How long a hook that is ended has from SIGTERM to SIGKILL. */
const GRACE_MS = 1_000;

/** The parts and settings of a hook. */
export interface HookOptions {
  readonly host: Host;
  readonly containment: Containment;
  readonly ledger: Ledger;
  readonly spec: ActorSpec;
  readonly argv: readonly string[];
  readonly hookRun: RunId;
  /** The mark of its processes. */
  readonly marker: string;
  readonly env: Readonly<Record<string, string>>;
  /** As who it runs; an error if that cannot be had. */
  readonly privileges: Privileges | SpawnError | null;
  readonly timeoutMs: number;
  readonly sink: OutputSink;
}

/** The hooks that go on. */
export class HookRuns {
  readonly #scopes = new Map<RunId, CancelScope>();

  /**
   * Begins one, which can be ended from now on. The returned function runs it to its end. A cancel of the task ends it as
   * well, and returns after it is gone.
   */
  begin(options: HookOptions): () => Promise<HookEnd> {
    const scope = new CancelScope();
    this.#scopes.set(options.hookRun, scope);
    return async () => {
      try {
        return await runHook(options, scope);
      } finally {
        this.#scopes.delete(options.hookRun);
      }
    };
  }

  /** Ends one, if it goes on. */
  end(hookRun: RunId): void {
    this.#scopes.get(hookRun)?.cancel("the hook is to end");
  }
}

async function runHook(options: HookOptions, scope: CancelScope): Promise<HookEnd> {
  const { containment, hookRun } = options;
  let child: StartedProcess;
  try {
    child = await start(options);
  } catch (error) {
    containment.withdraw(hookRun);
    if (!(error instanceof SpawnError)) throw error;
    return { how: "not_started", message: error.message };
  }
  const { ledger, spec, argv, marker, timeoutMs, sink } = options;
  const { pid, startTime, exited } = child;
  const main = {
    pid,
    startTime,
    stdout: child.stdout,
    stderr: child.stderr,
    exited,
    fileBefore: null,
    home: null,
  };
  containment.add({ run: hookRun, path: spec.path, marker, main, home: null }, describeCommand(argv, null));
  const output = new RunOutput(sink);
  output.begin(main);
  // Null if its time is up; undefined if it is to end.
  let ended: Exit | null | undefined;
  let exit: Exit | undefined;
  try {
    ended = await scope.run(async () => await moveOnAfter(timeoutMs, () => fromPromise(exited)) ?? null);
  } finally {
    const hasEnded = ended !== undefined && ended !== null;
    exit = await new CancelScope({ shield: true }).run(async () => {
      const status = await endAll(options, child, hasEnded);
      if (status.how !== "unseen") ledger.ended(child, status);
      await output.drain();
      return status;
    });
    output.close();
  }
  return ended === null ? { how: "timed_out", afterMs: timeoutMs } : exit!;
}

async function start({ host, containment, spec, argv, hookRun, marker, env, privileges }: HookOptions) {
  if (privileges instanceof SpawnError) throw privileges;
  const group = containment.place(hookRun, marker);
  const { isLimited } = limitRun(containment, hookRun, spec.cgroup);
  const placed = group === null ? {} : { group, isLimited };
  const how = { argv, env, cwd: spec.cwd, stdin: null, output: "pipe", privileges, ...placed } as const;
  try {
    return await startChild(host, containment, how);
  } catch (error) {
    if (error instanceof SpawnError || error instanceof Cancelled) throw error;
    throw new SpawnError("start", messageOf(error));
  }
}

/** Ends the process, if it is there, and all that it has started. */
async function endAll(
  { host, containment, hookRun }: HookOptions,
  child: StartedProcess,
  hasEnded: boolean,
): Promise<Exit> {
  if (!hasEnded) host.processes.signalGroup(child, "SIGTERM");
  await moveOnAfter(GRACE_MS, () => fromPromise(child.exited));
  const cleared = new Event();
  containment.takeStock([hookRun]);
  child.exited.then(() => {
    containment.mainEnded(hookRun);
    containment.mainReported(hookRun);
  });
  containment.end(hookRun, "SIGKILL", () => cleared.set());
  const exit = await fromPromise(child.exited);
  await moveOnAfter(KILL_PATIENCE_MS, () => cleared.wait());
  containment.remove(hookRun);
  return exit;
}
