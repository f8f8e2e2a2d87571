/** How an actor in a thread begins: its parent first tells the token by which it knows the actor. */
import type { Thread, ThreadLine } from "../../host/ports/threads.ts";
import type { ParentLine } from "./join_parent.ts";

/** Tells a new thread its token. */
export function sayToken({ connection }: Thread, token: string): void {
  connection.send([new TextEncoder().encode(token)]);
}

/** Hears it, in the thread. */
export async function hearToken(line: ThreadLine): Promise<ParentLine> {
  const token = await line.connection.read();
  return { ...line, token: new TextDecoder().decode(token ?? new Uint8Array(0)) };
}
