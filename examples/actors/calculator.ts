/** A module that an actor serves: everything that it exports can be called. */
import { context, type ServedContext } from "supervise";

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

/** Adds up what it is sent, and tells each sum. */
export const total = context(async (ctx: ServedContext<number, number, number>, start: number) => {
  let sum = start;
  await ctx.started(sum);
  await ctx.openStream(async (stream) => {
    for await (const value of stream) await stream.send(sum += value);
  });
  return sum;
});
