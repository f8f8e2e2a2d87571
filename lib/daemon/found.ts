/** Findings on the disk from the compilation of a file, so that the same plan, or one like it, can be made of it again. */
import { MOST_BYTES } from "../config/text/decode_text.ts";
import type { Host } from "../host/ports/host.ts";
import { includeDisk } from "./include_disk.ts";
import type { Wanted } from "./load_plan.ts";

/** Findings about files and folders, by the kind of the question and the path. */
export type Found = ReadonlyMap<string, unknown>;

/** Looks at what is not in `found` yet, and keeps it there. */
export function lookOnce(host: Host, found: Map<string, unknown>): Required<Pick<Wanted, "read" | "disk">> {
  const once = <T>(kind: string, look: (path: string) => T) => (path: string): T => {
    const key = `${kind} ${path}`;
    if (!found.has(key)) found.set(key, look(path));
    return found.get(key) as T;
  };
  const disk = includeDisk(host, MOST_BYTES);
  return {
    read: once("file", (path) => host.files.readBytes(path, MOST_BYTES)),
    disk: {
      exists: once("exists", disk.exists),
      list: once("list", disk.list),
      read: once("included", disk.read),
    },
  };
}
