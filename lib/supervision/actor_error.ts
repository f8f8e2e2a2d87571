/** An error with which the code of an actor has ended, as it told us before its process did. */
export interface ActorError {
  /** Name of its class. */
  readonly type: string;
  readonly message: string;
  /** Where it was raised; null if that is not known. */
  readonly stack: string | null;
  /** Paths of the actors that it came through, the one that raised it first. */
  readonly path: readonly string[];
  readonly cause: ActorError | null;
  /** The parts of a group; null if it is none. */
  readonly errors: readonly ActorError[] | null;
}
