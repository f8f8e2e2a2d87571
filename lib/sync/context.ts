import { BrokenResourceError } from "./channel_errors.ts";

/**
 * A resource with a beginning and an end, as a function: it makes the resource, calls `use` with it, and when that has
 * returned or thrown takes it down. Python writes this as an asynchronous context manager.
 */
export type Context<T> = (use: (value: T) => Promise<void>) => unknown;

/** The error to raise where a context took its resource down by itself. */
export function endedInUse(context: { readonly name: string }): BrokenResourceError {
  const name = context.name === "" ? "The context" : `The context "${context.name}"`;
  return new BrokenResourceError(
    `${name} ended while its value was in use: it has to wait for what use() returns`,
  );
}
