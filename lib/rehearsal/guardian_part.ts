/**
 * The part of the guardian on the stage: it keeps what a killed supervisor had started, as far as that is to survive, with
 * its pipes, knows how it ends, and tells the next supervisor what to go on with.
 */
import { outlivesSupervisor, type Plan, ROOT, treeAt } from "../config/plan.ts";
import { type ResumedTree, resumeTree } from "../engine/survival/resumed_tree.ts";
import type { NamedPipes } from "../engine/survival/run_pipes.ts";
import { readStateLog, type SavedTree } from "../engine/survival/state_log.ts";
import { stateLogOf, Survival } from "../engine/survival/survival.ts";
import type { FakeMachine } from "../host/fake/fake_machine.ts";
import { keyOf } from "../host/alive.ts";
import type { Host } from "../host/ports/host.ts";
import type { ExitStatus, ReapedOrphan } from "../host/ports/processes.ts";
import { RUN_FOLDER } from "./staged_engine.ts";

/** See the module. */
export class GuardianPart {
  readonly #machine: FakeMachine;
  readonly #plan: Plan;
  /** How the processes ended that it has reaped, by identity. */
  readonly #ends = new Map<string, ExitStatus>();
  /** The pipes that it has open, by their paths. */
  readonly #pipes = new Map<string, number>();

  /** @param onReaped Told of what it has reaped. */
  constructor(machine: FakeMachine, plan: Plan, onReaped: (orphan: ReapedOrphan) => void) {
    this.#machine = machine;
    this.#plan = plan;
    machine.host.processes.adoptOrphans((orphan) => {
      this.#ends.set(keyOf(orphan.row), orphan.status);
      onReaped(orphan);
    });
  }

  /** Where a supervisor writes down what the next one needs; null if nothing of the tree is to outlive it. */
  survivalOn(host: Host, instance: string): Survival | null {
    if (!outlivesSupervisor(this.#plan)) return null;
    return new Survival({
      host,
      folder: RUN_FOLDER,
      instance,
      hold: (pipes) => this.#hold(pipes),
      release: (pipes) => this.#release(pipes),
      onFailure: (why) => {
        throw new Error(`The state cannot be written on a disk that is never full: ${why}`);
      },
    });
  }

  /** The supervisor has died: ends what is not to survive it. @param programs Tells the programs of the tree by their paths. */
  supervisorDied(programs: ReadonlySet<string>): void {
    const { kernel } = this.#machine;
    const kept = new Set(this.#saved()?.runs.filter((run) => run.survives).map(keyOf));
    for (const one of kernel.all()) {
      const isOfTree = programs.has(one.image.argv[0]!) && one.isAlive;
      if (isOfTree && !kept.has(keyOf(one))) kernel.end(one, { how: "signalled", signal: "SIGKILL" });
    }
  }

  /** The state that the next supervisor goes on with; null if it begins anew. */
  resumed(): ResumedTree | null {
    const saved = this.#saved();
    if (saved === null) return null;
    const { clock, host } = this.#machine;
    const plan = this.#plan;
    return resumeTree(saved, {
      host,
      plan,
      now: clock.now(),
      mayAdopt: (run, { parent }) => run.survives && treeAt(plan, parent!).onSupervisorDeath === "survive",
      endOf: (process) => this.#ends.get(keyOf(process)) ?? null,
      orphanage: { keepers: [host.processes.find(host.processes.ownPid)!] },
    });
  }

  /** The notes of a supervisor that are something to go on with; null if there are none. */
  #saved(): SavedTree | null {
    if (!outlivesSupervisor(this.#plan)) return null;
    const saved = readStateLog(this.#machine.host.files, stateLogOf(RUN_FOLDER));
    return saved?.state.nodes.get(ROOT)?.phase.at === "up" ? saved : null;
  }

  /** Keeps the pipes of a run open, so that nothing that is printed is lost. */
  #hold({ stdout, stderr }: NamedPipes): void {
    const { descriptors } = this.#machine.host;
    for (const path of [stdout, stderr]) {
      const descriptor = this.#pipes.has(path) ? null : descriptors.openNamedPipe(path);
      if (descriptor !== null) this.#pipes.set(path, descriptor);
    }
  }

  #release({ stdout, stderr }: NamedPipes): void {
    const { descriptors } = this.#machine.host;
    for (const path of [stdout, stderr]) {
      const descriptor = this.#pipes.get(path);
      this.#pipes.delete(path);
      if (descriptor !== undefined) descriptors.close(descriptor);
    }
  }
}
