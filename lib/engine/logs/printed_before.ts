/** Looks in the log of an actor for what was printed when nobody waited for it. */
import { FileError, type Files } from "../../host/ports/files.ts";
import { readBatches } from "./log_reader.ts";

/** The line that is looked for. */
export interface PrintedQuery {
  /** Address of the actor. */
  readonly path: string;
  /** Since when, in microseconds since 1970. */
  readonly since: number;
  readonly isWanted: (text: string) => boolean;
  /** Whether anybody wants to know yet. */
  readonly isAwaited: () => boolean;
}

/**
 * Whether the log has a wanted line. Lines of a file without stamps do not tell when they were printed: there, and where the
 * log is kept nowhere or cannot be read, nothing is found.
 */
export async function wasPrinted(files: Files, folder: string, query: PrintedQuery): Promise<boolean> {
  const { path, since, isWanted, isAwaited } = query;
  try {
    for await (const batch of readBatches(files, folder, { paths: [path], after: since, upTo: Infinity })) {
      if (batch.some(({ stream, text }) => stream !== "supervise" && isWanted(text))) return true;
      if (!isAwaited()) return false;
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
  }
  return false;
}
