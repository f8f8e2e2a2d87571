/**
 * Has the kernel keep limits in the group of a tree. Controllers come down from group to group: the one in which the tree
 * was started (its home) gives them to the tree's, and that one to those of the runs. A group that is not the topmost one of
 * the machine gives nothing while a process is right in it, so supervise itself makes room: its processes go to a group of
 * their own beside the tree's, and come back in the end.
 *
 *     HOME                       gives controllers, and has nobody in it
 *       supervise.INSTANCE       gives controllers; killed as a whole
 *         run.1                  limited
 *       supervise.INSTANCE.own   client, guardian, supervisor and its helpers
 *
 * Invariants:
 * 1. Nobody is moved but the processes of supervise itself: where others are in the home there are no limits.
 * 2. Nothing that is taken back had been given by another: where a place of our own was needed, nothing was given before.
 */
import { folderOf } from "../../base/posix_path.ts";
import {
  type ControlGroups,
  type Controller,
  GroupError,
  type Lack,
} from "../../host/ports/control_groups.ts";
import { isAlive, isDead } from "../../host/alive.ts";
import type { Host } from "../../host/ports/host.ts";
import type { Processes, ProcessId } from "../../host/ports/processes.ts";
import { DELEGATION_HINT, limitLack, roomLack } from "./limit_lacks.ts";

/** See the module. */
export class LimitedHome {
  readonly #groups: ControlGroups;
  readonly #processes: Processes;
  readonly #tree: string;
  readonly #home: string;
  readonly #own: string;
  readonly #lacks = new Map<Controller, Lack>();
  readonly #given = new Set<Controller>();

  /** @param tree The group of the tree, which need not be there yet. */
  constructor({ groups, processes }: Pick<Host, "groups" | "processes">, tree: string) {
    this.#groups = groups;
    this.#processes = processes;
    this.#tree = tree;
    this.#home = folderOf(tree);
    this.#own = `${tree}.own`;
  }

  /**
   * Gives controllers to the groups of the runs, as far as that can be done. To be called before there are any, and again
   * for what another plan needs beside.
   *
   * @param company The processes of supervise beside this one.
   */
  prepare(controllers: readonly Controller[], company: readonly ProcessId[]): void {
    const asked = controllers.filter((controller) =>
      !this.#given.has(controller) && !this.#lacks.has(controller)
    );
    for (const controller of asked) {
      const lack = limitLack(this.#groups, this.#home, controller);
      if (lack !== null) this.#lacks.set(controller, lack);
    }
    const usable = asked.filter((controller) => !this.#lacks.has(controller));
    if (usable.length === 0) return;
    try {
      this.#give(usable, company);
      for (const controller of usable) this.#given.add(controller);
    } catch (error) {
      if (!(error instanceof GroupError)) throw error;
      const lack = { why: error.message, hint: DELEGATION_HINT };
      for (const controller of usable) this.#lacks.set(controller, lack);
      // Runs of an earlier plan may rely on what was given before.
      if (this.#given.size > 0) return;
      this.#groups.remove(this.#tree);
      this.close();
    }
  }

  /** Why limits of a kind are not kept; null if they are. */
  lackOf(controller: Controller): Lack | null {
    return this.#lacks.get(controller) ?? null;
  }

  /** Takes back what was given, and brings the processes of supervise home, unless somebody else relies on it. */
  close(): void {
    const inside = this.#groups.inside(this.#home);
    const isOnlyOurs = inside.length === 1 && inside[0] === this.#own;
    if (!isOnlyOurs || this.#groups.inside(this.#own).length > 0) return;
    unlessRefused(() => {
      const given = this.#groups.givenBy(this.#home);
      if (given.length > 0) this.#groups.takeBack(this.#home, given);
    });
    for (const pid of this.#groups.residentsOf(this.#own)) {
      unlessRefused(() => this.#groups.move(pid, this.#home));
    }
    this.#groups.remove(this.#own);
  }

  #give(controllers: readonly Controller[], company: readonly ProcessId[]): void {
    const given = this.#groups.givenBy(this.#home);
    const missing = controllers.filter((controller) => !given.includes(controller));
    if (missing.length > 0) {
      if (!this.#groups.isTop(this.#home)) this.#makeRoom(company);
      this.#groups.give(this.#home, missing);
    }
    this.#groups.make(this.#tree);
    this.#groups.give(this.#tree, controllers);
  }

  #makeRoom(company: readonly ProcessId[]): void {
    const { ownPid } = this.#processes;
    const living = company.filter((one) => isAlive(this.#processes, one));
    // A process that we have started before any actor is of supervise, too, such as another guardian.
    const ours = new Set([ownPid, ...this.#processes.childrenOf(ownPid), ...living.map(({ pid }) => pid)]);
    const lack = roomLack({ groups: this.#groups, processes: this.#processes }, this.#home, ours);
    if (lack !== null) throw new GroupError(lack.why);
    this.#groups.make(this.#own);
    for (const pid of this.#groups.residentsOf(this.#home)) this.#moveOut(pid);
  }

  #moveOut(pid: number): void {
    try {
      this.#groups.move(pid, this.#own);
    } catch (error) {
      // A process that has ended meanwhile does not hinder the group.
      const row = this.#processes.find(pid);
      if (row !== null && !isDead(row)) throw error;
    }
  }
}

function unlessRefused(body: () => void): void {
  try {
    body();
  } catch (error) {
    if (!(error instanceof GroupError)) throw error;
  }
}
