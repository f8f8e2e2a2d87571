import { EndOfChannel } from "./channel_errors.ts";

/**
 * A step of an iteration over a receiver that ends with {@linkcode EndOfChannel}. Iterators of channels are no generators: a
 * generator would stand in the scopes of its first caller, where each step has to obey those of its own caller.
 */
export async function nextOf<T>(
  source: { receive(): Promise<T> },
): Promise<IteratorResult<T, undefined>> {
  try {
    return { done: false, value: await source.receive() };
  } catch (error) {
    if (error instanceof EndOfChannel) return { done: true, value: undefined };
    throw error;
  }
}
