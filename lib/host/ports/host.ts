import type { Clock } from "../../scope/clock.ts";
import type { Connections } from "./connections.ts";
import type { ControlGroups } from "./control_groups.ts";
import type { Descriptors } from "./descriptors.ts";
import type { Files } from "./files.ts";
import type { Folders } from "./folders.ts";
import type { Listening } from "./listening.ts";
import type { Locks } from "./locks.ts";
import type { Network } from "./network.ts";
import type { Notices } from "./notices.ts";
import type { Processes } from "./processes.ts";
import type { Sockets } from "./sockets.ts";
import type { SystemFacts } from "./system_facts.ts";
import type { Tcp } from "./tcp.ts";
import type { Threads } from "./threads.ts";
import type { Watching } from "./watching.ts";

/** See {@linkcode Host.boot}. */
export interface Boot {
  /** Unlike that of any other life of this machine. */
  readonly id: string;
  /** Milliseconds since its begin, to some hundredths of a second. */
  readonly uptimeMs: number;
}

/** The part of it that every actor needs. */
export interface ActorHost extends Pick<Host, "clock" | "sockets" | "tcp" | "randomSeed"> {
  readonly processes: Pick<Processes, "ownPid" | "dieWithParent">;
}

/** The part of it that a client needs which asks a supervisor, and starts and ends nothing. */
export interface ClientHost
  extends Pick<Host, "clock" | "wallClock" | "sockets" | "files" | "locks" | "digest"> {
  readonly processes: Pick<Processes, "ownPid" | "find" | "pids" | "commandOf">;
  readonly folders: Pick<Folders, "hold" | "knowsUser">;
}

/** Everything outside of the program that supervise touches. */
export interface Host {
  /** Monotonic time, for everything that waits. */
  readonly clock: Clock;
  /** The date, in milliseconds since 1970, for people to read. */
  wallClock(): number;
  /** The life of the machine that this is: it tells its processes from those before, and has a clock that all share. */
  boot(): Boot;
  /** How many processors this program may use; at least 1. */
  readonly processors: number;
  readonly processes: Processes;
  readonly groups: ControlGroups;
  readonly sockets: Sockets;
  readonly tcp: Tcp;
  readonly threads: Threads;
  readonly network: Network;
  readonly connections: Connections;
  readonly notices: Notices;
  readonly files: Files;
  readonly folders: Folders;
  readonly watching: Watching;
  readonly locks: Locks;
  readonly descriptors: Descriptors;
  readonly listening: Listening;
  /** Gives memory back that this process does not need while nothing happens: what it does next takes somewhat longer. */
  giveMemoryBack(): void;
  /** The facts of this machine. */
  facts(): SystemFacts;
  /** A text's fingerprint: 64 hexadecimal digits. */
  digest(text: string): string;
  /** A number in [0, 2^32) that cannot be foretold. */
  randomSeed(): number;
}
