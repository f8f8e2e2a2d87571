/** Values that cross a border may be checked there, by whatever library speaks Standard Schema (zod, valibot, arktype). */
import { fromPromise } from "../../bridge/from_promise.ts";

/** A validator, as https://standardschema.dev describes it. */
export interface StandardSchema<Output = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

/** The answer of a validator. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** One thing that is wrong with a value. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** A value did not have the shape that the border asks for. */
export class ValidationError extends Error {
  override readonly name = "ValidationError";
  /** The faults, each with its place in the value. */
  readonly issues: readonly { readonly path: string; readonly message: string }[];

  /** @internal */
  constructor(what: string, issues: readonly SchemaIssue[]) {
    const told = issues.map(({ message, path }) => ({ path: pathOf(path ?? []), message }));
    super(
      `${what}: ${
        told.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ")
      }`,
    );
    this.issues = told;
  }
}

/** Gives the value as the validator made it. @throws {ValidationError} */
export type Check = (value: unknown) => Promise<unknown>;

/** A value after its check, if there is one. */
export async function checked<T>(check: ((value: T) => Promise<unknown>) | null, value: T): Promise<unknown> {
  return check === null ? value : await check(value);
}

/** A check of what a schema describes; null without one. */
export function checkOf(schema: StandardSchema | undefined, what: string): Check | null {
  if (schema === undefined) return null;
  return async (value) => {
    const answer = schema["~standard"].validate(value);
    const result = answer instanceof Promise ? await fromPromise(answer) : answer;
    if (result.issues !== undefined) throw new ValidationError(what, result.issues);
    return result.value;
  };
}

function pathOf(path: NonNullable<SchemaIssue["path"]>): string {
  return path.map((part) => String(typeof part === "object" ? part.key : part)).join(".");
}
