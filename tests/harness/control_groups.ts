import process from "node:process";
import { openSystemHost } from "../../lib/host/system_host.ts";
import { limitLacksOf } from "../host/contract/group_limits.ts";

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

/** Why no group of this machine can limit memory, processor and processes; null if one can. */
export const NO_LIMITS: string | null = NO_CONTROL_GROUPS ??
  ["memory", "cpu", "pids"].map((name) => host.groups.lackOf(name)?.why ?? null).find((why) =>
    why !== null
  ) ??
  null;

/** Why this process cannot hand a group with controllers over to others; null if it can. */
export const NO_DELEGATION: string | null = NO_LIMITS ?? limitLacksOf(host).limits;

/** Makes a group beside this process, with all that limits take. */
export function makeHome(name: string): string {
  const here = groupOf(process.pid)!;
  const home = `${here}/${name}`;
  host.groups.give(here, ["memory", "cpu", "pids"]);
  host.groups.make(home);
  return home;
}

/** The numbers of the processes right in a group, and the groups inside. */
export function inGroup(
  group: string,
): { readonly pids: readonly number[]; readonly groups: readonly string[] } {
  return { pids: host.groups.residentsOf(group), groups: host.groups.inside(group) };
}
