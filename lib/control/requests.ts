/** Reads requests off the wire: what a client sends is not to be trusted to have the right shape. */
import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import type { Op, RequestMessage, Requests } from "./protocol.ts";

/** A request that has its shape. */
export type Request = { [O in Op]: { readonly op: O } & Requests[O] }[Op];

type Reader<T> = (message: RequestMessage, field: string) => T;

const boolean: Reader<boolean> = (message, field) => {
  const value = message[field];
  return typeof value === "boolean" ? value : refuse(message, field, "true or false");
};

const paths: Reader<readonly string[]> = (message, field) => {
  const value = message[field];
  const isList = Array.isArray(value) && value.every((path) => typeof path === "string");
  return isList ? value : refuse(message, field, "a list of texts");
};

const milliseconds: Reader<number> = (message, field) => {
  const value = message[field];
  return typeof value === "number" && value >= 0 ? value : refuse(message, field, "a number of milliseconds");
};

const optionalMilliseconds: Reader<number | null> = (message, field) =>
  message[field] === null ? null : milliseconds(message, field);

const whole: Reader<number> = (message, field) => {
  const value = message[field];
  return Number.isInteger(value) ? value as number : refuse(message, field, "a whole number");
};

const text: Reader<string> = (message, field) => {
  const value = message[field];
  return typeof value === "string" ? value : refuse(message, field, "a text");
};

type Readers = { readonly [O in Op]: { readonly [F in keyof Requests[O]]: Reader<Requests[O][F]> } };

const READERS: Readers = {
  hello: { protocol: whole },
  begin: { owner: boolean },
  status: { paths },
  start: { paths, deps: boolean, wait: boolean },
  stop: { paths, wait: boolean },
  restart: { paths, wait: boolean },
  await_ready: {},
  down: { cause: text, withinMs: optionalMilliseconds },
  cut_grace: { toMs: milliseconds },
  await_end: {},
  sync: {},
  follow: { lines: boolean, entries: boolean },
};

/** The envelope of a message; null for something that is none. */
export function readEnvelope(value: unknown): RequestMessage | null {
  if (typeof value !== "object" || value === null) return null;
  const { id, op } = value as Partial<RequestMessage>;
  return Number.isInteger(id) && typeof op === "string" ? value as RequestMessage : null;
}

/**
 * Reads a request.
 *
 * @throws {UserError} `control/bad-request` if it is unknown or has not its shape.
 */
export function readRequest(message: RequestMessage): Request {
  const readers = Object.hasOwn(READERS, message.op) ? READERS[message.op as Op] : null;
  if (readers === null) {
    throw new UserError("control/bad-request", `There is no request "${message.op}"`, {
      exitCode: ExitCode.usage,
    });
  }
  const fields = Object.entries<Reader<unknown>>(readers).map((
    [field, read],
  ) => [field, read(message, field)]);
  return { op: message.op, ...Object.fromEntries(fields) } as Request;
}

function refuse({ op }: RequestMessage, field: string, expected: string): never {
  throw new UserError("control/bad-request", `The request "${op}" needs ${expected} as "${field}"`, {
    exitCode: ExitCode.usage,
  });
}
