/**
 * Hashes all files of a folder on all processors, as sha256sum would print them, with a bar on the terminal. Ctrl-C in the
 * middle kills the workers and says how far it came; nothing is left running.
 *
 * Run it with `bun examples/workers/hash_folder.ts FOLDER`.
 */
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import process from "node:process";
import { actorModule, Interrupted, map, type MapProgress, run } from "supervise";

const hasher = actorModule<typeof import("./hash_file.ts")>(new URL("./hash_file.ts", import.meta.url));
const BAR_WIDTH = 40;

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("Usage: hash_folder.ts FOLDER");
  process.exit(2);
}
process.exitCode = await hashFolder(folder);

async function hashFolder(folder: string): Promise<number> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  let done = 0;
  let bytes = 0;
  const onProgress = (progress: MapProgress) => {
    done = progress.done;
    drawBar(done, files.length);
  };
  try {
    await run(() =>
      map(hasher, "hashFile", files, async (hashes) => {
        for await (const hash of hashes) {
          bytes += hash.bytes;
          clearBar();
          console.log(`${hash.sha256}  ${relative(folder, hash.path)}`);
        }
      }, { onProgress })
    );
  } catch (error) {
    clearBar();
    if (!(error instanceof Interrupted)) throw error;
    console.error(`interrupted after ${done} of ${files.length} files`);
    return 130;
  }
  clearBar();
  console.error(`${files.length} files, ${bytes} bytes`);
  return 0;
}

function drawBar(done: number, total: number): void {
  if (!process.stderr.isTTY) return;
  const filled = Math.round(BAR_WIDTH * done / total);
  process.stderr.write(`\r[${"#".repeat(filled)}${" ".repeat(BAR_WIDTH - filled)}] ${done} of ${total}`);
}

function clearBar(): void {
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
}
