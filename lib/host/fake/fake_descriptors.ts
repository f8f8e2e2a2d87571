import { folderOf } from "../../base/posix_path.ts";
import type { Clock } from "../../scope/clock.ts";
import type { Descriptors } from "../ports/descriptors.ts";
import type { PipeSource } from "../ports/processes.ts";
import type { DescriptorTable } from "./descriptor_table.ts";
import type { Disk } from "./disk.ts";
import { type FakePipe, openFakePipe } from "./fake_pipe.ts";
import type { OpenFile } from "./open_file.ts";

/** The descriptors of our own process. No fake program inherits one that it was not handed. */
export function fakeDescriptors(table: DescriptorTable, disk: Disk, clock: Clock): Descriptors {
  const open = (path: string, how: (pipe: FakePipe) => OpenFile) => {
    const entry = disk.get(placeOf(disk, path));
    return entry?.kind === "pipe" ? table.add(how(entry.pipe)) : null;
  };
  return {
    openPipe() {
      const { reading, writing } = openFakePipe();
      return { read: table.add(reading), write: table.add(writing) };
    },
    sourceOf: (descriptor) => sourceOf(table.get(descriptor)!, clock, () => table.close(descriptor)),
    makeNamedPipe: (path) => void disk.makePipe(placeOf(disk, path)),
    openNamedPipe: (path) => open(path, (pipe) => pipe.openReading()),
    openUsersPipe: (path) => open(disk.resolve(path), (pipe) => pipe.openReading()),
    holdNamedPipe: (path) => open(path, (pipe) => pipe.openWriting(true)),
    isRead: (descriptor) => table.get(descriptor)?.isRead() ?? true,
    onUnread: (descriptor, callback) => table.get(descriptor)?.onUnread(callback) ?? (() => {}),
    tryWrite: (descriptor, text) => table.get(descriptor)?.write(new TextEncoder().encode(text)) ?? false,
    write: (descriptor, text) => table.get(descriptor)?.write(new TextEncoder().encode(text)) ?? false,
    close: (descriptor) => table.close(descriptor),
    keepToOurselves: () => {},
  };
}

/** Where a path leads whose last part, if it is a link, is not followed. */
function placeOf(disk: Disk, path: string): string {
  const folder = folderOf(path);
  try {
    return `${disk.resolve(folder)}${path.slice(folder.length)}`;
  } catch {
    return path;
  }
}

/** Reads an open file by the clock of a process; `release` lets go of it, at its end or when it is closed. */
export function sourceOf(file: OpenFile, clock: Clock, release: () => void): PipeSource {
  let isOpen = true;
  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    file.abort();
    release();
  };
  return {
    async read() {
      if (!isOpen) return null;
      const bytes = await file.read();
      if (bytes === null) close();
      return isOpen ? bytes : null;
    },
    whenReadable(callback) {
      if (isOpen) file.whenReadable(() => clock.turn(() => isOpen ? callback() : undefined));
    },
    readInto(into) {
      const length = isOpen ? file.readInto(into) : null;
      if (length === null) close();
      return length;
    },
    close,
  };
}
