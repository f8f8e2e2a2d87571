/** How a supervisor comes up: it takes the tree's lock, compiles the file, and opens the control socket, or says why it cannot. */
import type { CrashKeeper } from "../actor/debug/crash_desk.ts";
import { doorLimitsFor } from "../actor/link/doorkeeper.ts";
import { randomId } from "../actor/random_id.ts";
import { ActorRuntime } from "../actor/runtime.ts";
import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import type { ReplicaCounts } from "../config/declared/scaled.ts";
import { outlivesSupervisor, type Plan, ROOT } from "../config/plan.ts";
import type { Requests } from "../control/protocol.ts";
import { ControlServer } from "../control/server.ts";
import { Service } from "../control/service.ts";
import { chooseLayer, resumeLayer } from "../engine/containment/choose_layer.ts";
import { Engine } from "../engine/engine.ts";
import { loadCronDates } from "../engine/cron_dates.ts";
import { compilePatterns } from "../engine/run/ready_patterns.ts";
import { HeldSockets } from "../engine/run/held_sockets.ts";
import type { Layer } from "../engine/containment/layer.ts";
import type { ResumedTree } from "../engine/survival/resumed_tree.ts";
import { Survival } from "../engine/survival/survival.ts";
import type { Host } from "../host/ports/host.ts";
import { FileError } from "../host/ports/files.ts";
import type { HeldLock } from "../host/ports/locks.ts";
import type { ProcessId } from "../host/ports/processes.ts";
import type { Program } from "../host/ports/program.ts";
import type { TeardownCause } from "../supervision/reason.ts";
import type { Found } from "./found.ts";
import { decodeFound, type EncodedFound } from "./found_codec.ts";
import { GuardianWatch } from "./guardian/guardian_watch.ts";
import { type GuardedOptions, HEIR_DESCRIPTOR, type Inheritance, TREE_KEPT } from "./launch_options.ts";
import { isSupervised, supervisorOf } from "./holder.ts";
import { connectLasting } from "./lasting_supervisor.ts";
import { clearLeftovers, type Counted, outwaitGuardian, savedTree, takeOver } from "./predecessor.ts";
import { shiftedClock } from "./shifted_clock.ts";
import { ensureRunFolder, makeFolder, SOCKETS_HINT } from "./run_folder.ts";
import { ensureStateFolder } from "./state_folder.ts";
import { TreeFile } from "./tree_file.ts";
import type { SoundTreePlan } from "./tree_plan.ts";
import { foundFileOf, socketNameOf, type TreeId, treeIdOf } from "./tree_id.ts";
import { ensureMarks, keeperOfKey } from "./tree_key.ts";
import { isThere, pause } from "./wait_until_gone.ts";
import { wordedEntry } from "../words/worded_entry.ts";

/** Nothing that actors tell their supervisor is long: it keeps less of what has yet to come in whole than others may. */
const MAX_PART_BYTES = 32 * 1_024 * 1_024;

/** Everything that stands when a supervisor is up. */
export interface SupervisorParts {
  /** The machine, with a clock that goes on from that of the supervisor before. */
  readonly host: Host;
  readonly id: TreeId;
  readonly lock: HeldLock;
  readonly treeFile: TreeFile;
  /** Writes the key of the marks down again. */
  readonly keepKey: () => void;
  readonly instance: string;
  readonly runtime: ActorRuntime;
  readonly engine: Engine;
  readonly service: Service;
  readonly server: ControlServer;
  readonly sockets: HeldSockets;
  readonly guardian: GuardianWatch;
  /** Null if nothing of the tree goes on when this supervisor is killed. */
  readonly survival: Survival | null;
  readonly resumed: ResumedTree | null;
  /** When the tree began, also if that was under an earlier supervisor. */
  readonly startedAt: string;
  /** The processes of a predecessor that it had to end. */
  readonly cleared: Counted;
  readonly layer: Layer;
}

/** The inheritance of most supervisors: none. */
const NOTHING: Inheritance = { sockets: [], held: 0, owner: null };

/** How often to try for a lock that somebody has just let go of. */
const TRY_EVERY_MS = 5;

/** The parts that a supervisor comes up with. */
export interface StandUp {
  /** Told that the tree is about to go on under another plan. */
  readonly onPlanKept: () => void;
  /** The plan that its client has compiled; null if that is left to it. */
  readonly handed: SoundTreePlan | null;
  /** Hands the tree over to another program; does not return, unless that is refused. */
  readonly handOver: (wanted: Requests["upgrade"]) => Promise<never>;
}

/** See the module. @throws {UserError} */
export async function standUp(
  machine: Host,
  program: Program,
  options: GuardedOptions,
  { onPlanKept, handed, handOver }: StandUp,
): Promise<SupervisorParts> {
  const { file, stateFolder } = options;
  const id = treeIdOf(machine, program.uid, file, { stateFolder });
  ensureRunFolder(machine, program.uid);
  ensureStateFolder(machine, program.uid, stateFolder);
  const lock = await takeLock(machine, id);
  const treeFile = new TreeFile(machine, program, options, onPlanKept);
  // A number of replicas that somebody has asked for beside the file holds in a tree that goes on.
  const scale = new Map(Object.entries(savedTree(machine, id)?.record.scale ?? {}));
  const found = options.inherits === undefined ? null : takeFound(machine, id);
  const planOf = (scale: ReplicaCounts) => keptPlan(treeFile, file, scale, handed, found);
  const scaled = await planOf(scale);
  const planFor = async (isResumed: boolean) =>
    isResumed || scale.size === 0 ? scaled : await planOf(new Map());
  const patterns = await compilePatterns(scaled);
  const nextDate = await loadCronDates(scaled);
  const marks = ensureMarks(machine, id);
  const keeper = await outwaitGuardian(machine, id, options.guardian);
  if (keeper !== null) throw kept(id.file, keeper.pid);
  const { host, resumed, sockets, instance, layer, cleared, startedAt } = await settlePredecessor(
    machine,
    id,
    planFor,
    options,
  );
  const plan = treeFile.kept.plan!;
  const guardian = new GuardianWatch(host, program, options);
  const survival = outlivesSupervisor(plan)
    ? new Survival({
      host,
      folder: id.runFolder,
      instance,
      hold: (pipes) => guardian.hold(pipes),
      release: (pipes) => guardian.release(pipes),
      onFailure: (why) => engine.post({ type: "noted", node: ROOT, event: "state_unwritten", data: { why } }),
    })
    : null;
  // Nobody can connect before there is an engine.
  const runtime = rootActor(host, plan, id, { hold: (crash) => engine.crashes.hold(crash) });
  const engine: Engine = new Engine({
    plan,
    host,
    sockets,
    folder: options.stateFolder,
    runFolder: id.folder,
    environment: program.environment,
    markOf: (run) => marks.of({ instance, run }),
    socket: socketNameOf(id),
    joinPoint: { runtime, uids: [id.uid], pid: host.processes.ownPid },
    isolation: {
      system: { host, program },
      runtime,
      selfCommand: program.selfCommand,
      openFilesLimit: options.openFilesLimit,
    },
    layer,
    company: [options.guardian, options.client],
    worded: wordedEntry,
    patterns,
    nextDate,
    survival,
    resumed,
    onBegun: () => letGoOfHeld(host, options.inherits ?? NOTHING),
  });
  const service = new Service(engine, host, treeFile, handOver);
  const down = (cause: TeardownCause) =>
    engine.post({ type: "down_requested", request: null, cause, withinMs: null });
  const server = new ControlServer({
    host,
    service,
    runtime,
    uid: program.uid,
    onOwnerLost: () => down("client_lost"),
    limits: doorLimitsFor(machine.facts().openFilesLimit),
  });
  await server.listen(socketNameOf(id), id.socket);
  return {
    host,
    id,
    lock,
    treeFile,
    keepKey: keeperOfKey(machine, id),
    instance,
    runtime,
    engine,
    service,
    server,
    sockets,
    guardian,
    survival,
    resumed,
    startedAt: startedAt ?? new Date(host.wallClock()).toISOString(),
    cleared,
    layer,
  };
}

/** Lets go of what has kept the pipes of actors: they are open by now. */
function letGoOfHeld({ descriptors }: Host, { sockets, held }: Inheritance): void {
  const first = HEIR_DESCRIPTOR + sockets.length;
  for (let index = 0; index < held; index++) descriptors.close(first + index);
}

/** The inheritance of a new supervisor from the one before. */
interface Settled
  extends Pick<SupervisorParts, "host" | "resumed" | "sockets" | "instance" | "layer" | "cleared"> {
  /** When the tree began; null if it begins now. */
  readonly startedAt: string | null;
}

/** The findings on the disk that the program before has left; null if they cannot be read. */
function takeFound({ files }: Host, id: TreeId): Found | null {
  try {
    return decodeFound(JSON.parse(files.readOwn(foundFileOf(id)) ?? "") as EncodedFound);
  } catch {
    return null;
  } finally {
    files.remove(foundFileOf(id));
  }
}

/** The plan of the file, which is that of the tree from now on. @throws {UserError} `config/invalid` */
async function keptPlan(
  treeFile: TreeFile,
  file: string,
  scale: ReplicaCounts,
  handed: SoundTreePlan | null,
  found: Found | null,
): Promise<Plan> {
  const loaded = scale.size === 0 && handed !== null
    ? handed
    : found !== null
    ? await treeFile.again(scale, found)
    : await treeFile.load(scale);
  const { plan } = loaded;
  if (plan === null) {
    throw new UserError("config/invalid", `"${file}" is not valid any more`, {
      exitCode: ExitCode.badConfig,
    });
  }
  treeFile.keep(loaded);
  return plan;
}

/** @param planFor The plan of a tree that goes on, or of one that begins. */
async function settlePredecessor(
  machine: Host,
  id: TreeId,
  planFor: (isResumed: boolean) => Promise<Plan>,
  options: GuardedOptions,
): Promise<Settled> {
  const { containment } = options;
  const before = savedTree(machine, id);
  if (before !== null) {
    const plan = await planFor(true);
    const { saved, record } = before;
    const host = { ...machine, clock: shiftedClock(machine.clock, saved.header, machine.boot()) };
    const sockets = new HeldSockets(host);
    const self = identityOf(host, host.processes.ownPid);
    const { sockets: names } = options.inherits ?? NOTHING;
    sockets.inherit(plan, names, self, HEIR_DESCRIPTOR);
    names.forEach((_, index) => machine.descriptors.close(HEIR_DESCRIPTOR + index));
    const taken = await takeOver(host, id, before, {
      plan,
      guardian: options.guardian,
      canAdopt: (run, actor) => !isThere(host, run) || sockets.share(actor, run),
    });
    if (taken !== null) {
      const instance = record.instance!;
      const layer = resumeLayer(host, record.containment ?? "subreaper", record.group ?? null, containment);
      sockets.open(plan);
      return { host, ...taken, sockets, instance, layer, startedAt: record.startedAt };
    }
    sockets.close();
  }
  const plan = await planFor(false);
  const cleared = await clearLeftovers(machine, id, { plan, guardian: options.guardian });
  machine.files.remove(id.deaths);
  const sockets = new HeldSockets(machine);
  // Not before: what is left of a predecessor may still have them.
  sockets.open(plan);
  const instance = `${id.id}.${machine.randomSeed().toString(36)}`;
  const layer = chooseLayer(machine, instance, containment ?? null);
  return { host: machine, resumed: null, sockets, instance, layer, cleared, startedAt: null };
}

/** The supervisor as an actor: who is who in its tree can be asked for at its control socket. */
function rootActor(host: Host, { name }: Plan, id: TreeId, desk: CrashKeeper): ActorRuntime {
  const { ownPid } = host.processes;
  return new ActorRuntime({
    host,
    self: { id: randomId(host), name, path: name, pid: ownPid, address: socketNameOf(id) },
    uids: new Set([id.uid]),
    isCancellable: false,
    isListenedFor: true,
    maxPartBytes: MAX_PART_BYTES,
    desk,
  });
}

/**
 * Takes the lock of a tree. A supervisor whose file somebody has removed has it all the same: nobody takes another in its place while that
 * supervisor is there.
 */
async function takeLock(host: Host, id: TreeId): Promise<HeldLock> {
  while (true) {
    const lock = tryLock(host, id);
    if (lock !== null && (lock.isOnlyOne() || supervisorOf(host, id) === null)) return lock;
    lock?.release();
    if (await isLasting(host, id)) throw alreadyRunning(id.file, supervisorOf(host, id));
    await pause(host, TRY_EVERY_MS);
  }
}

/** @returns Null if somebody has it, or has just removed its folder. */
function tryLock(host: Host, id: TreeId): HeldLock | null {
  makeFolder(host, id.runFolder, SOCKETS_HINT);
  try {
    return host.locks.take(id.lock);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    if (error.code === "ENOENT") return null;
    throw new UserError("state/not-writable", `Cannot take the lock of the tree: ${error.message}`, {
      hint: `its file is in "${id.folder}"`,
      cause: error,
    });
  }
}

async function isLasting(host: Host, id: TreeId): Promise<boolean> {
  try {
    const client = await connectLasting(host, id);
    client?.close();
    return client !== null || isSupervised(host, id);
  } catch (error) {
    // A supervisor that does not answer is there.
    if (error instanceof UserError) return true;
    throw error;
  }
}

/** The error of a second `up`. @param supervisor Null if it is not in sight. */
export function alreadyRunning(file: string, supervisor: { readonly pid: number } | null): UserError {
  const by = supervisor === null
    ? ", out of sight: in another container or PID namespace"
    : ` (supervisor ${supervisor.pid})`;
  return new UserError("tree/already-running", `The tree of "${file}" is already running${by}`, {
    hint: "`supervise ps` shows it, `supervise down` ends it",
  });
}

function kept(file: string, pid: number): UserError {
  return new UserError(TREE_KEPT, `The guardian ${pid} keeps the actors of "${file}"`, { hint: "try again" });
}

/** A process of which the number is known. */
export function identityOf(host: Host, pid: number): ProcessId {
  return { pid, startTime: host.processes.find(pid)?.startTime ?? 0 };
}
