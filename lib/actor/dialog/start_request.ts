/** The message that opens a dialog: its function, the style of the talk, and the arguments. */
import {
  decodePayload,
  encodePayload,
  PAYLOAD_LIMITS,
  PayloadError,
  type SharedMemory,
  whyRefused,
} from "../../wire/payload.ts";
import type { Style } from "./exposed.ts";

/** See the module. */
export interface StartRequest {
  readonly style: Style;
  /** Name of the module; empty for the main one. */
  readonly module: string;
  readonly name: string;
  readonly args: readonly unknown[];
}

const STYLES: ReadonlySet<unknown> = new Set<Style>(["call", "context", "stream"]);

/**
 * @param memory Hands over the shared memory among the arguments.
 * @throws {PayloadError} If an argument cannot be sent.
 */
export function encodeStart(
  { style, module, name, args }: StartRequest,
  memory: SharedMemory | null = null,
): Uint8Array {
  try {
    return encodePayload([style, module, name, args], PAYLOAD_LIMITS, memory);
  } catch (error) {
    throw (error instanceof PayloadError ? refusedArgument(name, args) : null) ?? error;
  }
}

/** @throws {PayloadError} If it is no request. */
export function readStart(payload: Uint8Array, memory: SharedMemory | null = null): StartRequest {
  const value = decodePayload(payload, PAYLOAD_LIMITS, memory);
  const [style, module, name, args] = Array.isArray(value) ? value as readonly unknown[] : [];
  if (!STYLES.has(style) || typeof module !== "string" || typeof name !== "string" || !Array.isArray(args)) {
    throw new PayloadError("Cannot start this: it is not [style, module, name, args]");
  }
  return { style: style as Style, module, name, args };
}

/** Why arguments cannot be sent: the caller knows of them, not of what they travel in. Null if they can. */
export function refusedArgument(name: string, args: readonly unknown[]): PayloadError | null {
  for (const [index, argument] of args.entries()) {
    const reason = whyRefused(argument);
    if (reason !== null) return new PayloadError(`Cannot send argument ${index + 1} of "${name}": ${reason}`);
  }
  return null;
}
