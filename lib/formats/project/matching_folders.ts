import { compileGlob } from "../../config/glob.ts";
import { normalizePath } from "../../base/posix_path.ts";
import type { ProjectFolder } from "./proposal.ts";

/** No workspace has its members deeper. */
const DEEPEST = 4;

/**
 * The folders that the globs of a workspace name, sorted.
 *
 * @param patterns One that begins with `!` takes out what it names.
 * @param manifest The file without which a folder is no member.
 */
export function matchingFolders(
  folder: ProjectFolder,
  patterns: readonly string[],
  manifest: string,
): readonly string[] {
  const isIn = patterns.filter((pattern) => !pattern.startsWith("!")).map(globOf);
  const isOut = patterns.filter((pattern) => pattern.startsWith("!")).map((pattern) =>
    globOf(pattern.slice(1))
  );
  const found: string[] = [];
  const visit = (path: string, depth: number) => {
    for (const name of folder.folders(path)) {
      const below = path === "" ? name : `${path}/${name}`;
      const isMember = isIn.some((matches) => matches(below)) && !isOut.some((matches) => matches(below));
      if (isMember && folder.has(`${below}/${manifest}`)) found.push(below);
      if (depth < DEEPEST) visit(below, depth + 1);
    }
  };
  if (isIn.length > 0) visit("", 1);
  return found.toSorted();
}

function globOf(pattern: string) {
  return compileGlob(normalizePath(pattern));
}
