/**
 * The helper that lets go of what chaos has stopped when chaos itself is gone, however it has ended: by then the pipe between
 * the two is at its end. It does nothing else.
 */
import { keyOf } from "../host/alive.ts";
import type { Host } from "../host/ports/host.ts";
import type { ProcessId } from "../host/ports/processes.ts";

/** Where it reads which processes are held. */
export const HELD_DESCRIPTOR = 3;

/** Tells that a process is stopped, or was let go. */
export function heldLine({ pid, startTime }: ProcessId, isHeld: boolean): string {
  return `${isHeld ? "+" : "-"} ${pid} ${startTime}\n`;
}

/** The processes that are held after some lines; one that is cut at the end says nothing. */
export function heldAfter(text: string): readonly ProcessId[] {
  const held = new Map<string, ProcessId>();
  for (const line of text.split("\n").slice(0, -1)) {
    const [sign, pid, startTime] = line.split(" ");
    const process = { pid: Number(pid), startTime: Number(startTime) };
    if (sign === "+") held.set(keyOf(process), process);
    else held.delete(keyOf(process));
  }
  return [...held.values()];
}

/** Plays the helper to its end. */
export async function letGoAtEnd({ descriptors, processes }: Host): Promise<void> {
  const source = descriptors.sourceOf(HELD_DESCRIPTOR);
  const decoder = new TextDecoder();
  let text = "";
  for (let bytes = await source.read(); bytes !== null; bytes = await source.read()) {
    text += decoder.decode(bytes, { stream: true });
  }
  for (const process of heldAfter(text)) processes.signal(process, "SIGCONT");
}
