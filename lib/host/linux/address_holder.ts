/** Finds the process that listens at an address of this machine, as far as this user may see it. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { SocketAddress } from "../../base/socket_address.ts";
import { readCommand } from "./proc.ts";

/** The kernel's number for a socket that listens. */
const LISTENS = "0A";
const TCP_LISTS = ["/proc/net/tcp", "/proc/net/tcp6"];

/** A process, for people: `process 12 (nginx -g ...)`. */
export function describeHolder(address: SocketAddress): string {
  const sockets = address.type === "tcp" ? listenersAtPort(address.port) : listenersAtPath(address.path);
  const pid = sockets.size === 0 ? undefined : processes().find((pid) => hasOneOf(pid, sockets));
  if (pid === undefined) return "another process";
  const command = readCommand(pid).join(" ");
  return command === "" ? `process ${pid}` : `process ${pid} (${command})`;
}

/** The link texts of the descriptors of such sockets. */
function listenersAtPort(port: number): ReadonlySet<string> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = TCP_LISTS.flatMap((list) => lines(list).map((line) => line.trim().split(/\s+/)));
  return new Set(
    rows.filter(([, local, , state]) => state === LISTENS && local?.endsWith(suffix) === true)
      .map((fields) => `socket:[${fields[9]}]`),
  );
}

function listenersAtPath(path: string): ReadonlySet<string> {
  const rows = lines("/proc/net/unix").map((line) => line.split(/\s+/));
  return new Set(
    rows.filter((fields) => fields.slice(7).join(" ") === path).map((fields) => `socket:[${fields[6]}]`),
  );
}

function processes(): readonly number[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number);
}

function hasOneOf(pid: number, sockets: ReadonlySet<string>): boolean {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((name) => {
      try {
        return sockets.has(readlinkSync(`${folder}/${name}`));
      } catch {
        return false;
      }
    });
  } catch {
    return false;
  }
}

function lines(file: string): readonly string[] {
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch {
    return [];
  }
}
