import type { ErrorName } from "./error_names.ts";
import { ExitCode } from "./exit_code.ts";

/** Parts of a {@linkcode UserError} beside its message. */
export interface UserErrorOptions {
  /** The next step for the user; printed as a `hint:` line. */
  readonly hint?: string;
  /** The exit code of a command that ends with this error. */
  readonly exitCode?: number;
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** More fields of the JSON form. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * An error that a person can act on: what failed, why, and what to do. Its `code` is stable, such as
 * `config/not-found`, and stands in text and in JSON.
 */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly code: ErrorName;
  readonly hint: string | null;
  readonly exitCode: number;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorName, message: string, options: UserErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? null;
    this.exitCode = options.exitCode ?? ExitCode.failed;
    this.details = options.details ?? {};
  }
}

/** The message of whatever was thrown. Never throws, as anything can be thrown, even what has no text at all. */
export function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return "(an object without a text)";
  }
}
