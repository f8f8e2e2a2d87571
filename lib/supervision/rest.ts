/** A process that was found alive a fair time after its SIGKILL. */
export interface Survived {
  readonly pid: number;
  /**
   * `stuck` in a wait of the kernel that no signal interrupts, `refused` because it is another user's, `new` because others
   * of the run start such processes faster than they are killed, `outlived` for no reason that is known.
   */
  readonly how: "stuck" | "refused" | "new" | "outlived";
}

/** The result of a look at a run after SIGKILL was sent to all of it. */
export type Rest =
  /** Nothing is alive, and nobody will tell how it ended. */
  | { readonly found: "nothing" }
  /** It was killed a moment ago, or it is dead and its end is about to be told. */
  | { readonly found: "ending" }
  /** At least one. */
  | { readonly found: "survivors"; readonly processes: readonly Survived[] }
  /** The look failed. @param isFinal Whether it has failed for so long that it is not repeated. */
  | { readonly found: "unknown"; readonly why: string; readonly isFinal: boolean };
