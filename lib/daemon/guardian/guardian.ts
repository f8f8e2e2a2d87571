/**
 * The guardian: the parent of the supervisor, which does nothing but wait. When the supervisor is killed, everything that it
 * had started, escaped descendants with sessions of their own included, becomes the guardian's in the same instant. It ends
 * them all; or, if the tree is to survive, it keeps them until a new supervisor goes on, which it starts.
 *
 * One that was started by a supervisor which had lost its guardian is not the parent of anything: it finds what is left by
 * its control group and its mark.
 */
import { definedOnly } from "../../base/defined_only.ts";
import { ExitCode } from "../../base/exit_code.ts";
import type { Signal } from "../../base/signals.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { ROOT } from "../../config/plan.ts";
import { Containment } from "../../engine/containment/containment.ts";
import { ControlGroupLayer } from "../../engine/containment/control_group_layer.ts";
import { killAll } from "../../engine/containment/final_sweep.ts";
import { Ledger } from "../../engine/containment/ledger.ts";
import { Orphanage } from "../../engine/containment/orphanage.ts";
import { pipesFolderOf } from "../../engine/survival/run_pipes.ts";
import { SubreaperLayer } from "../../engine/containment/descent_layers.ts";
import { readStateLog, type SavedTree } from "../../engine/survival/state_log.ts";
import { stateLogOf } from "../../engine/survival/survival.ts";
import { keyOf } from "../../host/alive.ts";
import type { Host } from "../../host/ports/host.ts";
import {
  type ExitStatus,
  type ProcessId,
  type ReapedOrphan,
  SpawnError,
} from "../../host/ports/processes.ts";
import type { Program } from "../../host/ports/program.ts";
import { run } from "../../scope/run.ts";
import { Event } from "../../sync/event.ts";
import type { Begun } from "./begin_to_guard.ts";
import { DeathFile } from "./deaths.ts";
import { HeldPipes } from "./held_pipes.ts";
import { keepTree, keptProcesses, type Successor } from "./kept_tree.ts";
import {
  GUARDIAN_VERB,
  type GuardianOptions,
  type LaunchReport,
  LINK_READ_DESCRIPTOR,
  LINK_WRITE_DESCRIPTOR,
} from "../launch_options.ts";
import { isMarkOf, killLost, type Lost, lostBy } from "../leftovers.ts";
import { letSleep } from "../let_sleep.ts";
import { lookAfter, startWard, takeOverWard, type Ward } from "./ward.ts";
import { spareAfterStart } from "../spare_memory.ts";
import { doorNameOf, type TreeId, treeIdOf } from "../tree_id.ts";
import { concludeRecord, readRecord, type TreeRecord } from "../tree_record.ts";

/** Signals that are meant for the tree, which the supervisor knows what to do about. */
const PASSED_ON: readonly Signal[] = ["SIGINT", "SIGTERM"];

/** Runs the guardian; returns its exit code when there is nothing left to guard. */
export async function guardian(
  host: Host,
  program: Program,
  options: GuardianOptions,
  begun: Begun,
): Promise<number> {
  const self = new Guardian(host, program, options, begun);
  letSleep(host);
  spareAfterStart(host);
  return await run(() => self.run(), { clock: host.clock, name: "guardian" });
}

/** The report about a supervisor that has not reported itself. */
const DIED: LaunchReport = {
  ok: false,
  error: {
    code: "supervisor/died",
    message: "The new supervisor died before it was up; the actors are kept",
    hint: "its last words are in supervisor.log, beside the logs of the tree",
    exitCode: ExitCode.failed,
  },
};

/** A tree whose supervisor has died before it was over. */
interface LostTree {
  readonly record: TreeRecord;
  readonly lost: Lost;
  readonly containment: Containment;
  readonly ledger: Ledger;
}

class Guardian {
  readonly #host: Host;
  readonly #program: Program;
  readonly #options: GuardianOptions;
  readonly #tree: TreeId;
  readonly #pipes: HeldPipes;
  readonly #deaths: DeathFile;
  readonly #toldToEnd = new Event();
  /** All supervisors that it has had. */
  readonly #wards: ProcessId[] = [];
  #ward: Ward | null = null;
  /** The main processes of a tree that is kept, and all that were seen of it; null while there is a supervisor. */
  #kept: { readonly processes: ReadonlySet<string>; readonly ledger: Ledger } | null = null;
  #death = new Event();
  #hangup = new Event();

  constructor(host: Host, program: Program, options: GuardianOptions, begun: Begun) {
    this.#host = host;
    this.#program = program;
    this.#options = options;
    const { file, stateFolder } = options;
    this.#tree = treeIdOf(host, program.uid, file, { stateFolder });
    this.#pipes = new HeldPipes(host.descriptors);
    this.#deaths = new DeathFile(host.files, this.#tree);
    host.processes.adoptOrphans((orphan) => this.#onReaped(orphan), options.containment !== "group");
    host.processes.foretellDeaths((death) => this.#onDeath(death));
    this.#guard(begun.spawned === null ? takeOverWard(host, options.ward!) : lookAfter(host, begun.spawned));
    if (begun.spawned === null) this.#ward!.link.tellOfItself();
    for (const orphan of begun.reaped) this.#onReaped(orphan);
    for (const signal of PASSED_ON) program.onSignal(signal, () => this.#passOn(signal));
    program.onSignal("SIGHUP", () => this.#onHangup());
  }

  async run(): Promise<number> {
    const code = await this.#guardAll();
    const isOver = readRecord(this.#host, this.#tree)?.endedAt !== null;
    if (isOver) this.#host.files.remove(this.#tree.deaths);
    return code;
  }

  async #guardAll(): Promise<number> {
    while (this.#ward !== null) {
      const status = await this.#watch(this.#ward);
      this.#ward = null;
      const tree = this.#lostTree();
      if (tree === null) {
        if (isInOrder(status)) return 0;
        await this.#endAll(null);
        return 1;
      }
      const saved = this.#survivor(tree);
      if (saved === null) {
        await this.#complain(`the supervisor has died (${describe(status)}), ending what it had started`);
        await this.#complain(`ended ${await this.#endAll(tree)} processes`);
        return 1;
      }
      const successor = await this.#keep(tree, saved);
      if (successor === null) return 0;
      this.#guard(this.#startNext(successor));
    }
    return 0;
  }

  #guard(ward: Ward): void {
    this.#ward = ward;
    this.#wards.push({ pid: ward.pid, startTime: ward.startTime });
  }

  /** Waits for the end of a supervisor, and until all that it had said was heard. */
  async #watch(ward: Ward): Promise<ExitStatus | null> {
    await ward.link.listen({
      hold: (path) => this.#pipes.hold(path),
      release: (path) => this.#pipes.release(path),
      become: (command) => this.#become(ward, command),
    });
    return await fromPromise(ward.ended());
  }

  /**
   * Goes on as another program, under the same number, as the parent of the same processes. The pipes of the actors are read by
   * their supervisor meanwhile, which has them held again.
   */
  #become({ link, pid, startTime }: Ward, command: readonly string[]): void {
    const options: GuardianOptions = { ...this.#options, ward: { pid, startTime } };
    const { read, write } = link.ends;
    try {
      this.#host.processes.become({
        argv: [...command, GUARDIAN_VERB, JSON.stringify(options)],
        env: definedOnly(this.#program.environment),
        cwd: "/",
        descriptors: { [LINK_READ_DESCRIPTOR]: read, [LINK_WRITE_DESCRIPTOR]: write },
      });
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error;
      link.tellThatItStays();
    }
  }

  /** The tree of the supervisor that has ended; null if that had not begun one, or has ended it in order. */
  #lostTree(): LostTree | null {
    const record = readRecord(this.#host, this.#tree);
    if (record === null || record.endedAt !== null || record.instance === undefined) return null;
    if (!this.#wards.some((ward) => keyOf(ward) === keyOf(record.supervisor))) return null;
    const lost = lostBy(this.#host, this.#tree, record);
    const { group } = lost;
    const ledger = new Ledger();
    const layer = group === null ? new SubreaperLayer() : new ControlGroupLayer(this.#host, group);
    const { processes } = this.#host;
    // A process that was started before this guardian is another's child.
    const orphanage = new Orphanage(
      processes,
      this.#options.ward === undefined ? {} : { lost: (mark) => isMarkOf(lost, mark) },
    );
    return { record, lost, ledger, containment: new Containment(this.#host, ledger, layer, orphanage) };
  }

  /** The saved state of a tree that is to survive; null if it is not, or was coming down anyway. */
  #survivor({ record, lost }: LostTree): SavedTree | null {
    if (record.onSupervisorDeath !== "survive") return null;
    const saved = readStateLog(this.#host.files, stateLogOf(this.#tree.runFolder));
    const isUp = saved?.state.nodes.get(ROOT)?.phase.at === "up" && saved.header.instance === lost.instance;
    return isUp ? saved : null;
  }

  async #keep({ record, lost, containment, ledger }: LostTree, saved: SavedTree): Promise<Successor | null> {
    const { folder, door } = this.#tree;
    this.#kept = { processes: keptProcesses(saved), ledger };
    await this.#complain(
      "the supervisor has died, keeping its actors until `supervise up` goes on with them",
    );
    const end = await keepTree({
      host: this.#host,
      uid: this.#program.uid,
      saved,
      lost,
      containment,
      ledger,
      pipes: this.#pipes,
      runFolder: folder,
      stateFolder: record.stateFolder,
      doorName: doorNameOf(this.#tree),
      door,
      nextDeath: () => this.#death,
      nextHangup: () => this.#hangup,
      toldToEnd: this.#toldToEnd,
    });
    this.#kept = null;
    if ("op" in end) return end;
    containment.close();
    if (end.how === "ended") this.#conclude(record);
    return null;
  }

  /** The tree was taken down: there is nothing to go on with. */
  #conclude(record: TreeRecord): void {
    const { files } = this.#host;
    concludeRecord(this.#host, this.#tree, record, "cancelled");
    files.remove(stateLogOf(this.#tree.runFolder));
    files.remove(pipesFolderOf(this.#tree.runFolder));
  }

  /** Starts a supervisor for the client that has asked, which is told its report. */
  #startNext({ pid, asked: { command, options }, answer }: Successor): Ward {
    const environment = this.#host.processes.environmentOf(pid) ?? definedOnly(this.#program.environment);
    const onReport = (report: LaunchReport | null) => void answer(report ?? DIED);
    return startWard(this.#host, { command, environment, options }, onReport);
  }

  async #endAll(tree: LostTree | null): Promise<number> {
    if (tree?.record.containment === "group") return await fromPromise(killLost(this.#host, tree.lost));
    const ledger = tree?.ledger ?? new Ledger();
    const containment = tree?.containment ?? new Containment(this.#host, ledger, new SubreaperLayer());
    await killAll({ host: this.#host, ledger, containment, nextDeath: () => this.#death });
    containment.close();
    return ledger.count;
  }

  #onDeath(death: ReapedOrphan): void {
    const { row } = death;
    const isWanted = this.#kept?.processes.has(keyOf(row)) ?? row.pid !== this.#ward?.pid;
    if (isWanted) this.#deaths.add(death);
  }

  #onReaped({ row, status }: ReapedOrphan): void {
    if (row.pid !== this.#ward?.pid) this.#ward?.link.tellOfDeath();
    this.#kept?.ledger.ended(row, status);
    this.#death.set();
    this.#death = new Event();
  }

  #passOn(signal: Signal): void {
    if (this.#ward !== null) this.#host.processes.signal(this.#ward, signal);
    else this.#toldToEnd.set();
  }

  /** Logs are to be opened anew by the one who writes them. */
  #onHangup(): void {
    if (this.#ward !== null) this.#host.processes.signal(this.#ward, "SIGHUP");
    this.#hangup.set();
    this.#hangup = new Event();
  }

  async #complain(text: string): Promise<void> {
    await fromPromise(this.#program.stderr.write(`guardian: ${text}\n`).catch(() => {}));
  }
}

function isInOrder(status: ExitStatus | null): boolean {
  return status === null || (status.how === "exited" && status.code === 0);
}

function describe(status: ExitStatus | null): string {
  return status === null ? "unseen" : status.how === "exited" ? `exit code ${status.code}` : status.signal;
}
