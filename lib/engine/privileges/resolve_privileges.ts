/** From what the file says of privileges to what the machine knows: users and groups by number. */
import { messageOf } from "../../base/user_error.ts";
import { nearestName } from "../../base/nearest.ts";
import type { PrivilegesSpec } from "../../config/plan.ts";
import type { Files } from "../../host/ports/files.ts";
import type { Privileges, UserAccount } from "../../host/ports/privileges.ts";
import { SpawnError } from "../../host/ports/processes.ts";
import { findGroup, findUser, groupNames, groupsOf, type User, userNames } from "./accounts.ts";

/** With what an actor's processes are started. */
export interface ResolvedPrivileges {
  /** Null: with those of the supervisor. */
  readonly privileges: Privileges | null;
  /** Variables that speak of the user; null for one that would speak of another. */
  readonly variables: Readonly<Record<string, string | null>>;
}

/** Those of the supervisor. */
export const OWN_PRIVILEGES: ResolvedPrivileges = { privileges: null, variables: {} };

/** @throws {SpawnError} If there is no such user or group. */
export function resolvePrivileges(files: Files, spec: PrivilegesSpec | null): ResolvedPrivileges {
  if (spec === null) return OWN_PRIVILEGES;
  const { user: _user, group: _group, ...rest } = spec;
  try {
    const user = spec.user === null ? null : userOf(files, spec.user);
    const account = accountOf(files, spec, user);
    return {
      privileges: { ...rest, account },
      variables: spec.user === null ? {} : variablesOf(user),
    };
  } catch (error) {
    throw error instanceof SpawnError ? error : refused("user or group", messageOf(error));
  }
}

/** The user of a name or number; a number alone need not be in the list. */
function userOf(files: Files, wanted: string | number): User | null {
  const user = findUser(files, wanted);
  if (user !== undefined) return user;
  if (typeof wanted === "number") return null;
  throw refused(labelOf("user", wanted), `there is no such user${nearestOf(wanted, userNames(files))}`);
}

function accountOf(files: Files, spec: PrivilegesSpec, user: User | null): UserAccount | null {
  if (spec.user === null && spec.group === null) return null;
  const gid = spec.group === null ? user?.gid ?? null : groupOf(files, spec.group);
  if (gid === null) {
    const why = "no entry of /etc/passwd says what its group is; say it with group";
    throw refused(labelOf("user", spec.user!), why);
  }
  const uid = user?.uid ?? (spec.user as number | null);
  const label = spec.user === null ? labelOf("group", spec.group!) : labelOf("user", spec.user);
  return { uid, gid, groups: groupsOf(files, user?.name ?? null, gid), label };
}

function groupOf(files: Files, wanted: string | number): number {
  if (typeof wanted === "number") return wanted;
  const group = findGroup(files, wanted);
  if (group !== undefined) return group.gid;
  throw refused(labelOf("group", wanted), `there is no such group${nearestOf(wanted, groupNames(files))}`);
}

function variablesOf(user: User | null): Readonly<Record<string, string | null>> {
  if (user === null) return { HOME: "/", USER: null, LOGNAME: null, SHELL: null };
  const { name, home, shell } = user;
  return { HOME: home || "/", USER: name, LOGNAME: name, SHELL: shell || "/bin/sh" };
}

function labelOf(what: "user" | "group", wanted: string | number): string {
  return `${what} ${JSON.stringify(wanted)}`;
}

function nearestOf(wanted: string, names: readonly string[]): string {
  const nearest = nearestName(wanted, names);
  return nearest === null ? "" : `, did you mean "${nearest}"?`;
}

function refused(label: string, reason: string): SpawnError {
  return new SpawnError("privileges", `${label}: ${reason}`);
}
