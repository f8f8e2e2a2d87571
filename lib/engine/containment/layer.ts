/**
 * The layers of containment: they tell us of processes beside their descent. The strongest one that the machine has is
 * used, and the receipt says which.
 *
 * - `cgroup`: a control group for each run. A process is in the group of its run whatever its parent, its session and its
 *   environment are, and a group is killed at once, faster than it can fork.
 * - `subreaper`: a process that loses its parent comes to us. Its run is told by its session, its group and its mark.
 * - `group`: the sessions and process groups of the main processes alone; a process with a session of its own gets away.
 */
import type { Find, Look } from "../../host/look.ts";
import type { Controller, GroupCounts, GroupLimit, Lack } from "../../host/ports/control_groups.ts";
import type { ProcessId, ProcessRow, ReapedOrphan } from "../../host/ports/processes.ts";
import type { RunId } from "../../supervision/state.ts";

/** The layers, the strongest first. */
export const LAYER_NAMES = ["cgroup", "subreaper", "group"] as const;

/** See the module. */
export type LayerName = typeof LAYER_NAMES[number];

/** The names of the layers for people, and their blind spots. */
export const LAYER_LABELS: Readonly<
  Record<LayerName, { readonly label: string; readonly unseen: string | null }>
> = {
  cgroup: { label: "control groups", unseen: null },
  subreaper: {
    label: "adoption of orphans",
    unseen:
      "whose a process was that cleared its environment, made a session of its own and let go of its output",
  },
  group: { label: "sessions and process groups", unseen: "what made a session of its own" },
};

/** A run, as far as a layer knows it. */
export interface Housed {
  readonly run: RunId;
  readonly main: ProcessId;
  /** Those that were its main process before, and may live. */
  readonly formers: readonly ProcessId[];
}

/** A layer at work for one tree. */
export interface Layer {
  readonly name: LayerName;
  /** The control group of the whole tree; null if there is none. */
  readonly group: string | null;
  /** Makes a place for a run: the control group that its main process is to start in; null for none. @throws {GroupError} */
  place(run: RunId): string | null;
  /**
   * Sees to it that limits can be kept, as far as that can be done. To be called before anything is placed, and again when
   * another plan has limits of other kinds.
   *
   * @param company The processes of supervise beside this one.
   */
  prepare(controllers: readonly Controller[], company: readonly ProcessId[]): void;
  /** Why limits of a kind cannot be kept; null if they can. */
  lackOf(controller: Controller): Lack | null;
  /** Limits the place of a run. @throws {GroupError} */
  limit(run: RunId, limit: GroupLimit): void;
  /** The acts of the kernel on a run to keep limits. */
  countsOf(run: RunId): GroupCounts;
  /**
   * The living processes of a run that this layer knows of, its main process among them or not.
   *
   * @param look That of `find`; what has been listed in it for another run serves this one, too.
   */
  membersOf(run: Housed, find: Find, look: Look): readonly ProcessRow[];
  /** The run that a process is in; null if this layer cannot tell. */
  ownerOf(pid: number): RunId | null;
  /** The run that an orphan was in which has been reaped; null if this layer cannot tell. */
  ownerOfReaped(orphan: ReapedOrphan): RunId | null;
  /** All living processes of the tree that this layer knows of, without those that were left on purpose. */
  everyone(find: Find): readonly ProcessRow[];
  /** Whether a process is where things were left on purpose. */
  isLeft(pid: number): boolean;
  /**
   * Holds all processes of a run still, or of the whole tree, has `seen` told of each, and kills them with all that they
   * fork. Processes that were left on purpose are spared.
   *
   * @returns False if this layer cannot.
   */
  kill(run: Housed | null, seen: (row: ProcessRow) => void): boolean;
  /** Lets go of a run; what was left there on purpose is spared from now on. */
  release(run: RunId, leaves: boolean): void;
  /** Takes away what the layer has made, as far as it is empty. */
  close(): void;
}
