/** Functions with validators, and ones without for callers that bring their own. */
import { context, type SchemaIssue, type ServedContext, type StandardSchema, validated } from "supervise";

export const number = schema<number>((value) => typeof value === "number" ? [] : [expected("number", value)]);

const whole = schema<number>((value) => Number.isInteger(value) ? [] : [expected("whole number", value)]);

/** Makes something else of what it is given. */
export const trimmed: StandardSchema<string> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) =>
      typeof value === "string" ? { value: value.trim() } : { issues: [expected("string", value)] },
  },
};

/** Takes its time. */
const trimmedLater: StandardSchema<string> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) => Promise.resolve().then(() => trimmed["~standard"].validate(value)),
  },
};

const allNumbers = schema<number[]>((value) =>
  (value as unknown[]).flatMap((one, index) =>
    typeof one === "number" ? [] : [{ ...expected("number", one), path: [{ key: index }] }]
  )
);

function schema<T>(issuesOf: (value: unknown) => readonly SchemaIssue[]): StandardSchema<T> {
  const validate = (value: unknown) => {
    const issues = issuesOf(value);
    return issues.length === 0 ? { value: value as T } : { issues };
  };
  return { "~standard": { version: 1, vendor: "test", validate } };
}

function expected(what: string, value: unknown): SchemaIssue {
  return { message: `expected ${what}, got ${typeof value}` };
}

export const half = validated({ args: [number], result: whole }, (value: number) => value / 2);

export const greet = validated({ args: [trimmedLater] }, (name: string) => `hello ${name}`);

export const total = validated({ args: [allNumbers] }, (values: number[]) => {
  return values.reduce((sum, value) => sum + value, 0);
});

export const checked = context(
  async (ctx: ServedContext<unknown, unknown>, step: "start" | "send" | "result"): Promise<unknown> => {
    await ctx.started(step === "start" ? "wrong" : 1);
    await ctx.openStream((stream) => stream.send(step === "send" ? "wrong" : 1));
    return step === "result" ? "wrong" : 1;
  },
  { started: number, sends: number, result: number },
);

export const sum = context(
  async (ctx: ServedContext<null, never, number>) => {
    await ctx.started(null);
    let result = 0;
    await ctx.openStream(async (stream) => {
      for await (const value of stream) result += value;
    });
    return result;
  },
  { receives: number },
);

export const numbers = validated({ sends: number }, async function* (): AsyncGenerator<number> {
  yield 1;
  yield 2;
  yield "3" as unknown as number;
});

/** Gives a number of a text that is one, and the text itself of others. */
export function plain(text: string): unknown {
  return Number.isNaN(Number(text)) ? text : Number(text);
}

export const plainContext = context(
  async (ctx: ServedContext<unknown, unknown, unknown>, step: string): Promise<unknown> => {
    await ctx.started(step === "start" ? "wrong" : 1);
    await ctx.openStream(async (stream) => {
      await stream.send(step === "send" ? "wrong" : 1);
      for await (const _ of stream);
    });
    return step === "result" ? "wrong" : 1;
  },
);

export async function* plainNumbers(): AsyncGenerator<unknown> {
  yield "wrong";
}
