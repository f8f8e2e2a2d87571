import type { ByteSource } from "../ports/processes.ts";

/** `receiveWhile` of a connection in memory, which reads what it hands over. */
export async function receiveWhile(
  source: Pick<ByteSource, "read">,
  onBytes: (bytes: Uint8Array) => boolean,
): Promise<void> {
  let goesOn = true;
  while (goesOn) {
    const bytes = await source.read();
    goesOn = bytes !== null && onBytes(bytes);
  }
}
