import type { Connection } from "../../host/ports/sockets.ts";
import { PART_BYTES } from "../../wire/message.ts";
import { PAYLOAD_LIMITS } from "../../wire/payload.ts";

/** The longest payload that travels in one frame: parts let others pass, but where memory moves nobody waits. */
export function longestPayload({ movesMemory = false }: Pick<Connection, "movesMemory">): number {
  return movesMemory ? PAYLOAD_LIMITS.maxBytes : PART_BYTES;
}
