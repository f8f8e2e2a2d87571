/** The control groups of a fake machine: which there are, and what its kernel can do with them. */
import type { Kernel } from "./kernel.ts";
import { type FakeProcess, TOP_GROUP } from "./fake_process.ts";

/** See the module. */
export class GroupTable {
  readonly #kernel: Kernel;
  readonly #groups = new Set<string>([TOP_GROUP]);
  readonly #frozen = new Set<string>();
  /** Why no group can be made; null if groups can. */
  lack: string | null = "control groups of version 2 are not mounted";
  /** Whether a whole group can be killed at once. */
  kills = true;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
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
    return true;
  }

  #isFrozen(group: string): boolean {
    return [...this.#frozen].some((one) => group === one || group.startsWith(`${one}/`));
  }
}
