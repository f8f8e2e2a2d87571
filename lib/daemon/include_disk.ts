/** The disk as `include` looks at it. */
import type { FolderEntry, IncludeDisk, SourceFile } from "../config/include/disk.ts";
import { decodeText } from "../config/text/decode_text.ts";
import { FileError, type Files, type PathInfo } from "../host/ports/files.ts";
import type { Host } from "../host/ports/host.ts";

/** The things that are no file, and cannot be included. */
const NO_FILE: Readonly<Record<Exclude<PathInfo["kind"], "file">, string>> = {
  folder: "it is a folder",
  pipe: "it is a pipe, and a pipe can be read only once",
  socket: "it is a socket",
  device: "it is a device",
};

/** See the module. @param maxBytes How long a file may be. @param language What its files are written in. */
export function includeDisk({ files }: Host, maxBytes: number, language = "TOML"): IncludeDisk {
  return {
    exists: (path) => files.inspectFolder(path) !== null,
    list: (folder) => unlessRefused(() => entriesOf(files, folder)),
    read: (path) => unlessRefused(() => readSource(files, path, maxBytes, language)),
  };
}

function entriesOf(files: Files, folder: string): readonly FolderEntry[] {
  const names = files.readFolder(folder) ?? [];
  return names.map((name) => {
    const path = `${folder}/${name}`;
    const isFolder = files.inspect(path)?.kind === "folder";
    return { name, isFolder, isLink: files.inspectFolder(path)?.isLink === true };
  });
}

function readSource(files: Files, path: string, maxBytes: number, language: string): SourceFile {
  const kind = files.inspect(path)?.kind;
  if (kind === undefined) return { why: whyNothing(files, path) };
  if (kind !== "file") return { why: NO_FILE[kind] };
  const bytes = files.readBytes(path, maxBytes);
  const file = files.realPath(path);
  if (bytes === null || file === null) return { why: whyNothing(files, path) };
  return { file, ...decodeText(file, bytes, language) };
}

function whyNothing(files: Files, path: string): string {
  const hidden = files.whyHidden(path);
  if (hidden !== null) return hidden;
  return files.inspectFolder(path)?.isLink === true
    ? "it is a link that leads nowhere"
    : "there is no such file";
}

function unlessRefused<T>(look: () => T): T | { readonly why: string } {
  try {
    return look();
  } catch (error) {
    if (error instanceof FileError) return { why: error.message };
    throw error;
  }
}
