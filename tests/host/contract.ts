/**
 * The contract of the host ports: what the rest of supervise relies on, tried on the real host and on the fake one, so
 * that what is tested on the fake holds for the real.
 */
import { controlGroupsContract } from "./contract/control_groups.ts";
import { filesContract } from "./contract/files.ts";
import { foldersContract } from "./contract/folders.ts";
import { groupLimitsContract, type LimitLacks } from "./contract/group_limits.ts";
import { listeningContract } from "./contract/listening.ts";
import { locksContract } from "./contract/locks.ts";
import { networkContract } from "./contract/network.ts";
import { noticesContract } from "./contract/notices.ts";
import { privilegesContract } from "./contract/privileges.ts";
import { processesContract } from "./contract/processes.ts";
import { socketsContract } from "./contract/sockets.ts";
import type { OpenSubject } from "./contract/subject.ts";
import { tcpContract } from "./contract/tcp.ts";
import { threadsContract } from "./contract/threads.ts";
import { watchingContract } from "./contract/watching.ts";

const LACKS_NOTHING: LimitLacks = { groups: null, controllers: null, limits: null };

/** Registers every guarantee for one host, but for those that it lacks something for. */
export function contract(name: string, open: OpenSubject, lacks: LimitLacks = LACKS_NOTHING): void {
  controlGroupsContract(name, open, lacks.groups);
  groupLimitsContract(name, open, lacks);
  processesContract(name, open);
  privilegesContract(name, open);
  filesContract(name, open);
  foldersContract(name, open);
  locksContract(name, open);
  networkContract(name, open);
  noticesContract(name, open);
  listeningContract(name, open);
  socketsContract(name, open);
  tcpContract(name, open);
  threadsContract(name, open);
  watchingContract(name, open);
}
