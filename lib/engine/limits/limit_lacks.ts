import { nameSome } from "../../base/name_some.ts";
import type { ControlGroups, Controller, Lack } from "../../host/ports/control_groups.ts";
import type { Host } from "../../host/ports/host.ts";

/** The controllers that limits need. */
export const CONTROLLERS: readonly Controller[] = ["memory", "cpu", "pids"];

/** How many processes that are in the way are named. */
const MOST_NAMED = 3;

/** The cure where a group lacks what the machine has. */
export const DELEGATION_HINT =
  "as a systemd service: Delegate=yes; in a login: systemd-run --user --scope -p Delegate=yes supervise up";

/**
 * Why no tree that is started in a group can keep limits of a kind; null if nothing speaks against it. Whether somebody is
 * in the way there is not looked at.
 */
export function limitLack(groups: ControlGroups, home: string, controller: Controller): Lack | null {
  const lack = groups.lackOf(controller);
  if (lack !== null || groups.controllersOf(home).includes(controller)) return lack;
  return { why: `${home} was not given the controller`, hint: DELEGATION_HINT };
}

/** The obstacle that keeps the processes of `ours` from making room in a group, so that it can give controllers; null for none. */
export function roomLack(
  { groups, processes }: Pick<Host, "groups" | "processes">,
  home: string,
  ours: ReadonlySet<number>,
): Lack | null {
  if (groups.isTop(home)) return null;
  if (groups.isManaged(home)) {
    return { why: `systemd has not handed ${home} over`, hint: DELEGATION_HINT };
  }
  const others = groups.residentsOf(home).filter((pid) => !ours.has(pid));
  if (others.length === 0) return null;
  const names = others.slice(0, MOST_NAMED + 1).map((pid) =>
    pid === 0 ? "a process out of our sight" : `${pid} ${processes.find(pid)?.name ?? "?"}`
  );
  return {
    why: `in ${home} there is also ${nameSome(names, MOST_NAMED, others.length)}`,
    hint: DELEGATION_HINT,
  };
}
