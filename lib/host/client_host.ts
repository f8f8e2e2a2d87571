/** The host of a client that asks a supervisor: it is opened in a part of the time that the whole host takes. */
import { digest as bunDigest } from "./bun/digest.ts";
import { digest as denoDigest } from "./deno/digest.ts";
import { holdFolder } from "./linux/held_folder.ts";
import { LINUX } from "./linux/libc.ts";
import { linuxLocks } from "./linux/locks.ts";
import { readCommand, readPids, readRow } from "./linux/proc.ts";
import { isUnmapped } from "./linux/user_ids.ts";
import { openLibc } from "./load_libc.ts";
import type { ClientHost } from "./ports/host.ts";
import { NodeFiles } from "./shared/node_files.ts";
import { isDeno } from "./shared/runtime.ts";
import { SystemClock } from "./shared/system_clock.ts";
import { requireSupport } from "./supported.ts";
import { openSystemSockets } from "./system_sockets.ts";

/**
 * Opens it.
 *
 * @throws {UserError} What the whole host throws.
 */
export async function openClientHost(): Promise<ClientHost> {
  requireSupport();
  const libc = await openLibc();
  const pageBytes = Number(libc.call.sysconf(LINUX.SC_PAGESIZE));
  return {
    clock: new SystemClock(),
    wallClock: () => Date.now(),
    processes: {
      ownPid: process.pid,
      find: (pid) => readRow(pid, pageBytes),
      pids: readPids,
      commandOf: readCommand,
    },
    sockets: await openSystemSockets(),
    files: new NodeFiles(),
    folders: { hold: (name) => holdFolder(libc, name), knowsUser: (uid) => !isUnmapped(uid) },
    locks: linuxLocks(libc),
    digest: isDeno ? denoDigest : bunDigest,
  };
}
