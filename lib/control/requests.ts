/** Reads requests off the wire: what a client sends is not to be trusted to have the right shape. */
import { ExitCode } from "../base/exit_code.ts";
import { signalShape } from "../base/signal_shape.ts";
import {
  boolean,
  decode,
  list,
  nullable,
  number,
  object,
  optional,
  type Shape,
  text,
  where,
  whole,
} from "../base/shape.ts";
import { UserError } from "../base/user_error.ts";
import type { Op, RequestMessage, Requests, WantedReplicas } from "./protocol.ts";

/** A request that has its shape. */
export type ControlRequest = { [O in Op]: { readonly op: O } & Requests[O] }[Op];

const paths = list(text, "a list of texts");
const milliseconds = where(number, (ms) => ms >= 0, "a number of milliseconds");

const SHAPES: { readonly [O in Op]: Shape<Requests[O]> } = {
  hello: object<Requests["hello"]>({ protocol: whole, version: optional(text) as Shape<string> }),
  begin: object<Requests["begin"]>({ owner: boolean }),
  status: object<Requests["status"]>({ paths }),
  details: object<Requests["details"]>({ paths }),
  explain: object<Requests["explain"]>({ paths }),
  summary: object<Requests["summary"]>({}),
  start: object<Requests["start"]>({ paths, deps: boolean, wait: boolean }),
  stop: object<Requests["stop"]>({ paths, wait: boolean }),
  restart: object<Requests["restart"]>({
    paths,
    wait: boolean,
    rolling: optional(boolean) as Shape<boolean>,
  }),
  apply: object<Requests["apply"]>({
    dry: boolean,
    wait: boolean,
    rolling: optional(boolean) as Shape<boolean>,
  }),
  scale: object<Requests["scale"]>({
    counts: list(object<WantedReplicas>({ selector: text, replicas: nullable(whole) })),
    dry: boolean,
    wait: boolean,
  }),
  halt: object<Requests["halt"]>({ paths }),
  reset: object<Requests["reset"]>({ paths, wait: boolean }),
  signal: object<Requests["signal"]>({ paths, signal: signalShape, toAll: boolean }),
  exec: object<Requests["exec"]>({ path: text, command: list(text, "a list of texts") }),
  exec_started: object<Requests["exec_started"]>({ guest: text }),
  exec_ended: object<Requests["exec_ended"]>({ guest: text }),
  await_ready: object<Requests["await_ready"]>({}),
  down: object<Requests["down"]>({ cause: text, withinMs: nullable(milliseconds) }),
  cut_grace: object<Requests["cut_grace"]>({ toMs: milliseconds }),
  await_end: object<Requests["await_end"]>({}),
  upgrade: object<Requests["upgrade"]>({
    command: where(list(text), (command) => command.length > 0, "a command"),
    reads: list(whole),
    report: where(text, (name) => /^[\w.-]+$/.test(name), "a name"),
    restart: boolean,
  }),
  sync: object<Requests["sync"]>({}),
  follow: object<Requests["follow"]>({ lines: boolean, entries: boolean }),
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
export function readRequest(message: RequestMessage): ControlRequest {
  const { op } = message;
  const shape = Object.hasOwn(SHAPES, op) ? SHAPES[op as Op] as Shape<object> : null;
  if (shape === null) {
    throw new UserError("control/bad-request", `There is no request "${op}"`, { exitCode: ExitCode.usage });
  }
  const decoded = decode(shape, message);
  if (decoded.ok) return { op, ...decoded.value } as ControlRequest;
  const { at, expected } = decoded;
  throw new UserError(
    "control/bad-request",
    `The request "${op}" needs ${expected} as "${at.split("[")[0]}"`,
    {
      exitCode: ExitCode.usage,
    },
  );
}
