/**
 * Files in which the kernel tells of processes and of their groups. A file that cannot be read is not there, as that of a process that has
 * just ended. But nothing is taken for gone that could not be looked at for want of a descriptor: some are held back for
 * that, and if there is none even then, it is an error.
 */
import { nodeFs } from "../shared/lazy_node.ts";

/** How many descriptors are held back: a process may be held on to while it is looked up. */
const SPARES = 3;

const spares: number[] = [];

/** The text of a file; null if there is no such file. */
export function tryRead(path: string): string | null {
  return unlessMissing(() => nodeFs().readFileSync(path, "utf8"), null);
}

/** Where a link leads; null if there is no such link. */
export function tryReadLink(path: string): string | null {
  return unlessMissing(() => nodeFs().readlinkSync(path), null);
}

/** The names in a folder; none if there is no such folder. */
export function tryList(folder: string): readonly string[] {
  return unlessMissing(() => nodeFs().readdirSync(folder), []);
}

/** The names of the folders in a folder; none if there is no such folder. */
export function tryListFolders(folder: string): readonly string[] {
  const entries = unlessMissing(() => nodeFs().readdirSync(folder, { withFileTypes: true }), []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Does something that opens a descriptor. An error for want of one has the system's code. */
export function withDescriptor<T>(act: () => T): T {
  if (spares.length < SPARES) refill();
  try {
    return act();
  } catch (error) {
    const spare = isWant(error) ? spares.pop() : undefined;
    if (spare === undefined) throw error;
    nodeFs().closeSync(spare);
    return act();
  }
}

function unlessMissing<T>(read: () => T, otherwise: T): T {
  try {
    return withDescriptor(read);
  } catch (error) {
    if (isWant(error)) throw error;
    return otherwise;
  }
}

function isWant(error: unknown): boolean {
  const { code } = error as { readonly code?: string };
  return code === "EMFILE" || code === "ENFILE";
}

function refill(): void {
  try {
    while (spares.length < SPARES) spares.push(nodeFs().openSync("/dev/null", "r"));
  } catch {
    // There will be another time.
  }
}
