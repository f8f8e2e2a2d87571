import { folderOf } from "../../base/posix_path.ts";
import {
  type ControlGroups,
  type GroupCounts,
  GroupError,
  type GroupLimit,
  type GroupSupport,
  type Lack,
} from "../ports/control_groups.ts";
import { type FakeProcess, TOP_GROUP } from "./fake_process.ts";
import type { GroupTable } from "./group_table.ts";
import type { Kernel } from "./kernel.ts";

/** The control groups of a fake machine, as one of its processes sees them. */
export class FakeControlGroups implements ControlGroups {
  readonly #table: GroupTable;
  readonly #kernel: Kernel;
  readonly #self: FakeProcess;

  constructor(table: GroupTable, kernel: Kernel, self: FakeProcess) {
    this.#table = table;
    this.#kernel = kernel;
    this.#self = self;
  }

  support(): GroupSupport {
    const { lack, kills } = this.#table;
    return lack === null
      ? { isAvailable: true, home: this.#self.controlGroup, kills, startsInGroup: true }
      : { isAvailable: false, why: lack, hint: "ask for another machine" };
  }

  make(group: string): void {
    if (this.#table.lack !== null || !this.#table.has(folderOf(group))) {
      throw new GroupError(`Cannot make the control group ${group}: ENOENT`);
    }
    this.#table.add(group);
  }

  membersOf(group: string): readonly number[] {
    return this.#table.membersOf(group).map(({ pid }) => pid);
  }

  groupOf(pid: number): string | null {
    return this.#kernel.find(pid)?.controlGroup ?? null;
  }

  freeze(group: string, isFrozen: boolean): void {
    this.#table.freeze(group, isFrozen);
  }

  kill(group: string): boolean {
    if (!this.#table.kills || !this.#table.has(group)) return false;
    for (const process of this.#table.membersOf(group)) this.#kernel.signal(process, "SIGKILL", 0);
    return true;
  }

  remove(group: string): boolean {
    return this.#table.remove(group);
  }

  inside(group: string): readonly string[] {
    return this.#table.inside(group);
  }

  lackOf(controller: string): Lack | null {
    const { lack, controllers } = this.#table;
    if (lack === null && controllers.includes(controller)) return null;
    return {
      why: lack ?? "this machine has no such controller",
      hint: "ask for another machine",
    };
  }

  controllersOf(group: string): readonly string[] {
    return this.#table.controllersOf(group);
  }

  givenBy(group: string): readonly string[] {
    return this.#table.givenBy(group);
  }

  give(group: string, controllers: readonly string[]): void {
    this.#table.give(group, controllers);
  }

  takeBack(group: string, controllers: readonly string[]): void {
    this.#table.takeBack(group, controllers);
  }

  isTop(group: string): boolean {
    return group === TOP_GROUP;
  }

  isManaged(group: string): boolean {
    return this.#table.managed.has(group);
  }

  residentsOf(group: string): readonly number[] {
    return this.#table.residentsOf(group).map(({ pid }) => pid);
  }

  move(pid: number, group: string): void {
    this.#table.move(this.#kernel.find(pid), group);
  }

  limit(group: string, limit: GroupLimit): void {
    this.#table.limit(group, limit.on, amountOf(limit));
  }

  countsOf(group: string): GroupCounts {
    return this.#table.countsOf(group);
  }
}

function amountOf(limit: GroupLimit): number {
  return limit.on === "memory" ? limit.bytes : limit.on === "cpu" ? limit.percent : limit.count;
}
