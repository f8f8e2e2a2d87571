import { cString, type Libc, LINUX } from "./libc.ts";

/** What an address has room for, with the zero at the end of a path. */
const PATH_BYTES = 108;
const FAMILY_BYTES = 2;

/**
 * Connects to a Unix socket, at once; null if nobody listens there. A path that begins with a zero is a name in the kernel.
 *
 * @returns The descriptor, which does not block.
 */
export function connectUnix(libc: Libc, path: string): number | null {
  const bytes = new TextEncoder().encode(path);
  return bytes.length < PATH_BYTES ? connectTo(libc, bytes) : connectFromFolder(libc, path);
}

/** A path that is too long for an address is not when it begins at its folder. */
function connectFromFolder(libc: Libc, path: string): number | null {
  const cut = path.lastIndexOf("/");
  const folder = libc.call.open(cString(path.slice(0, cut)), LINUX.O_PATH | LINUX.O_CLOEXEC, 0) as number;
  if (folder < 0) return null;
  try {
    const bytes = new TextEncoder().encode(`/proc/self/fd/${folder}${path.slice(cut)}`);
    return bytes.length < PATH_BYTES ? connectTo(libc, bytes) : null;
  } finally {
    libc.call.close(folder);
  }
}

function connectTo({ call }: Libc, path: Uint8Array): number | null {
  // struct sockaddr_un. The length of a name is told by that of the address, the end of a path by its zero as well.
  const address = new Uint8Array(FAMILY_BYTES + path.length + (path[0] === 0 ? 0 : 1));
  new Uint16Array(address.buffer, 0, 1)[0] = LINUX.AF_UNIX;
  address.set(path, FAMILY_BYTES);
  const type = LINUX.SOCK_STREAM | LINUX.O_NONBLOCK | LINUX.O_CLOEXEC;
  const descriptor = call.socket(LINUX.AF_UNIX, type, 0) as number;
  if (descriptor < 0) return null;
  if (call.connect(descriptor, address, address.length) === 0) return descriptor;
  call.close(descriptor);
  return null;
}
