/** The classes of errors that are rebuilt when they come from another actor. */
import { UserError } from "../base/user_error.ts";
import { ErrorGroup } from "../scope/error_group.ts";
import { TooSlowError } from "../scope/timeouts.ts";
import {
  BrokenResourceError,
  BusyResourceError,
  ClosedResourceError,
  EndOfChannel,
  WouldBlock,
} from "../sync/channel_errors.ts";
import type { ErrorBox } from "../wire/error_box.ts";
import { Lagged } from "../sync/broadcast.ts";
import { PayloadError } from "../wire/payload.ts";
import { ValidationError } from "./dialog/check_value.ts";

/** A class of errors. */
export type ErrorType = abstract new (...args: never[]) => Error;

const types = new Map<string, ErrorType>(
  [
    Error,
    TypeError,
    RangeError,
    SyntaxError,
    ReferenceError,
    URIError,
    EvalError,
    TooSlowError,
    BrokenResourceError,
    BusyResourceError,
    ClosedResourceError,
    EndOfChannel,
    WouldBlock,
    Lagged,
    PayloadError,
    ValidationError,
    UserError,
  ].map((type): [string, ErrorType] => [type.name, type]),
);

/**
 * Lets errors of a class be rebuilt when they come from another actor: what was thrown over there is then `instanceof` it
 * in `RemoteActorError.original`, with its message, its properties and the stack of the other side. To be called where the
 * error is received. Its constructor is not called; private fields are not set.
 *
 * @param name The name that the errors bear.
 * @throws {TypeError} If another class is registered under the name.
 *
 * @example
 * ```ts
 * import { registerErrorType } from "supervise";
 *
 * class OutOfStock extends Error {
 *   override readonly name = "OutOfStock";
 *   article = "";
 * }
 * registerErrorType(OutOfStock);
 * ```
 */
export function registerErrorType(type: ErrorType, name: string = type.name): void {
  const known = types.get(name);
  if (known !== undefined && known !== type) {
    throw new TypeError(`Cannot register an error type: another one is registered as "${name}"`);
  }
  types.set(name, type);
}

/**
 * The error in a box. Of an unknown class only the name is kept.
 *
 * @param remote Makes the error for a box inside of it, a part or a cause, that was raised in another actor than the whole.
 * @param at Where the whole was raised.
 */
export function rebuildError(box: ErrorBox, remote: (box: ErrorBox) => Error, at = box.path[0]): Error {
  const inner = (part: ErrorBox) => {
    const one = { ...part, path: wholeWay(part, box) };
    const isFromElsewhere = one.path.length > 0 && one.path[0] !== at;
    // A group remains one, so that it can be taken apart: its errors say where they are from.
    return isFromElsewhere && one.errors === null ? remote(one) : rebuildError(one, remote, at);
  };
  const error = box.errors === null ? new Error(box.message) : groupOf(box, inner);
  const type = types.get(box.type);
  if (type !== undefined && box.errors === null) Object.setPrototypeOf(error, type.prototype as object);
  const hidden = { enumerable: false, configurable: true, writable: true };
  if (error.name !== box.type) Object.defineProperty(error, "name", { ...hidden, value: box.type });
  if (error.message !== box.message) {
    Object.defineProperty(error, "message", { ...hidden, value: box.message });
  }
  Object.defineProperty(error, "stack", { ...hidden, value: box.stack ?? `${box.type}: ${box.message}` });
  if (box.cause !== null) {
    Object.defineProperty(error, "cause", { ...hidden, value: inner(box.cause) });
  }
  for (const [name, value] of Object.entries(box.properties)) {
    Object.defineProperty(error, name, { ...hidden, enumerable: true, value });
  }
  return error;
}

/** The actors that a part has come through: up to the one that has put it into the whole, and from there on as that. */
function wholeWay({ path }: ErrorBox, whole: ErrorBox): readonly string[] {
  return path.at(-1) === whole.path[0] ? [...path, ...whole.path.slice(1)] : path;
}

function groupOf(box: ErrorBox, inner: (box: ErrorBox) => Error): Error {
  const errors = box.errors!.map(inner);
  return errors.length === 0 ? new Error(box.message) : new ErrorGroup(errors);
}
