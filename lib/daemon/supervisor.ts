/**
 * The supervisor's process: takes the tree's lock, compiles the file, opens the control socket, says that it is up, and
 * runs the engine from the moment that a client lets it begin until the tree is over. It is the root of the tree's actors,
 * too, from before the first of them starts until the last one is gone.
 */
import type { CrashKeeper } from "../actor/debug/crash_desk.ts";
import { randomId } from "../actor/random_id.ts";
import { ActorRuntime } from "../actor/runtime.ts";
import { messageOf, UserError } from "../base/user_error.ts";
import { ExitCode } from "../base/exit_code.ts";
import type { Plan } from "../config/plan.ts";
import type { EndReport } from "../control/protocol.ts";
import { ControlServer } from "../control/server.ts";
import { Service } from "../control/service.ts";
import { chooseLayer } from "../engine/choose_layer.ts";
import { Engine, type EngineEnd } from "../engine/engine.ts";
import { HeldSockets } from "../engine/held_sockets.ts";
import type { Layer } from "../engine/layer.ts";
import type { Host } from "../host/ports/host.ts";
import type { ProcessId } from "../host/ports/processes.ts";
import type { Program } from "../host/ports/program.ts";
import { CancelScope } from "../scope/cancel_scope.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import { openNursery } from "../scope/nursery.ts";
import { run } from "../scope/run.ts";
import { sleep, sleepForever } from "../scope/sleep.ts";
import { moveOnAfter } from "../scope/timeouts.ts";
import type { CancelCause } from "../supervision/reason.ts";
import { describeOutcome, outcomeExitCode } from "../supervision/root_cause.ts";
import type { Signal } from "../base/signals.ts";
import {
  GUARDIAN_DESCRIPTOR,
  type LaunchReport,
  REPORT_DESCRIPTOR,
  type SupervisorOptions,
} from "./launch_options.ts";
import { writeEndReport } from "./end_report.ts";
import { endLeftovers } from "./leftovers.ts";
import { adjustPlan, loadPlan } from "./load_plan.ts";
import { removeEmptyGroups } from "./tree_groups.ts";
import { ensureRunFolder, makeFolder, SOCKETS_HINT, type TreeId, treeIdOf } from "./tree_id.ts";
import { readRecord, type TreeRecord, writeRecord } from "./tree_record.ts";
import { waitUntilGone } from "./wait_until_gone.ts";

/** How long a client may take to let the tree begin, and to take the last answers. */
const BEGIN_TIMEOUT_MS = 10_000;
const FAREWELL_MS = 2_000;
/** How often to look whether the client still lives that is to let the tree begin. */
const LOOK_FOR_CLIENT_EVERY_MS = 20;

const SIGNALS: readonly (readonly [Signal, CancelCause])[] = [
  ["SIGHUP", "hangup"],
  ["SIGINT", "interrupt"],
  ["SIGTERM", "terminate"],
];

/** Everything that stands when a supervisor is up. */
interface Standing {
  readonly id: TreeId;
  readonly plan: Plan;
  readonly instance: string;
  readonly runtime: ActorRuntime;
  readonly engine: Engine;
  readonly service: Service;
  readonly server: ControlServer;
  readonly sockets: HeldSockets;
  /** How many processes of a predecessor it had to end. */
  readonly cleared: number;
  readonly layer: Layer;
}

/** Runs the supervisor; returns its exit code when the tree is over. */
export async function supervisor(host: Host, program: Program, options: SupervisorOptions): Promise<number> {
  host.descriptors.keepToOurselves();
  let standing: Standing;
  try {
    standing = await standUp(host, program, options);
  } catch (error) {
    report(host, { ok: false, error: toReport(error) });
    return ExitCode.done;
  }
  report(host, { ok: true, cleared: standing.cleared });
  const supervise = () => superviseTree(host, program, options, standing);
  await run(() => standing.runtime.run(supervise), { clock: host.clock, name: "supervisor" });
  return ExitCode.done;
}

async function standUp(host: Host, program: Program, options: SupervisorOptions): Promise<Standing> {
  const id = treeIdOf(host, program.uid, options.file);
  await takeLock(host, id);
  const loaded = loadPlan(host, program, options.file);
  if (loaded.plan === null) {
    throw new UserError("config/invalid", `"${options.file}" is not valid any more`, {
      exitCode: ExitCode.badConfig,
    });
  }
  const plan = adjustPlan(loaded.plan, options);
  ensureRunFolder(host, program.uid);
  makeFolder(host, id.runFolder, SOCKETS_HINT);
  await outwaitPredecessor(host, id);
  const cleared = await clearLeftovers(host, id);
  // Not before: what is left of a predecessor may still have them.
  const sockets = new HeldSockets(host, plan);
  const instance = `${id.id}.${host.randomSeed().toString(36)}`;
  const layer = chooseLayer(host, instance, options.containment ?? null);
  // Nobody can connect before there is an engine.
  const runtime = rootActor(host, plan, id, { hold: (crash) => engine.crashes.hold(crash) });
  const engine: Engine = new Engine({
    plan,
    host,
    sockets,
    folder: options.stateFolder,
    environment: program.environment,
    instance,
    socket: id.socket,
    joinPoint: { runtime, uids: [id.uid], pid: host.processes.ownPid },
    layer,
  });
  const service = new Service(engine, host);
  const down = (cause: CancelCause) =>
    engine.post({ type: "down_requested", request: null, cause, withinMs: null });
  const server = new ControlServer({
    host,
    service,
    runtime,
    uid: program.uid,
    onOwnerLost: () => down("client_lost"),
  });
  await server.listen(id.socket);
  return { id, plan, instance, runtime, engine, service, server, sockets, cleared, layer };
}

/** The supervisor as an actor: who is who in its tree can be asked for at its control socket. */
function rootActor(host: Host, { name }: Plan, { socket, uid }: TreeId, desk: CrashKeeper): ActorRuntime {
  return new ActorRuntime({
    host,
    self: { id: randomId(host), name, path: name, pid: host.processes.ownPid, address: socket },
    uids: new Set([uid]),
    isCancellable: false,
    isListenedFor: true,
    desk,
  });
}

async function takeLock(host: Host, id: TreeId): Promise<void> {
  if (await host.sockets.holdName(id.lock) !== null) return;
  const holder = await host.sockets.holderOf(id.lock);
  if (holder !== null && holder.uid !== id.uid) {
    throw new UserError(
      "tree/lock-taken",
      `Process ${holder.pid} of another user holds the lock of this tree`,
      {
        exitCode: ExitCode.notPermitted,
      },
    );
  }
  throw alreadyRunning(id.file, holder?.pid ?? null);
}

/** After a crash the old guardian may still be ending the actors of which this supervisor would start new ones. */
async function outwaitPredecessor(host: Host, id: TreeId): Promise<void> {
  const guardian = readRecord(host, id)?.guardian;
  if (guardian === undefined) return;
  // Somebody may have stopped it; it has nothing else to do than to go on.
  host.processes.signal(guardian, "SIGCONT");
  const lasting = await waitUntilGone(host, [guardian]);
  if (lasting.length === 0) return;
  throw new UserError(
    "tree/still-ending",
    `The last supervisor of "${id.file}" has died, and its guardian ${guardian.pid} is still ending what it had started`,
    { hint: "try again when it is gone" },
  );
}

/** If the old guardian was killed with its supervisor, the actors are still there. Returns how many processes it were. */
async function clearLeftovers(host: Host, id: TreeId): Promise<number> {
  const { processes, survivors } = await endLeftovers(host, id);
  removeEmptyGroups(host, id, readRecord(host, id));
  if (survivors.length === 0) return processes.length;
  const left = survivors.map(({ pid, command, why }) => `${pid} ${command} (${why})`).join(", ");
  throw new UserError(
    "tree/leftovers",
    `The last supervisor of "${id.file}" was killed, and what it had started is still there: ${left}`,
    { exitCode: ExitCode.survivors, hint: "end it, and try again" },
  );
}

/** The error of a second `up`. */
export function alreadyRunning(file: string, pid: number | null): UserError {
  const by = pid === null ? "" : ` (supervisor ${pid})`;
  return new UserError("tree/already-running", `The tree of "${file}" is already running${by}`, {
    hint: "`supervise ps` shows it, `supervise down` ends it",
  });
}

async function superviseTree(
  host: Host,
  program: Program,
  options: SupervisorOptions,
  standing: Standing,
): Promise<void> {
  const { engine, service, server, sockets } = standing;
  const stopBeforeBegin = new CancelScope();
  const down = (cause: CancelCause) => {
    stopBeforeBegin.cancel(cause);
    engine.post({ type: "down_requested", request: null, cause, withinMs: null });
  };
  for (const [signal, cause] of SIGNALS) program.onSignal(signal, () => down(cause));
  await openNursery(async (nursery) => {
    const served = new CancelScope();
    nursery.startSoon(async () => {
      await server.run();
      served.cancel("everybody has been answered");
    }, { name: "control server" });
    nursery.startSoon(() => watchGuardian(host, () => down("guardian_lost")), { name: "guardian watch" });
    nursery.startSoon(async () => {
      await service.calledOff.wait();
      stopBeforeBegin.cancel("down");
    }, { name: "down before the begin" });
    nursery.startSoon(
      () => watchClient(host, options, service, () => stopBeforeBegin.cancel("client_lost")),
      {
        name: "client watch",
      },
    );
    await stopBeforeBegin.run(() => moveOnAfter(BEGIN_TIMEOUT_MS, () => service.begun.wait()));
    const end = service.begun.isSet ? await runEngine(host, options, standing) : neverBegan(host, standing);
    sockets.close();
    service.finish(end);
    server.finish();
    await served.run(() => moveOnAfter(FAREWELL_MS, () => sleepForever()));
    nursery.cancelScope.cancel("the tree is over");
  });
}

async function runEngine(host: Host, options: SupervisorOptions, standing: Standing): Promise<EndReport> {
  const { id, plan, instance, engine, layer } = standing;
  const [supervisor, guardian] = ownProcesses(host);
  const record: TreeRecord = {
    name: plan.name,
    file: plan.file,
    stateFolder: options.stateFolder,
    supervisor,
    guardian,
    instance,
    containment: layer.name,
    group: layer.group,
    startedAt: new Date(host.wallClock()).toISOString(),
    endedAt: null,
    outcome: null,
  };
  writeRecord(host, id, record);
  const end = await engine.run();
  const report = endReport(engine, end, [supervisor, guardian], instance);
  writeEndReport(host, id, report);
  writeRecord(host, id, {
    ...record,
    endedAt: new Date(host.wallClock()).toISOString(),
    outcome: end.outcome.kind,
  });
  return report;
}

function endReport(engine: Engine, end: EngineEnd, own: readonly ProcessId[], instance: string): EndReport {
  const { outcome, processes, survivors, leftOnPurpose, containment } = end;
  return {
    outcome: outcome.kind,
    reason: describeOutcome(engine.state, outcome),
    exitCode: outcomeExitCode(engine.state, outcome),
    processes,
    survivors,
    leftOnPurpose,
    own,
    instance,
    containment,
  };
}

/** The report of a tree that no client let begin. */
function neverBegan(host: Host, { instance, layer }: Standing): EndReport {
  return {
    outcome: "cancelled",
    reason: null,
    exitCode: ExitCode.done,
    processes: [],
    survivors: [],
    leftOnPurpose: [],
    own: ownProcesses(host),
    instance,
    containment: layer.name,
  };
}

/** The supervisor and its guardian. */
function ownProcesses(host: Host): readonly [ProcessId, ProcessId] {
  const supervisor = identityOf(host, host.processes.ownPid);
  return [supervisor, identityOf(host, host.processes.find(supervisor.pid)?.parent ?? 0)];
}

function identityOf(host: Host, pid: number): ProcessId {
  return { pid, startTime: host.processes.find(pid)?.startTime ?? 0 };
}

/** A client that dies before it lets the tree begin leaves nobody who could. */
async function watchClient(
  host: Host,
  { client }: SupervisorOptions,
  { begun }: Service,
  onDeath: () => void,
): Promise<void> {
  while (!begun.isSet) {
    if (host.processes.find(client.pid)?.startTime !== client.startTime) return onDeath();
    await sleep(LOOK_FOR_CLIENT_EVERY_MS);
  }
}

/** The guardian writes nothing: the pipe from it ends when it dies. */
async function watchGuardian(host: Host, onDeath: () => void): Promise<void> {
  const source = host.descriptors.sourceOf(GUARDIAN_DESCRIPTOR);
  try {
    while (await fromPromise(source.read()) !== null);
    onDeath();
  } finally {
    source.close();
  }
}

function report(host: Host, launched: LaunchReport): void {
  host.descriptors.write(REPORT_DESCRIPTOR, `${JSON.stringify(launched)}\n`);
  host.descriptors.close(REPORT_DESCRIPTOR);
}

function toReport(error: unknown): (LaunchReport & { ok: false })["error"] {
  if (error instanceof UserError) {
    const { code, message, hint, exitCode } = error;
    return { code, message, hint, exitCode };
  }
  return { code: "supervisor/failed", message: messageOf(error), hint: null, exitCode: ExitCode.failed };
}
