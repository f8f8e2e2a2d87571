/** The real host: this machine, on the runtime that runs us. */
import { compileSoon } from "./bun/compile_soon.ts";
import { digest as bunDigest } from "./bun/digest.ts";
import { onLateSignal as bunLateSignal } from "./bun/late_signal.ts";
import * as bunReadiness from "./bun/readiness.ts";
import { workers as bunWorkers } from "./bun/workers.ts";
import { digest as denoDigest } from "./deno/digest.ts";
import { onLateSignal as denoLateSignal } from "./deno/late_signal.ts";
import * as denoReadiness from "./deno/readiness.ts";
import { tlsFlow as denoTlsFlow } from "./deno/tls_flow.ts";
import { workers as denoWorkers } from "./deno/workers.ts";
import { LinuxConnections } from "./linux/connections.ts";
import { LinuxControlGroups } from "./linux/control_groups.ts";
import { isMarked } from "./linux/delegation.ts";
import { linuxDescriptors, setNonBlocking } from "./linux/descriptors.ts";
import { DirectStart } from "./linux/direct_start/direct_start.ts";
import { linuxNotices } from "./linux/notices.ts";
import { linuxWatching } from "./linux/file_watcher.ts";
import { linuxFolders } from "./linux/folders.ts";
import { startsInGroup } from "./linux/group_placement.ts";
import { LinuxListening } from "./linux/listening.ts";
import { linuxLocks } from "./linux/locks.ts";
import { letGoOfOwnCode } from "./linux/own_code.ts";
import { LinuxPipeSource } from "./linux/pipe_source.ts";
import { readBootId, readUptimeMs } from "./linux/proc.ts";
import { LinuxProcesses } from "./linux/processes.ts";
import { ReadySet } from "./linux/ready_set.ts";
import { linuxFacts } from "./linux/system_facts.ts";
import { openLibc } from "./load_libc.ts";
import type { Host } from "./ports/host.ts";
import { onChildDeath } from "./shared/child_deaths.ts";
import { EXEC_VERB } from "./shared/exec_verb.ts";
import { nodeNetwork } from "./shared/node_network.ts";
import { NodeFiles } from "./shared/node_files.ts";
import { NodeTcp } from "./shared/node_tcp.ts";
import { OWN_ENTRY } from "./shared/own_entry.ts";
import { randomSeed } from "./shared/random_seed.ts";
import { isDeno } from "./shared/runtime.ts";
import { RuntimeThreads } from "./shared/runtime_threads.ts";
import { selfCommandOf } from "./shared/self_command.ts";
import { socketFlow } from "./shared/socket_source.ts";
import { SystemClock } from "./shared/system_clock.ts";
import { onNextTurn } from "./shared/turn.ts";
import { requireSupport } from "./supported.ts";
import { openSystemSockets } from "./system_sockets.ts";

/** How the host is opened. */
export interface SystemHostOptions {
  /**
   * The soft limit of open files for what is started.
   *
   * @default The present one.
   */
  readonly openFilesLimit?: number | null;
  /**
   * The URL of the module that runs in threads.
   *
   * @default This very program.
   */
  readonly threadEntry?: string;
}

/**
 * Opens the real host.
 *
 * @throws {UserError} `host/not-supported` on a system that is not supported yet, `host/no-proc` where processes cannot be
 * looked up.
 */
export async function openSystemHost(options: SystemHostOptions = {}): Promise<Host> {
  requireSupport();
  const libc = await openLibc();
  const onReadable = (isDeno ? denoReadiness : bunReadiness).onReadableBy(libc);
  const readySet = new ReadySet({ libc, onReadable, onNextTurn, now: () => performance.now() });
  const openSource = (descriptor: number) => {
    setNonBlocking(libc, descriptor);
    return new LinuxPipeSource(libc, readySet, descriptor);
  };
  const bootId = readBootId();
  const direct = new DirectStart(libc);
  const groups = new LinuxControlGroups({
    startsInGroup: (group) => startsInGroup(libc, direct, group),
    isMarked: (group) => isMarked(libc, group),
  });
  return {
    clock: new SystemClock(),
    wallClock: () => Date.now(),
    boot: () => ({ id: bootId, uptimeMs: readUptimeMs() }),
    processors: navigator.hardwareConcurrency,
    processes: new LinuxProcesses({
      libc,
      direct,
      openSource,
      readySet,
      onChildDeath,
      onNextTurn,
      onLater: (callback, ms) => void setTimeout(callback, ms).unref(),
      onLateSignal: isDeno ? denoLateSignal : bunLateSignal,
      openFilesLimit: options.openFilesLimit ?? null,
      shimCommand: [...selfCommandOf(), EXEC_VERB],
      groupOf: (pid) => groups.groupOf(pid),
      onManyStarts: compileSoon,
    }),
    groups,
    sockets: await openSystemSockets(),
    tcp: new NodeTcp(isDeno ? denoTlsFlow : socketFlow),
    threads: new RuntimeThreads(isDeno ? denoWorkers : bunWorkers, options.threadEntry ?? OWN_ENTRY),
    network: nodeNetwork,
    connections: new LinuxConnections(libc),
    notices: linuxNotices(libc, readySet),
    files: new NodeFiles(),
    folders: linuxFolders(libc, openSource),
    watching: linuxWatching(libc, openSource),
    locks: linuxLocks(libc),
    descriptors: linuxDescriptors(libc, { openSource, onReadable }),
    listening: new LinuxListening(libc),
    giveMemoryBack: () => letGoOfOwnCode(libc),
    facts: () => linuxFacts(libc),
    digest: isDeno ? denoDigest : bunDigest,
    randomSeed,
  };
}
