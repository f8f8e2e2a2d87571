/** A process of a simulation, as data. PURE. */
import type { Instant } from "../base/instant.ts";
import type { Timer } from "../base/timer_queue.ts";
import type { ActorSpec, NodeId } from "../config/plan.ts";
import type { ActorError } from "../supervision/actor_error.ts";
import type { Exit } from "../supervision/exit.ts";
import type { RunId } from "../supervision/state.ts";
import type { Behaviour } from "./behaviour.ts";

/** See the module. */
export interface Puppet {
  readonly node: NodeId;
  readonly run: RunId;
  readonly pid: number;
  readonly spec: ActorSpec;
  readonly behaviour: Behaviour;
  readonly since: Instant;
  readonly survives: boolean;
  readonly port: number | null;
  /** The port of another actor that its checks of health ask; null for none. */
  readonly asks: number | null;
  /** How it has ended; null while it lives. */
  exit: Exit | null;
  /** When it has; `NEVER` while it lives. */
  endedAt: Instant;
  error: ActorError | null;
  /** Whether a supervisor was told of its end. */
  isToldOf: boolean;
  isStopping: boolean;
  /** Whether nothing is left of it once it has ended. */
  isToClear: boolean;
  /** How many of the changes of its health that were recorded have come. */
  healthChanges: number;
  /** The things to come of it as long as it lives. */
  readonly timers: Set<Timer>;
}
