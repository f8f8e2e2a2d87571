/** Freezes `value` and all that it holds, without recursion; returns it. */
export function deepFreeze<T>(value: T): T {
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next !== "object" || next === null || Object.isFrozen(next)) continue;
    Object.freeze(next);
    for (const held of Object.values(next)) pending.push(held);
  }
  return value;
}
