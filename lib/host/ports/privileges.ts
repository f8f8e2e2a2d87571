import type { ResourceLimits } from "../../base/resource_limits.ts";
import type { Signal } from "../../base/signals.ts";

/** The identity of a process for the kernel. */
export interface UserAccount {
  /** Null: the user stays who it is. */
  readonly uid: number | null;
  readonly gid: number;
  /** All of its groups; no other is kept. */
  readonly groups: readonly number[];
  /** How it was asked for, for messages: `user "postgres"`. */
  readonly label: string;
}

/** Changes to a process before its program starts; null leaves a property as it is. */
export interface Privileges {
  readonly account: UserAccount | null;
  readonly umask: number | null;
  /** Its priority, from -20 for the highest to 19. */
  readonly nice: number | null;
  readonly limits: ResourceLimits;
  /** Whether no program that it starts may gain privileges. */
  readonly noNewPrivs: boolean;
  readonly oomScoreAdj: number | null;
  /** The signal that the kernel sends it when we die. */
  readonly deathSignal: Signal | null;
}
