/** A `.socket` as the sockets of an actor. */
import type { FindingList } from "../finding.ts";
import { fromOf, type ImportedService } from "./import_service.ts";
import { expandSpecifiers } from "./specifiers.ts";
import { lastOf, listOf, type Unit, type UnitEntry } from "./unit.ts";
import { readBoolean } from "./values.ts";

/** Hands the streams of a socket unit to its service. */
export function importSocket(
  socket: Unit,
  services: ReadonlyMap<string, ImportedService>,
  isUser: boolean,
  findings: FindingList,
): void {
  const reportOf = (entry: UnitEntry) => findings.of(entry.file).at(entry.line, fromOf(socket, entry));
  const named = lastOf(socket, "Socket.Service");
  const name = named?.value ?? socket.name.replace(/\.socket$/, ".service");
  const service = services.get(name);
  const entries = socket.entries.filter(({ key, value }) => key.startsWith("Socket.") && value !== "");
  const accept = lastOf(socket, "Socket.Accept");
  const isForEach = accept !== null && readBoolean(accept);
  const why = service === undefined
    ? `"${name}" is not among the units that are imported`
    : isForEach
    ? "no process is started for each connection"
    : null;
  const streams = listOf(socket, "Socket.ListenStream");
  for (const entry of entries) {
    const report = reportOf(entry);
    if (why !== null) {
      report.lost(
        why,
        isForEach ? "have the program accept connections itself" : "name it, too, or the folder of both",
      );
    } else if (streams.includes(entry)) {
      const facts = { isUser, onUnknown: () => {} };
      const address = addressOf(expandSpecifiers(entry.value, socket, facts));
      if (address === null) {
        report.lost(
          "supervise listens at IP addresses and files",
          'write sockets = ["tcp://127.0.0.1:8080"] or ["unix:///run/x.sock"]',
        );
        continue;
      }
      const before = service!.actor.keys.get("sockets");
      service!.actor.keys.set("sockets", [
        ...(Array.isArray(before) ? before as readonly string[] : []),
        address,
      ]);
      report.changed(
        `actors.${service!.actor.name} sockets: ${address}`,
        "the actor starts with its tree, and not with the first connection",
      );
    } else if (entry === named || entry === accept) report.kept(`actors.${service!.actor.name} sockets`);
    else if (/^Socket\.Listen/.test(entry.key)) report.lost("supervise listens for streams alone");
    else if (/^Socket\.(?:SocketMode|SocketUser|SocketGroup|DirectoryMode)$/.test(entry.key)) {
      report.lost(
        "a socket belongs to the user that runs supervise, with the permissions that its umask leaves",
      );
    } else report.lost("a socket has no such option here");
  }
}

/** An address of ours; null for one that there is none of. */
function addressOf(written: string): string | null {
  if (written.startsWith("/") || written.startsWith("${")) return `unix://${written}`;
  if (/^\d{1,5}$/.test(written)) return `tcp://[::]:${written}`;
  if (/^(?:\d+(?:\.\d+){3}|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/.test(written)) return `tcp://${written}`;
  return null;
}
