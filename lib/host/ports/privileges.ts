import type { ResourceLimits } from "../../base/resource_limits.ts";
import type { Signal } from "../../base/signals.ts";

/** Who a process is for the kernel. */
export interface Account {
  /** Null: the user stays who it is. */
  readonly uid: number | null;
  readonly gid: number;
  /** All of its groups; no other is kept. */
  readonly groups: readonly number[];
  /** How it was asked for, for messages: `user "postgres"`. */
  readonly label: string;
}

/** What is to be changed about a process before its program starts; null leaves it as it is. */
export interface Privileges {
  readonly account: Account | null;
  readonly umask: number | null;
  /** Its priority, from -20 for the highest to 19. */
  readonly nice: number | null;
  readonly limits: ResourceLimits;
  /** Whether no program that it starts may gain privileges. */
  readonly noNewPrivs: boolean;
  readonly oomScoreAdj: number | null;
  /** What the kernel sends it when we die. */
  readonly deathSignal: Signal | null;
}
