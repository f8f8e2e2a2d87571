/**
 * The files that an entry of `include` stands for. As in a shell, `?` is any character of a name and `*` any part of one;
 * `**` is any number of folders. A name that begins with a dot is found only by a pattern that begins with one, because
 * editors keep what they are about in such names.
 */
import { resolvePath } from "../../base/posix_path.ts";
import { compileGlob } from "../glob.ts";
import type { IncludePattern } from "../keys/include.ts";
import type { FolderEntry, IncludeDisk } from "./disk.ts";

/** A pattern that looks into more folders is a mistake, such as one that begins at the root of the disk. */
const MOST_FOLDERS = 10_000;

/** Paths in the order of their characters; or why they cannot be found, as a clause. */
export type FoundFiles = { readonly paths: readonly string[] } | { readonly why: string };

/** Why a search ended early. */
class NotFound extends Error {}

/** Whether a pattern, or a part of one, has wildcards. A pattern without names one file, which must be there. */
export function isWild(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

/** See the module. */
export function findFiles({ pattern, dir }: IncludePattern, disk: IncludeDisk): FoundFiles {
  if (!isWild(pattern)) return { paths: [resolvePath(dir, pattern)] };
  const search = new Search(disk);
  try {
    search.from(pattern.startsWith("/") ? "/" : dir, partsOf(pattern));
    return { paths: [...search.found].sort() };
  } catch (error) {
    if (error instanceof NotFound) return { why: error.message };
    throw error;
  }
}

/** A `**` at the end stands for all files below, and two in a row for one. */
function partsOf(pattern: string): readonly string[] {
  const parts = pattern.split("/").filter((part) => part !== "" && part !== ".");
  const single = parts.filter((part, index) => part !== "**" || parts[index - 1] !== "**");
  return single.at(-1) === "**" ? [...single, "*"] : single;
}

class Search {
  readonly #disk: IncludeDisk;
  #folders = 0;
  readonly found = new Set<string>();

  constructor(disk: IncludeDisk) {
    this.#disk = disk;
  }

  from(folder: string, [part, ...rest]: readonly string[]): void {
    if (part === undefined) return;
    if (part === "**") {
      this.from(folder, rest);
      // A link could lead back to a folder above it.
      const below = this.#list(folder).filter((entry) => entry.isFolder && !entry.isLink);
      for (const { name } of below) {
        if (!name.startsWith(".")) this.from(resolvePath(folder, name), [part, ...rest]);
      }
    } else if (isWild(part)) {
      const isMatch = compileGlob(part);
      for (const { name, isFolder } of this.#list(folder)) {
        if (name.startsWith(".") !== part.startsWith(".") || !isMatch(name)) continue;
        const path = resolvePath(folder, name);
        if (rest.length > 0 && isFolder) this.from(path, rest);
        if (rest.length === 0 && !isFolder) this.found.add(path);
      }
    } else {
      const path = resolvePath(folder, part);
      if (rest.length > 0) this.from(path, rest);
      else if (this.#disk.exists(path)) this.found.add(path);
    }
  }

  #list(folder: string): readonly FolderEntry[] {
    this.#folders += 1;
    if (this.#folders > MOST_FOLDERS) {
      throw new NotFound(`there are more than ${MOST_FOLDERS} folders to look into`);
    }
    const listed = this.#disk.list(folder);
    if ("why" in listed) throw new NotFound(`the folder "${folder}" cannot be read: ${listed.why}`);
    return listed;
  }
}
