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

/** The error in a box. Of an unknown class only the name is kept. */
export function rebuildError(box: ErrorBox): Error {
  const error = box.errors === null ? new Error(box.message) : groupOf(box);
  const type = types.get(box.type);
  if (type !== undefined && box.errors === null) Object.setPrototypeOf(error, type.prototype as object);
  const hidden = { enumerable: false, configurable: true, writable: true };
  if (error.name !== box.type) Object.defineProperty(error, "name", { ...hidden, value: box.type });
  if (error.message !== box.message) {
    Object.defineProperty(error, "message", { ...hidden, value: box.message });
  }
  Object.defineProperty(error, "stack", { ...hidden, value: box.stack ?? `${box.type}: ${box.message}` });
  if (box.cause !== null) {
    Object.defineProperty(error, "cause", { ...hidden, value: rebuildError(box.cause) });
  }
  for (const [name, value] of Object.entries(box.properties)) {
    Object.defineProperty(error, name, { ...hidden, enumerable: true, value });
  }
  return error;
}

function groupOf(box: ErrorBox): Error {
  const errors = box.errors!.map(rebuildError);
  return errors.length === 0 ? new Error(box.message) : new ErrorGroup(errors);
}
