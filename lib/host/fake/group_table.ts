/** The control groups of a fake machine: which there are, and what its kernel can do with them. */
import { folderOf } from "../../base/posix_path.ts";
import { type GroupCounts, GroupError } from "../ports/control_groups.ts";
import type { Kernel } from "./kernel.ts";
import { type FakeProcess, TOP_GROUP } from "./fake_process.ts";
import { FakeGroupLimits } from "./group_limits.ts";

/** See the module. */
export class GroupTable {
  readonly #kernel: Kernel;
  readonly #groups = new Set<string>([TOP_GROUP]);
  readonly #frozen = new Set<string>();
  /** The controllers that each group gives to those inside. */
  readonly #given = new Map<string, Set<string>>();
  readonly #limits: FakeGroupLimits;
  /** Why no group can be made; null if groups can. */
  lack: string | null = "control groups of version 2 are not mounted";
  /** Whether a whole group can be killed at once. */
  kills = true;
  /** The controllers that the topmost group has. */
  controllers: readonly string[] = [];
  /** The groups in which the machine's own manager arranges everything. */
  readonly managed = new Set<string>();
  /** Why no group gives them on; null if groups do. */
  givingFault: string | null = null;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#limits = new FakeGroupLimits(kernel, (group) => this.membersOf(group));
    kernel.onCreate = (process) => {
      if (this.#isFrozen(process.controlGroup)) process.loop.hold();
    };
  }

  has(group: string): boolean {
    return this.#groups.has(group);
  }

  add(group: string): void {
    this.#groups.add(group);
  }

  /** The groups that there are beside the topmost one. */
  all(): readonly string[] {
    return [...this.#groups].filter((group) => group !== TOP_GROUP);
  }

  inside(group: string): readonly string[] {
    const prefix = `${group}/`;
    return this.all().filter((one) => one.startsWith(prefix) && !one.slice(prefix.length).includes("/"));
  }

  /** The living processes of a group and of those inside. */
  membersOf(group: string): readonly FakeProcess[] {
    return this.#kernel.all().filter(({ isAlive, controlGroup }) =>
      isAlive && (controlGroup === group || controlGroup.startsWith(`${group}/`))
    );
  }

  freeze(group: string, isFrozen: boolean): void {
    if (!this.has(group) || this.#frozen.has(group) === isFrozen) return;
    if (isFrozen) this.#frozen.add(group);
    else this.#frozen.delete(group);
    for (const process of this.membersOf(group)) process.loop[isFrozen ? "hold" : "release"]();
  }

  remove(group: string): boolean {
    for (const one of this.inside(group)) this.remove(one);
    if (this.membersOf(group).length > 0) return false;
    this.#groups.delete(group);
    this.#frozen.delete(group);
    this.#given.delete(group);
    this.#limits.forget(group);
    return true;
  }

  controllersOf(group: string): readonly string[] {
    if (!this.has(group)) return [];
    return group === TOP_GROUP ? this.controllers : this.givenBy(folderOf(group));
  }

  givenBy(group: string): readonly string[] {
    return [...this.#given.get(group) ?? []];
  }

  /** @throws {GroupError} */
  give(group: string, controllers: readonly string[]): void {
    const has = this.controllersOf(group);
    if (!controllers.every((name) => has.includes(name))) throw new GroupError(`${group}: ENOENT`);
    if (this.givingFault !== null) throw new GroupError(`${group}: ${this.givingFault}`);
    if (group !== TOP_GROUP && this.residentsOf(group).length > 0) throw new GroupError(`${group}: EBUSY`);
    this.#given.set(group, new Set([...this.givenBy(group), ...controllers]));
  }

  /** @throws {GroupError} */
  takeBack(group: string, controllers: readonly string[]): void {
    const isUsed = this.inside(group).some((one) =>
      this.givenBy(one).some((name) => controllers.includes(name))
    );
    if (isUsed) throw new GroupError(`${group}: EBUSY`);
    this.#given.set(group, new Set(this.givenBy(group).filter((name) => !controllers.includes(name))));
  }

  /** The living processes right in a group. */
  residentsOf(group: string): readonly FakeProcess[] {
    return this.#kernel.all().filter(({ isAlive, controlGroup }) => isAlive && controlGroup === group);
  }

  /** Whether a process may be right in a group: that of nobody who gives anything on. */
  hasRoom(group: string): boolean {
    return this.has(group) && (group === TOP_GROUP || this.givenBy(group).length === 0);
  }

  /** @throws {GroupError} */
  move(process: FakeProcess | undefined, group: string): void {
    if (process?.isAlive !== true) throw new GroupError(`${group}: ESRCH`);
    if (!this.hasRoom(group)) throw new GroupError(`${group}: ${this.has(group) ? "EBUSY" : "ENOENT"}`);
    process.controlGroup = group;
  }

  /** The limits that hold in a group which has the controller. @throws {GroupError} */
  limit(group: string, on: "memory" | "cpu" | "pids", amount: number): void {
    if (group === TOP_GROUP || !this.controllersOf(group).includes(on)) {
      throw new GroupError(`${group}/${on}.max: ENOENT`);
    }
    this.#limits.set(group, on, amount);
  }

  /** The limit of a group; undefined if it has none. */
  limitOf(group: string, on: "memory" | "cpu" | "pids"): number | undefined {
    return this.#limits.get(group, on);
  }

  countsOf(group: string): GroupCounts {
    return this.#limits.countsOf(group);
  }

  /** Whether there is room for one more process in the group of its parent; counts a refusal. */
  admitsChildOf(parent: FakeProcess): boolean {
    return this.#limits.admitsChildOf(parent);
  }

  /** A process has got memory; of a group that has too much the largest process is killed. */
  charge(process: FakeProcess, bytes: number): void {
    this.#limits.charge(process, bytes);
  }

  #isFrozen(group: string): boolean {
    return [...this.#frozen].some((one) => group === one || group.startsWith(`${one}/`));
  }
}
