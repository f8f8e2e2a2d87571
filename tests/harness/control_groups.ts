import { openSystemHost } from "../../lib/host/system_host.ts";

/** Why this machine has no control groups for tests of them; null if it has. */
export const NO_CONTROL_GROUPS: string | null = await (async () => {
  const host = await openSystemHost();
  const support = host.groups.support();
  host.processes.close();
  return support.isAvailable ? null : support.why;
})();

const host = await openSystemHost();
host.processes.close();

/** The control group of a process. */
export function groupOf(pid: number): string | null {
  return host.groups.groupOf(pid);
}
