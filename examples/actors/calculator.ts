/** A module that an actor serves: everything that it exports can be called. */

export function add(a: number, b: number): number {
  return a + b;
}

export function divide(a: number, b: number): number {
  if (b === 0) throw new RangeError("Cannot divide by zero");
  return a / b;
}

export async function* countTo(last: number): AsyncGenerator<number> {
  for (let i = 1; i <= last; i++) yield i;
}
