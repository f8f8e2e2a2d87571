import { unixAddressBytes } from "./address_bytes.ts";
import { cString, type Libc, LINUX } from "./libc.ts";

/** The room of an address, with the zero at the end of a path. */
const PATH_BYTES = 108;

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
  const address = unixAddressBytes(path);
  const type = LINUX.SOCK_STREAM | LINUX.O_NONBLOCK | LINUX.O_CLOEXEC;
  const descriptor = call.socket(LINUX.AF_UNIX, type, 0) as number;
  if (descriptor < 0) return null;
  if (call.connect(descriptor, address, address.length) === 0) return descriptor;
  call.close(descriptor);
  return null;
}
