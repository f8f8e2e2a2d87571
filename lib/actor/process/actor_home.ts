/** The process or thread that an actor lives in, as its parent sees it. */
import type { ExitStatus } from "../../host/ports/processes.ts";

/** See the module. */
export interface ActorHome {
  /** Resolves once it is over, or is left to itself because nothing ends it; never rejects. */
  readonly exited: Promise<ExitStatus>;
  /** Resolves once none of it runs any more. */
  readonly gone: Promise<void>;
  /** Whether it is over, even if `exited` has not said so yet. */
  hasEnded(): boolean;
  /** Asks it to end, where a cancel has not helped. */
  terminate(): void;
  /** Ends it, and all that it has started. */
  kill(): void;
  /** Waits until nothing is left of what it has started; what is there after `graceMs` is killed. */
  sweep(graceMs: number): Promise<void>;
}

/** How an actor finds its parent. */
export interface JoinInfo {
  readonly address: string;
  readonly token: string;
}

/** Makes a home, whose actor then connects. @throws {SpawnError} */
export type Launch = (join: JoinInfo) => ActorHome;
