/** Checks of all values that cross the border of one function. */
import { type Check, checkOf, type StandardSchema } from "./check_value.ts";

/** Validators for what crosses the border of a function, each of any library that speaks Standard Schema. */
export interface Schemas {
  /** One for each argument; an argument without one passes. */
  readonly args?: readonly (StandardSchema | undefined)[];
  readonly result?: StandardSchema;
  /** Of the value with which a context starts. */
  readonly started?: StandardSchema;
  /** Of what the function sends over its stream or yields. */
  readonly sends?: StandardSchema;
  /** Of what the function receives over its stream. */
  readonly receives?: StandardSchema;
}

/** The checks of a function. */
export interface Checks {
  /** Of all arguments at once. */
  readonly args: ((args: readonly unknown[]) => Promise<unknown[]>) | null;
  readonly result: Check | null;
  readonly started: Check | null;
  readonly sends: Check | null;
  readonly receives: Check | null;
}

/** The checks that schemas stand for. */
export function checksOf(schemas: Schemas, name: string): Checks {
  return {
    args: argsCheckOf(schemas.args ?? [], name),
    result: checkOf(schemas.result, `The result of "${name}"`),
    started: checkOf(schemas.started, `What "${name}" starts with`),
    sends: checkOf(schemas.sends, `What "${name}" sends`),
    receives: checkOf(schemas.receives, `What "${name}" receives`),
  };
}

function argsCheckOf(schemas: NonNullable<Schemas["args"]>, name: string): Checks["args"] {
  if (schemas.length === 0) return null;
  const checks = schemas.map((schema, index) => checkOf(schema, `Argument ${index + 1} of "${name}"`));
  return async (args) => {
    const values = [...args];
    for (const [index, check] of checks.entries()) {
      if (check !== null) values[index] = await check(args[index]);
    }
    return values;
  };
}

/** Of a function without schemas. */
export const NO_CHECKS: Checks = checksOf({}, "");
