import type { Files } from "../host/ports/files.ts";

/** A file that is rotated by size, and those that it was before, the oldest first. */
export function rotatedFilesOf(files: Files, current: string): readonly string[] {
  const rotated: string[] = [];
  for (let number = 1; files.exists(`${current}.${number}`); number++) {
    rotated.unshift(`${current}.${number}`);
  }
  return [...rotated, current];
}
