/** Errors on their way to a client. */
import type { ErrorName } from "../base/error_names.ts";
import { ExitCode } from "../base/exit_code.ts";
import { decode, nullable, object, type Shape, text, whole } from "../base/shape.ts";
import { messageOf, UserError } from "../base/user_error.ts";
import type { WireError } from "./protocol.ts";

/** An error as a client is told of it. */
export function toWireError(error: unknown): WireError {
  if (!(error instanceof UserError)) {
    return { name: "control/internal", message: messageOf(error), hint: null, exitCode: ExitCode.failed };
  }
  return { name: error.code, message: error.message, hint: error.hint, exitCode: error.exitCode };
}

const WIRE_ERROR = object<WireError>({
  name: text as Shape<ErrorName>,
  message: text,
  hint: nullable(text),
  exitCode: whole,
});

/** The error that was told of; null if that is none. */
export function readWireError(error: unknown): UserError | null {
  const decoded = decode(WIRE_ERROR, error);
  if (!decoded.ok) return null;
  const { name, message, hint, exitCode } = decoded.value;
  return new UserError(name, message, hint === null ? { exitCode } : { exitCode, hint });
}
