/** What a release is tried with. */
export interface TrialContext {
  readonly root: string;
  /** The folder with the files of the release. */
  readonly release: string;
  /** The folder with what they were made of. */
  readonly parts: string;
  readonly version: string;
  /** A folder of the trial's own, which is empty at first and removed at the end. */
  readonly folder: string;
}

/** A way to try a release. */
export interface Trial {
  readonly name: string;
  /** Whether it takes the files for the machine that runs it, which `--only` may leave out. */
  readonly isOfThisMachine: boolean;
  /** @returns What was seen, a line each. @throws {Untried} @throws {Error} If it does not do what it should. */
  readonly tries: (context: TrialContext) => Promise<readonly string[]>;
}

/** Thrown where something that a trial needs is not on this machine. */
export class Untried extends Error {}
