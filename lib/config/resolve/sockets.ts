/** Compiles `sockets` of several actors, and the probe beside them. */
import { describeSocketAddress } from "../../base/socket_address.ts";
import type { Report } from "../report.ts";
import { quote } from "../wording.ts";
import type { ActorNode, Node } from "./nodes.ts";

/** Refuses an address that two actors are to listen at; replicas of one actor share theirs. */
export function rejectSharedSockets(nodes: readonly Node[], report: Report): void {
  const holders = new Map<string, ActorNode>();
  for (const node of nodes) {
    const field = node.kind === "actor" ? node.declared.fields.sockets : undefined;
    if (node.kind === "tree" || field === undefined) continue;
    const own = field.value.map(describeSocketAddress);
    for (const [index, address] of own.entries()) {
      const holder = holders.get(address) ?? node;
      holders.set(address, holder);
      const isTwice = own.indexOf(address) < index;
      if (!isTwice && holder.sharedPath === node.sharedPath) continue;
      const message = isTwice
        ? `${address} stands here twice`
        : `${quote(holder.path)} listens at ${address}, too`;
      report.add("config/duplicate-socket", field.at, message, { hint: "give each an address of its own" });
    }
  }
}

/** Warns of a probe that asks for a connection to what supervise itself listens at. */
export function warnOfOwnSockets(nodes: readonly Node[], report: Report): void {
  for (const node of nodes) {
    if (node.kind === "tree" || !node.declared.isSound) continue;
    const { sockets, ready } = node.declared.fields;
    const tcp = ready?.value.fields.tcp;
    const isOwn = sockets?.value.some((address) =>
      address.type === "tcp" && address.port === tcp?.value.port
    );
    if (tcp === undefined || isOwn !== true) continue;
    const message = `port ${tcp.value.port} takes connections from before ${
      quote(node.declared.name)
    } is started`;
    report.add("config/ready-own-socket", tcp.at, message, {
      expected: "a probe that only the actor itself can answer",
      hint: `write http = "http://127.0.0.1:${tcp.value.port}/", or wait for a line with log`,
    });
  }
}
