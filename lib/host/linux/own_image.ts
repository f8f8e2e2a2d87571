import { statSync } from "node:fs";

/** The program of a process, which is there for as long as the process lives, even if its file is replaced. */
const OWN_IMAGE = "/proc/self/exe";

/** The kernel adds this to the path of a file that was removed. */
const DELETED = " (deleted)";

/**
 * Whether this very program is meant by a path at which another file is by now, or none: it was removed or replaced while
 * this process runs.
 */
export function isLostSelf(path: string): boolean {
  // A process that was itself started from the image of a file that was renamed knows the name which that has by now, and the one
  // that it was called by, under which its own configuration knows it.
  const { argv0, execPath } = process;
  const isCalled = path === argv0 && path.startsWith("/");
  if (path !== execPath && `${path}${DELETED}` !== execPath && !isCalled) return false;
  const image = statSync(OWN_IMAGE, { throwIfNoEntry: false });
  if (image === undefined) return false;
  const file = statSync(path, { throwIfNoEntry: false });
  return file === undefined || file.ino !== image.ino || file.dev !== image.dev;
}

/** Where a child of this process finds this very program. In the child `/proc/self` is the child. */
export function ownImageForChild(): string {
  return `/proc/${process.pid}/exe`;
}

/** Where this process finds its own program, as whatever user it has become. */
export function ownImage(): string {
  return OWN_IMAGE;
}
