import assert from "node:assert/strict";

/** What a promise rejects with, or a call throws; a test that expects an error fails where there is none. */
export async function raisedBy(act: () => unknown): Promise<unknown> {
  try {
    await act();
  } catch (error) {
    return error;
  }
  assert.fail("there was no error");
}

/** {@linkcode raisedBy} for an error of one class. */
export async function errorOf<E extends Error>(
  type: abstract new (...args: never[]) => E,
  act: () => unknown,
): Promise<E> {
  const error = await raisedBy(act);
  assert.ok(error instanceof type, `expected ${type.name}: ${String(error)}`);
  return error;
}
