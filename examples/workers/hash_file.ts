/** What a worker of `hash_folder.ts` does: it reads a file and hashes it, all in one go. */
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";

const BLOCK_BYTES = 1_024 * 1_024;

/** One file. */
export interface FileHash {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export function hashFile(path: string): FileHash {
  const hash = createHash("sha256");
  const block = new Uint8Array(BLOCK_BYTES);
  const file = openSync(path, "r");
  let bytes = 0;
  try {
    for (let length = readSync(file, block); length > 0; length = readSync(file, block)) {
      hash.update(block.subarray(0, length));
      bytes += length;
    }
  } finally {
    closeSync(file);
  }
  return { path, bytes, sha256: hash.digest("hex") };
}
