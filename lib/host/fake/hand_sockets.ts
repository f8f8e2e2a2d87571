import type { HandedSockets } from "../ports/processes.ts";
import type { DescriptorTable } from "./descriptor_table.ts";

/** The first descriptor of a socket that is handed over, by the rule of systemd. */
const FIRST = 3;

/** Hands the sockets of one process to another, and gives the variables by which that finds them. */
export function handSockets(
  { descriptors, name }: HandedSockets,
  own: DescriptorTable,
  child: { readonly pid: number; readonly descriptors: DescriptorTable },
): Readonly<Record<string, string>> {
  for (const [index, descriptor] of descriptors.entries()) {
    child.descriptors.set(FIRST + index, own.get(descriptor)!.share());
  }
  return {
    LISTEN_FDS: String(descriptors.length),
    LISTEN_FDNAMES: descriptors.map(() => name).join(":"),
    LISTEN_PID: String(child.pid),
  };
}
