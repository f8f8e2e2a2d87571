/** The kernel of a fake machine, as far as it keeps the limits of control groups and counts its acts. */
import { folderOf } from "../../base/posix_path.ts";
import type { Controller, GroupCounts } from "../ports/control_groups.ts";
import { type FakeProcess, TOP_GROUP } from "./fake_process.ts";
import type { Kernel } from "./kernel.ts";

/** Nothing has been counted. */
const ZEROS: GroupCounts = { oomKills: 0, memoryReached: 0, forksRefused: 0 };

/** See the module. Processor time is not counted on such a machine. */
export class FakeGroupLimits {
  readonly #kernel: Kernel;
  readonly #membersOf: (group: string) => readonly FakeProcess[];
  readonly #limits = new Map<string, Map<Controller, number>>();
  readonly #counts = new Map<string, GroupCounts>();
  readonly #memory = new WeakMap<FakeProcess, number>();

  constructor(kernel: Kernel, membersOf: (group: string) => readonly FakeProcess[]) {
    this.#kernel = kernel;
    this.#membersOf = membersOf;
  }

  set(group: string, on: Controller, amount: number): void {
    const limits = this.#limits.get(group) ?? new Map<Controller, number>();
    this.#limits.set(group, limits.set(on, amount));
  }

  get(group: string, on: Controller): number | undefined {
    return this.#limits.get(group)?.get(on);
  }

  forget(group: string): void {
    this.#limits.delete(group);
    this.#counts.delete(group);
  }

  countsOf(group: string): GroupCounts {
    return this.#counts.get(group) ?? ZEROS;
  }

  admitsChildOf({ controlGroup }: FakeProcess): boolean {
    const isFull = around(controlGroup).some((group) =>
      this.#membersOf(group).length + 1 > (this.get(group, "pids") ?? Infinity)
    );
    if (isFull) this.#count(controlGroup, "forksRefused");
    return !isFull;
  }

  charge(process: FakeProcess, bytes: number): void {
    this.#memory.set(process, this.#memoryOf(process) + bytes);
    for (const group of around(process.controlGroup)) {
      const limit = this.get(group, "memory") ?? Infinity;
      while (this.#memoryIn(group) > limit) {
        this.#count(group, "memoryReached");
        this.#killLargest(group);
      }
    }
  }

  #killLargest(group: string): void {
    const [largest] = [...this.#membersOf(group)].sort((a, b) => this.#memoryOf(b) - this.#memoryOf(a));
    this.#count(largest!.controlGroup, "oomKills");
    this.#kernel.end(largest!, { how: "signalled", signal: "SIGKILL" });
  }

  #memoryOf(process: FakeProcess): number {
    return this.#memory.get(process) ?? 0;
  }

  #memoryIn(group: string): number {
    return this.#membersOf(group).reduce((sum, process) => sum + this.#memoryOf(process), 0);
  }

  /** An act in a group is counted in those around it, too. */
  #count(group: string, what: keyof GroupCounts): void {
    for (const one of around(group)) {
      const counts = this.countsOf(one);
      this.#counts.set(one, { ...counts, [what]: counts[what] + 1 });
    }
  }
}

/** A group and those around it, but for the topmost one. */
function around(group: string): readonly string[] {
  return group === TOP_GROUP || group === "/" ? [] : [group, ...around(folderOf(group))];
}
