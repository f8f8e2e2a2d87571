/**
 * The supervisor's process: comes up (`stand_up.ts`), says so, and runs the engine from the moment that a client lets it begin
 * until the tree is over. It is the root of the tree's actors, too, from before the first of them starts until the last one
 * is gone.
 */
import { limitErrorOf } from "../base/limit_error.ts";
import { ExitCode } from "../base/exit_code.ts";
import type { Signal } from "../base/signals.ts";
import { messageOf, UserError } from "../base/user_error.ts";
import { maskForms } from "../config/mask.ts";
import type { EndReport, Requests } from "../control/protocol.ts";
import { NONE_ENDED } from "../engine/containment/ledger.ts";
import type { Engine, EngineEnd } from "../engine/engine.ts";
import { isAlive } from "../host/alive.ts";
import { PatientClock } from "../host/patient_clock.ts";
import type { Host } from "../host/ports/host.ts";
import type { ProcessId } from "../host/ports/processes.ts";
import type { Program } from "../host/ports/program.ts";
import { CancelScope } from "../scope/cancel_scope.ts";
import { openNursery } from "../scope/nursery.ts";
import { run } from "../scope/run.ts";
import { sleep, sleepForever } from "../scope/sleep.ts";
import { moveOnAfter } from "../scope/timeouts.ts";
import type { TeardownCause } from "../supervision/reason.ts";
import { outcomeExitCode } from "../supervision/root_cause.ts";
import type { Event } from "../sync/event.ts";
import { describeOutcome } from "../words/describe_outcome.ts";
import { DeathReader } from "./guardian/deaths.ts";
import { ROOT } from "../config/plan.ts";
import { writeEndReport } from "./end_report.ts";
import {
  type GuardedOptions,
  type LaunchReport,
  PLAN_DESCRIPTOR,
  REPORT_DESCRIPTOR,
} from "./launch_options.ts";
import { handOver, HandOverOrders, requireHandable } from "./hand_over.ts";
import { watchPlace } from "./place_watch.ts";
import { identityOf, standUp, type SupervisorParts } from "./stand_up.ts";
import { SpareMemory } from "./spare_memory.ts";
import { readToEnd } from "./read_to_end.ts";
import { countsOf } from "./tree_file.ts";
import { decodeTreePlan, type SoundTreePlan } from "./tree_plan.ts";
import { UNHEEDED } from "./unheeded_signals.ts";
import { concludeRecord, type TreeRecord, writeRecord } from "./tree_record.ts";

/** How long a client may take to let the tree begin, and to take the last answers. */
const BEGIN_TIMEOUT_MS = 10_000;
const FAREWELL_MS = 2_000;
/** How often to look whether the client still lives that is to let the tree begin. */
const LOOK_FOR_CLIENT_EVERY_MS = 20;

const SIGNALS: readonly (readonly [Signal, TeardownCause])[] = [
  ["SIGINT", "interrupt"],
  ["SIGTERM", "terminate"],
];

/** Runs the supervisor; returns its exit code when the tree is over. */
export async function supervisor(
  machine: Host,
  program: Program,
  given: GuardedOptions,
): Promise<number> {
  machine.descriptors.keepToOurselves();
  machine.processes.outlive(["SIGHUP", ...UNHEEDED]);
  const { isHanded = false, ...asked } = given;
  const handed = isHanded ? await readHanded(machine) : null;
  // The client has found that there is nothing to start, or has died: nothing was done yet.
  if (isHanded && handed === null) return ExitCode.done;
  const options = handed === null ? asked : { ...asked, profiles: handed.plan.profiles };
  let standing: SupervisorParts;
  const orders = new HandOverOrders();
  try {
    // Nobody is held to a limit for time in which this process did not go on itself.
    const patient = { ...machine, clock: new PatientClock(machine.clock) };
    let stood: SupervisorParts | null = null;
    const onPlanKept = () => stood === null ? undefined : rewriteRecord(options, stood);
    const ordered = async (wanted: Requests["upgrade"]) => {
      requireHandable(stood!, wanted);
      return await orders.give(wanted);
    };
    standing = stood = await standUp(patient, program, options, { onPlanKept, handed, handOver: ordered });
    // Before anything is started: what nobody knows of nobody could end.
    writeRecord(standing.host, standing.id, recordOf(options, standing));
  } catch (error) {
    report(machine, { ok: false, error: toReport(error) });
    return ExitCode.done;
  }
  const { host, cleared, resumed, runtime } = standing;
  const { count, unattributed } = cleared;
  report(host, { ok: true, cleared: count, unattributed, adopted: resumed?.runs.length ?? 0 });
  const supervise = () => superviseTree(program, options, standing, orders);
  await run(() => runtime.run(supervise), { clock: host.clock, name: "supervisor" });
  // A tree that nobody has let go on is kept by the guardian for the next supervisor.
  return resumed !== null && !standing.service.begun.isSet ? ExitCode.failed : ExitCode.done;
}

/** The plan that the client of this supervisor has compiled; null if it hands on nothing any more. */
async function readHanded({ descriptors }: Host): Promise<SoundTreePlan | null> {
  const source = descriptors.sourceOf(PLAN_DESCRIPTOR);
  const text = await readToEnd(source, { maxBytes: Infinity });
  source.close();
  return decodeTreePlan(text);
}

async function superviseTree(
  program: Program,
  options: GuardedOptions,
  standing: SupervisorParts,
  orders: HandOverOrders,
): Promise<void> {
  const { host, engine, service, server, sockets } = standing;
  const { inherits } = options;
  if (inherits !== undefined) service.begun.set();
  const stopBeforeBegin = new CancelScope();
  const down = (cause: TeardownCause) => {
    stopBeforeBegin.cancel(cause);
    engine.post({ type: "down_requested", request: null, cause, withinMs: null });
  };
  for (const [signal, cause] of SIGNALS) program.onSignal(signal, () => down(cause));
  // Somebody has moved the logs away, as with any daemon.
  program.onSignal("SIGHUP", () => engine.reopenLogs());
  await openNursery(async (nursery) => {
    const served = new CancelScope();
    nursery.startSoon(async () => {
      await server.run();
      served.cancel("everybody has been answered");
    }, { name: "control server" });
    nursery.startSoon(() => watchGuardian(options, standing, () => down("guardian_lost")), {
      name: "guardian watch",
    });
    nursery.startSoon(() => orders.carryOut((wanted) => handOver(program, options, standing, wanted)), {
      name: "orders to hand over",
    });
    const owner = inherits?.owner ?? null;
    if (owner !== null) {
      nursery.startSoon(() => watchProcess(host, owner, service.owned, () => down("client_lost")), {
        name: "owner watch",
      });
    }
    nursery.startSoon(async () => {
      await service.calledOff.wait();
      stopBeforeBegin.cancel("down");
    }, { name: "down before the begin" });
    nursery.startSoon(
      () => watchProcess(host, options.client, service.begun, () => stopBeforeBegin.cancel("client_lost")),
      {
        name: "client watch",
      },
    );
    await stopBeforeBegin.run(() => moveOnAfter(BEGIN_TIMEOUT_MS, () => service.begun.wait()));
    const end = service.begun.isSet ? await runEngine(options, standing) : neverBegan(options, standing);
    // Actors that are kept go on to listen.
    if (service.begun.isSet || standing.resumed === null) sockets.close();
    service.finish(end);
    server.finish();
    await served.run(() => moveOnAfter(FAREWELL_MS, () => sleepForever()));
    nursery.cancelScope.cancel("the tree is over");
  });
}

async function runEngine(options: GuardedOptions, standing: SupervisorParts): Promise<EndReport> {
  const { host, id, engine, instance } = standing;
  const end = await runInPlace(options, standing);
  const report = endReport(engine, end, ownProcesses(standing), instance);
  writeEndReport(host, id, report);
  concludeRecord(host, id, recordOf(options, standing), end.outcome.kind);
  return report;
}

/** Runs the engine, and sees to it meanwhile that the tree can be found. */
async function runInPlace(options: GuardedOptions, standing: SupervisorParts): Promise<EngineEnd> {
  const { id, engine, survival } = standing;
  const about = { type: "noted", node: ROOT } as const;
  const file = id.folder;
  const memory = new SpareMemory(standing.host, engine);
  const end = await openNursery(async (nursery) => {
    nursery.startSoon(() =>
      watchPlace(standing, {
        onRemade: () => {
          standing.keepKey();
          rewriteRecord(options, standing);
          survival?.rewrite();
          engine.post({ ...about, event: "remade", data: { file } });
        },
        onFailure: (why) => engine.post({ ...about, event: "unmade", data: { file, why } }),
        onQuiet: () => memory.giveBack(),
      }), { name: "place watch" });
    nursery.startSoon(() => memory.afterStart(), { name: "spare memory" });
    const end = await engine.run();
    nursery.cancelScope.cancel("the tree has ended");
    return end;
  }, { collapse: true });
  return end!;
}

function recordOf({ stateFolder, asked }: GuardedOptions, standing: SupervisorParts): TreeRecord {
  const { treeFile, instance, layer, startedAt, survival } = standing;
  const plan = treeFile.kept.plan!;
  const [supervisor, guardian] = ownProcesses(standing);
  return {
    name: plan.name,
    file: plan.file,
    asked: asked ?? plan.file,
    stateFolder,
    supervisor,
    guardian,
    instance,
    containment: layer.name,
    group: layer.group,
    scale: Object.fromEntries(countsOf(treeFile.kept)),
    onSupervisorDeath: survival === null ? "die" : "survive",
    profiles: plan.profiles,
    startedAt,
    endedAt: null,
    outcome: null,
  };
}

function endReport(engine: Engine, end: EngineEnd, own: readonly ProcessId[], instance: string): EndReport {
  const { outcome, processes, counts, survivors, leftOnPurpose, containment } = end;
  return {
    outcome: outcome.kind,
    reason: describeOutcome(engine.state, outcome),
    exitCode: outcomeExitCode(engine.state, outcome),
    processes,
    counts,
    survivors,
    leftOnPurpose,
    own,
    instance,
    containment,
  };
}

/** The end of a tree that no client let begin. A tree that another supervisor has begun is not over. */
function neverBegan(options: GuardedOptions, standing: SupervisorParts): EndReport {
  const { host, id, instance, layer, resumed } = standing;
  if (resumed === null) concludeRecord(host, id, recordOf(options, standing), "cancelled");
  return {
    outcome: "cancelled",
    reason: null,
    exitCode: ExitCode.done,
    processes: [],
    counts: NONE_ENDED,
    survivors: [],
    leftOnPurpose: [],
    own: ownProcesses(standing),
    instance,
    containment: layer.name,
  };
}

/** The supervisor and its guardian. */
function ownProcesses({ host, guardian }: SupervisorParts): readonly [ProcessId, ProcessId] {
  return [identityOf(host, host.processes.ownPid), guardian.guardian];
}

/** A client that dies before it has said what somebody waits for leaves nobody who could. */
async function watchProcess(
  host: Host,
  client: ProcessId,
  said: Event,
  onDeath: () => void,
): Promise<void> {
  while (!said.isSet) {
    if (!isAlive(host.processes, client)) return onDeath();
    await sleep(LOOK_FOR_CLIENT_EVERY_MS);
  }
}

/** Hears of deaths from the guardian, and what to do when it dies itself. */
async function watchGuardian(
  options: GuardedOptions,
  standing: SupervisorParts,
  onLost: () => void,
): Promise<void> {
  const { host, id, engine, guardian, survival } = standing;
  const deaths = new DeathReader(host.files, id.deaths);
  await guardian.run(survival !== null, {
    onDeaths: () => {
      for (const death of deaths.next()) engine.reapedElsewhere(death);
    },
    onReplaced: ({ pid }) => {
      engine.addHelper(pid);
      survival?.holdAll();
      rewriteRecord(options, standing);
    },
  });
  onLost();
}

/** Writes down who looks after the tree now. Where there is no room for that, the tree goes on all the same. */
function rewriteRecord(options: GuardedOptions, standing: SupervisorParts): void {
  try {
    writeRecord(standing.host, standing.id, recordOf(options, standing));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}

function report(host: Host, launched: LaunchReport): void {
  host.descriptors.write(REPORT_DESCRIPTOR, `${JSON.stringify(launched)}\n`);
  host.descriptors.close(REPORT_DESCRIPTOR);
}

function toReport(thrown: unknown): (LaunchReport & { ok: false })["error"] {
  const error = limitErrorOf(thrown) ?? thrown;
  if (error instanceof UserError) {
    const { code, message, hint, exitCode } = error;
    return { code, message: maskForms(message), hint: hint === null ? null : maskForms(hint), exitCode };
  }
  return {
    code: "supervisor/failed",
    message: maskForms(messageOf(error)),
    hint: null,
    exitCode: ExitCode.failed,
  };
}
