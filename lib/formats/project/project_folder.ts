import type { IncludeDisk } from "../../config/include/disk.ts";
import type { ProjectFolder } from "./proposal.ts";

/** The folders of code that others have written, or that is made: no programs of the project itself are in these. */
const FOREIGN = new Set([
  "build",
  "coverage",
  "dist",
  "node_modules",
  "out",
  "target",
  "tmp",
  "vendor",
  "venv",
]);

/** A folder as the disk has it. @param path Absolute. */
export function projectFolder(disk: IncludeDisk, path: string): ProjectFolder {
  const pathOf = (name: string) => name === "" ? path : `${path}/${name}`;
  const list = (name: string) => {
    const entries = disk.list(pathOf(name));
    return "why" in entries ? [] : entries.toSorted((a, b) => a.name < b.name ? -1 : 1);
  };
  return {
    has: (name) => disk.exists(pathOf(name)),
    text: (name) => {
      if (!disk.exists(pathOf(name))) return null;
      const found = disk.read(pathOf(name));
      return "why" in found || found.problem !== null ? null : found.text;
    },
    whyUnread: (name) => {
      const found = disk.read(pathOf(name));
      return "why" in found ? found.why : found.problem?.message ?? null;
    },
    files: (name = "") => list(name).filter(({ isFolder }) => !isFolder).map(({ name }) => name),
    folders: (name = "") =>
      list(name).filter(({ isFolder, name }) => isFolder && !name.startsWith(".") && !FOREIGN.has(name))
        .map(({ name }) => name),
  };
}

/** A folder of a folder. */
export function folderIn(folder: ProjectFolder, name: string): ProjectFolder {
  const within = (other: string) => other === "" ? name : `${name}/${other}`;
  return {
    has: (other) => folder.has(within(other)),
    text: (other) => folder.text(within(other)),
    whyUnread: (other) => folder.whyUnread(within(other)),
    files: (other = "") => folder.files(within(other)),
    folders: (other = "") => folder.folders(within(other)),
  };
}
