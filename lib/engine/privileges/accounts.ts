/** The users and groups of the machine, as its own lists have them; a directory service is not asked. */
import type { Files } from "../../host/ports/files.ts";

const USERS = "/etc/passwd";
const GROUPS = "/etc/group";

/** A user. */
export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

/** A group. */
export interface Group {
  readonly name: string;
  readonly gid: number;
  /** Names of the users who are in it, beside those whose own group it is. */
  readonly members: readonly string[];
}

/** The user of a name or a number; undefined if there is none. @throws {FileError} If the list cannot be read. */
export function findUser(files: Files, wanted: string | number): User | undefined {
  return users(files).find(({ name, uid }) => wanted === (typeof wanted === "number" ? uid : name));
}

/** The group of a name or a number; undefined if there is none. @throws {FileError} If the list cannot be read. */
export function findGroup(files: Files, wanted: string | number): Group | undefined {
  return groups(files).find(({ name, gid }) => wanted === (typeof wanted === "number" ? gid : name));
}

/** The numbers of all groups of a user, `gid` first. @throws {FileError} If the list cannot be read. */
export function groupsOf(files: Files, user: string | null, gid: number): readonly number[] {
  const more = user === null ? [] : groups(files).filter(({ members }) => members.includes(user));
  return [...new Set([gid, ...more.map((group) => group.gid)])];
}

/** The names of all users. @throws {FileError} If the list cannot be read. */
export function userNames(files: Files): readonly string[] {
  return users(files).map(({ name }) => name);
}

/** The names of all groups. @throws {FileError} If the list cannot be read. */
export function groupNames(files: Files): readonly string[] {
  return groups(files).map(({ name }) => name);
}

function users(files: Files): readonly User[] {
  return rowsOf(files, USERS, 7).map(([name, , uid, gid, , home, shell]) => ({
    name: name!,
    uid: Number(uid),
    gid: Number(gid),
    home: home!,
    shell: shell!,
  }));
}

function groups(files: Files): readonly Group[] {
  return rowsOf(files, GROUPS, 4).map(([name, , gid, members]) => ({
    name: name!,
    gid: Number(gid),
    members: members!.split(","),
  }));
}

/** Whole lines alone: some lists have one that refers to a directory service. */
function rowsOf(files: Files, path: string, fields: number): readonly (readonly string[])[] {
  const text = files.readText(path) ?? "";
  return text.split("\n").map((line) => line.split(":"))
    .filter((row) => row.length === fields && row[0] !== "" && /^\d+$/.test(row[2]!));
}
