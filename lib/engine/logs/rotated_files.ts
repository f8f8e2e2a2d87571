/** Names of files that are rotated: `api.log.1` is what `api.log` was before, `api.log.2.gz` what it was before that, compressed. */
import type { Files, ReadFile } from "../../host/ports/files.ts";

/** How the name of a compressed file ends. */
export const COMPRESSED = ".gz";

/** A file that was rotated, and is there. */
export interface RotatedName {
  readonly name: string;
  readonly number: number;
  readonly isCompressed: boolean;
}

/** The rotated file of a number; null if there is none. Of two, one of which was made of the other, it is the compressed one. */
export function rotatedAt(files: Files, current: string, number: number): RotatedName | null {
  const plain = `${current}.${number}`;
  for (const name of [`${plain}${COMPRESSED}`, plain]) {
    if (files.exists(name)) return { name, number, isCompressed: name !== plain };
  }
  return null;
}

/** A file that is open for reading, and whether it has to be uncompressed. */
export interface OpenRotated {
  readonly file: ReadFile;
  readonly isCompressed: boolean;
}

/**
 * Opens a file that is rotated and those that it was before, the newest first. Once they are open a rotation changes nothing,
 * and one that happens meanwhile only shows a file a second time, under its next name: from the newest to the oldest none is
 * missed.
 */
export async function openRotated(files: Files, current: string): Promise<readonly OpenRotated[]> {
  const opened: OpenRotated[] = [];
  // Between two renames of a rotation one number is missing for a moment, or the current file is.
  for (let number = 0, missing = 0; missing < 2; number++) {
    const found = await openAt(files, current, number);
    missing = found === null ? missing + 1 : 0;
    if (found === null) continue;
    if (opened.some(({ file }) => file.identity === found.file.identity)) await found.file.close();
    else opened.push(found);
  }
  return opened;
}

async function openAt(files: Files, current: string, number: number): Promise<OpenRotated | null> {
  if (number === 0) {
    const file = await files.openRead(current);
    return file === null ? null : { file, isCompressed: false };
  }
  // The plain file goes when the compressed one is there: who looks for that last finds one of the two.
  for (const isCompressed of [true, false, true]) {
    const file = await files.openRead(`${current}.${number}${isCompressed ? COMPRESSED : ""}`);
    if (file !== null) return { file, isCompressed };
  }
  return null;
}

/**
 * Renames a file to be the first of the rotated ones, each of which takes the next number, and removes those behind `keep`.
 *
 * @param onMoved Told of each rotated file that has another number now; null if it was removed.
 * @throws {FileError} If a name cannot be changed; what was done until then does no harm, and it can be tried again.
 */
export function rotate(
  files: Files,
  current: string,
  keep: number,
  onMoved: (number: number, next: number | null) => void,
): void {
  // Only what is in the way moves on, so that an attempt which fails at its end can be repeated without harm.
  let gap = 1;
  while (gap < keep && rotatedAt(files, current, gap) !== null) gap += 1;
  for (let number = Math.max(1, keep); rotatedAt(files, current, number) !== null; number++) {
    if (number === keep && gap < keep) continue;
    removeAt(files, current, number);
    onMoved(number, null);
  }
  for (let number = gap - 1; number >= 1; number--) {
    for (const end of ["", COMPRESSED]) {
      const name = `${current}.${number}${end}`;
      if (files.exists(name)) files.rename(name, `${current}.${number + 1}${end}`);
    }
    onMoved(number, number + 1);
  }
  if (keep === 0) files.remove(current);
  else files.rename(current, `${current}.1`);
}

function removeAt(files: Files, current: string, number: number): void {
  for (const end of ["", COMPRESSED]) files.remove(`${current}.${number}${end}`);
}
