/** Whether an error is of a class, where one may stand for another: the error of another actor is wrapped in one of this actor. */

/** An error's property of this name is the error that it stands for. */
export const STANDS_FOR: unique symbol = Symbol("stands for");

/** A class of errors. */
export type ErrorClass = abstract new (...args: never[]) => Error;

/** Whether an error is of a class, or stands for one that is. Of a group that belongs to this actor its parts are asked. */
export function isOf(error: unknown, type: ErrorClass): boolean {
  if (error instanceof type) return true;
  const original = standsFor(error);
  return original !== null && isWholly(original, type);
}

/** The same of an error of another actor, whose groups are not taken apart: all of their errors must be of the class. */
export function isWholly(error: unknown, type: ErrorClass): boolean {
  if (isOf(error, type)) return true;
  const parts: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  return parts.length > 0 && parts.every((part) => isWholly(part, type));
}

function standsFor(error: unknown): unknown {
  return error instanceof Error && STANDS_FOR in error ? error[STANDS_FOR] : null;
}
