/** The identity that an actor claims. */
import { ACTOR_PROTOCOL } from "../../wire/message.ts";
import { decodePayload, encodePayload } from "../../wire/payload.ts";
import type { ActorId, Canceller } from "../errors.ts";

/** An actor, and where it can be reached. */
export interface Identity extends ActorId {
  readonly pid: number;
  /** Where it listens; null if it does not. */
  readonly address: string | null;
}

/** The first message of each side of a connection. */
export interface Hello {
  readonly protocol: number;
  readonly actor: Identity;
  /** The token by which a child proves that it is the one that was started; null for others. */
  readonly token: string | null;
}

/** A cancel is urgent, so it is never long. */
const MAX_REASON = 10_000;

/** A connection that did not begin as it should. */
export class HandshakeError extends Error {
  override readonly name = "HandshakeError";
}

export function encodeHello(hello: Omit<Hello, "protocol">): Uint8Array {
  return encodePayload({ actor: plainId(hello.actor), token: hello.token });
}

/**
 * Reads the first message of the other side.
 *
 * @throws {HandshakeError} If it is of another version, or says nothing that can be understood.
 */
export function readHello(protocol: number, payload: Uint8Array | null): Hello {
  if (protocol !== ACTOR_PROTOCOL) {
    throw new HandshakeError(
      `it speaks version ${protocol} of the protocol, and this is version ${ACTOR_PROTOCOL}`,
    );
  }
  const value = payload === null ? null : decodePayload(payload) as Partial<Hello> | null;
  const actor = readIdentity(value?.actor);
  if (actor === null) throw new HandshakeError("it does not say who it is");
  const { token } = value!;
  return { protocol, actor, token: typeof token === "string" ? token : null };
}

/** Reads an identity; null if it is none. */
export function readIdentity(value: unknown): Identity | null {
  const id = readActorId(value);
  if (id === null) return null;
  const { pid, address } = value as Partial<Identity>;
  return {
    ...id,
    pid: typeof pid === "number" ? pid : 0,
    address: typeof address === "string" ? address : null,
  };
}

/** The payload that says who cancelled something, and why. */
export function encodeCanceller({ canceller, reason }: Canceller): Uint8Array {
  const who = canceller === null ? null : { id: canceller.id, name: canceller.name, path: canceller.path };
  return encodePayload({ canceller: who, reason: reason?.slice(0, MAX_REASON).toWellFormed() ?? null });
}

/** Reads who cancelled something, and why. */
export function readCanceller(value: unknown): Canceller {
  const { canceller, reason } = (value ?? {}) as Partial<Canceller>;
  return { canceller: readActorId(canceller), reason: typeof reason === "string" ? reason : null };
}

function readActorId(value: unknown): ActorId | null {
  if (typeof value !== "object" || value === null) return null;
  const { id, name, path } = value as Partial<ActorId>;
  return typeof id === "string" && typeof name === "string" && typeof path === "string"
    ? { id, name, path }
    : null;
}

function plainId({ id, name, path, pid, address }: Identity): Identity {
  return { id, name, path, pid, address };
}
