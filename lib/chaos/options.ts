/** The options of a chaos: the tree, its limits, and those who are told. */
import type { Plan } from "../config/plan.ts";
import type { Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import type { Expectation } from "../simulation/expect/expectation.ts";
import type { Event } from "../sync/event.ts";
import type { Act } from "./act.ts";
import type { Holds } from "./holds.ts";
import type { BrokenPromise } from "./promise_watch.ts";
import type { Reach } from "./reach.ts";
import type { DoneAct } from "./report.ts";
import type { WatchedTree } from "./watched_tree.ts";

/** The bounds of a chaos. */
export interface ChaosLimits {
  /** How long acts are drawn; null for as many as there are to be. */
  readonly forMs: number | null;
  /** How many acts are drawn; null for as many as there is time for. */
  readonly acts: number | null;
  /** How many actors may be down at a time. */
  readonly maxDown: number;
  /** How long a tree may take until it is well again; null for as long as its file allows. */
  readonly withinMs: number | null;
}

/** Told of what happens while it happens. */
export interface ChaosTelling {
  onAct(act: Act, number: number, atMs: number): Promise<void>;
  onDone(done: DoneAct): Promise<void>;
  onBroken(broken: BrokenPromise): Promise<void>;
}

/** See the module. */
export interface ChaosOptions {
  readonly host: Host;
  readonly program: Pick<Program, "selfCommand" | "environment">;
  readonly plan: Plan;
  readonly watched: WatchedTree;
  readonly reach: Reach;
  readonly limits: ChaosLimits;
  readonly seed: number;
  readonly expectations: readonly Expectation[];
  /** The command line that does the same again. */
  readonly command: readonly string[];
  readonly holds: Holds;
  /** Set when somebody wants it to end. */
  readonly interrupted: Event;
  readonly telling: ChaosTelling;
}
