/** Number of a crash that is held, unique within a supervisor's life; later ones have higher numbers. */
export type CrashId = number;

/** A crash of an actor that is debugged: it stands still where it has failed, until somebody lets it go. */
export interface Crash {
  readonly id: CrashId;
  /** Path of the actor in which it happened: that of the run, or of one that it has started. */
  readonly actor: string;
  readonly pid: number;
  /** The function that has failed. */
  readonly name: string;
  /** The error with its stack, as text. */
  readonly report: string;
  /** Where the actor can be inspected. */
  readonly inspector: string;
}
