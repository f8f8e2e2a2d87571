/** Where a map takes its items from. */
import { fromPromise } from "../bridge/from_promise.ts";

/** See the module. */
export type Items<T> = Iterable<T> | AsyncIterable<T>;

/** How many there are; null if that is not known before they have come. */
export function sizeOf(items: Items<unknown>): number | null {
  const { length, size } = items as { readonly length?: unknown; readonly size?: unknown };
  return typeof length === "number" ? length : typeof size === "number" ? size : null;
}

/** The items one by one; a source that waits does not hold up a cancel. */
export async function* itemsOf<T>(items: Items<T>): AsyncGenerator<T, void> {
  if (!(Symbol.asyncIterator in items)) return yield* items;
  const iterator = items[Symbol.asyncIterator]();
  let isAtRest = true;
  let isOver = false;
  try {
    for (;;) {
      isAtRest = false;
      const step = await fromPromise(iterator.next());
      isAtRest = true;
      if (step.done === true) return void (isOver = true);
      yield step.value;
    }
  } finally {
    const closed = isOver ? undefined : iterator.return?.();
    if (isAtRest) await closed;
    // In the middle of a step it may never come to where it could be closed: nobody waits for that.
    else void closed?.then(undefined, () => {});
  }
}
