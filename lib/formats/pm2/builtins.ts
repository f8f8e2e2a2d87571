/** The functions of JavaScript and of Node that configurations call, as far as they need nothing of the machine. */
import {
  EnvText,
  FunctionValue,
  joinTexts,
  ListValue,
  Opaque,
  recordOf,
  RecordValue,
  textOf,
  type Value,
  Variables,
} from "./values.ts";

/** The parts of the evaluation that a builtin needs. */
export interface BuiltinContext {
  /** The present value of what depends on a variable, which is told. */
  readonly decide: (value: Value) => Value;
  /** Ends the evaluation: this cannot be done. */
  readonly refuse: (why: string) => never;
  /** The value of `__dirname`. */
  readonly folder: EnvText;
}

const LONGEST_TEXT = 100_000;
const MOST_ITEMS = 10_000;

const CALCULATIONS = ["max", "min", "floor", "ceil", "round", "abs", "trunc"] as const;

/** The names that are there without being declared. */
export function globalsOf(context: BuiltinContext): ReadonlyMap<string, Value> {
  const { decide, folder } = context;
  const number = (value: Value) => numberOf(decide(value));
  const fn = (call: (...args: Value[]) => Value) => new FunctionValue((args) => call(...args));
  const calculate = (name: (typeof CALCULATIONS)[number]) =>
    fn((...args) => {
      const calculation: (...numbers: number[]) => number = Math[name];
      return args.find((arg) => arg instanceof Opaque) ?? calculation(...args.map(number));
    });
  const math = Object.fromEntries(CALCULATIONS.map((name) => [name, calculate(name)]));
  const record = (value: Value) => value instanceof RecordValue ? [...value.members] : [];
  return new Map<string, Value>([
    ["undefined", undefined],
    ["NaN", NaN],
    ["Infinity", Infinity],
    ["__dirname", folder],
    ["Number", fn(number)],
    [
      "parseInt",
      fn((text, radix) =>
        text instanceof Opaque
          ? text
          : parseInt(String(decide(text)), radix === undefined ? 10 : number(radix))
      ),
    ],
    ["parseFloat", fn((text) => text instanceof Opaque ? text : parseFloat(String(decide(text))))],
    ["String", fn((value) => textOf(value) ?? String(value))],
    ["Boolean", fn((value) => isTruthy(decide(value)))],
    ["Math", recordOf(math)],
    [
      "Array",
      recordOf({
        isArray: fn((value) => value instanceof ListValue),
        from: fn((source, map) => {
          const items = source instanceof ListValue
            ? source.items
            : source instanceof RecordValue
            ? Array.from<undefined>({ length: Math.min(MOST_ITEMS, number(source.get("length"))) })
            : context.refuse("Array.from of this is not known");
          return new ListValue(
            map instanceof FunctionValue
              ? [...items].map((item, index) => map.call([item, index]))
              : [...items],
          );
        }),
      }),
    ],
    [
      "Object",
      recordOf({
        keys: fn((value) => new ListValue(record(value).map(([name]) => name))),
        values: fn((value) => new ListValue(record(value).map(([, member]) => member.value))),
        entries: fn((value) =>
          new ListValue(record(value).map(([name, member]) => new ListValue([name, member.value])))
        ),
        freeze: fn((value) => value),
        assign: fn((target, ...sources) => {
          if (!(target instanceof RecordValue)) return context.refuse("Object.assign to this is not known");
          for (const source of sources) {
            for (const [name, member] of record(source)) target.set(name, member.value, member.line);
          }
          return target;
        }),
        fromEntries: fn((value) => {
          const made = new RecordValue();
          for (const pair of value instanceof ListValue ? value.items : []) {
            if (pair instanceof ListValue) made.set(String(decide(pair.items[0])), pair.items[1], null);
          }
          return made;
        }),
      }),
    ],
    [
      "process",
      recordOf({
        env: new Variables(),
        cwd: fn(() => folder),
        platform: "linux",
        argv: new Opaque("the command line of PM2"),
        execPath: "node",
      }),
    ],
  ]);
}

/** A module of Node that needs nothing of the machine; null for any other. */
export function moduleOf(name: string, context: BuiltinContext): Value | null {
  const { decide, folder } = context;
  if (!/^(?:node:)?path(?:\/posix)?$/.test(name)) return null;
  const fn = (call: (...args: Value[]) => Value) => new FunctionValue((args) => call(...args));
  const part = (value: Value) => textOf(value) ?? context.refuse("a path has a part that is no text");
  const plain = (value: Value) => String(decide(value));
  return recordOf({
    join: fn((...args) => joinPath(args.map(part))),
    resolve: fn((...args) => {
      const parts = args.map(part);
      const start = parts.findLastIndex((item) =>
        (typeof item === "string" ? item : item.text).startsWith("/") || item === folder ||
        (typeof item !== "string" && item.text.startsWith("${dir}"))
      );
      return joinPath(start < 0 ? [folder, ...parts] : parts.slice(start));
    }),
    normalize: fn((path) => joinPath([part(path)])),
    basename: fn((path, ending) => {
      const base = plain(path).split("/").filter((name) => name !== "").at(-1) ?? "";
      return ending === undefined
        ? base
        : base.replace(new RegExp(`${plain(ending).replace(/[^\w]/g, "\\$&")}$`), "");
    }),
    dirname: fn((path) => path === folder ? joinPath([folder, ".."]) : joinPath([part(path), ".."])),
    extname: fn((path) => /\.[^./]*$/.exec(plain(path))?.[0] ?? ""),
    sep: "/",
  });
}

/** Paths joined, and without parts that lead nowhere; a variable is never left out, since it may hold several. */
function joinPath(parts: readonly (string | EnvText)[]): string | EnvText {
  const joined = joinTexts(parts.flatMap((part, index) => index === 0 ? [part] : ["/", part]));
  if (typeof joined === "string") return normalized(joined);
  return new EnvText(
    normalized(joined.text),
    joined.now === undefined ? undefined : normalized(joined.now),
    joined.names,
  );
}

function normalized(path: string): string {
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "." || part === "") continue;
    const last = kept.at(-1);
    if (part === ".." && last !== undefined && last !== ".." && !last.includes("${")) kept.pop();
    else kept.push(part);
  }
  return `${path.startsWith("/") ? "/" : ""}${kept.join("/")}` || ".";
}

/** A method of a list; null if it has no such method. */
export function listMethod(list: ListValue, name: string, context: BuiltinContext): FunctionValue | null {
  const { items } = list;
  const { decide } = context;
  const each = (args: readonly Value[]) => {
    const [fn] = args;
    if (!(fn instanceof FunctionValue)) return context.refuse(`${name} needs a function`);
    return (item: Value, index: number) => fn.call([item, index, list]);
  };
  const test = (args: readonly Value[]) => (item: Value, index: number) =>
    isTruthy(decide(each(args)(item, index)));
  const flat = (value: Value) => value instanceof ListValue ? value.items : [value];
  const methods: Readonly<Record<string, (args: readonly Value[]) => Value>> = {
    map: (args) => new ListValue(items.map(each(args))),
    flatMap: (args) => new ListValue(items.map(each(args)).flatMap(flat)),
    filter: (args) => new ListValue(items.filter(test(args))),
    find: (args) => items.find(test(args)),
    some: (args) => items.some(test(args)),
    every: (args) => items.every(test(args)),
    forEach: (args) => void items.forEach(each(args)),
    concat: (args) => new ListValue([...items, ...args.flatMap(flat)]),
    flat: () => new ListValue(items.flatMap(flat)),
    slice: (args) => new ListValue(items.slice(...args.map((arg) => numberOf(decide(arg))))),
    includes: ([wanted]) => items.includes(wanted),
    indexOf: ([wanted]) => items.indexOf(wanted),
    reverse: () => new ListValue(items.toReversed()),
    join: ([between]) => {
      const parts = items.map((item) => textOf(item) ?? "");
      const separator = between === undefined ? "," : textOf(between) ?? ",";
      return joinTexts(parts.flatMap((part, index) => index === 0 ? [part] : [separator, part]));
    },
    push: (args) => {
      if (items.length + args.length > MOST_ITEMS) context.refuse("a list grows without an end");
      return items.push(...args);
    },
  };
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  return method === undefined ? null : new FunctionValue(method);
}

/** A method of a text; null if it has no such method. */
export function textMethod(text: string, name: string, context: BuiltinContext): FunctionValue | null {
  const plain = (value: Value) => String(context.decide(value));
  const number = (value: Value) => value === undefined ? undefined : numberOf(context.decide(value));
  const bounded = (made: string) =>
    made.length > LONGEST_TEXT ? context.refuse("a text grows without an end") : made;
  const methods: Readonly<Record<string, (args: readonly Value[]) => Value>> = {
    toString: () => text,
    trim: () => text.trim(),
    toUpperCase: () => text.toUpperCase(),
    toLowerCase: () => text.toLowerCase(),
    split: ([by]) => new ListValue(text.split(by === undefined ? "," : plain(by))),
    startsWith: ([start]) => text.startsWith(plain(start)),
    endsWith: ([end]) => text.endsWith(plain(end)),
    includes: ([part]) => text.includes(plain(part)),
    slice: ([from, to]) => text.slice(number(from), number(to)),
    substring: ([from, to]) => text.substring(number(from) ?? 0, number(to)),
    replace: ([from, to]) => text.replace(plain(from), () => plain(to)),
    replaceAll: ([from, to]) => bounded(text.replaceAll(plain(from), () => plain(to))),
    padStart: ([length, fill]) =>
      text.padStart(Math.min(1_000, number(length) ?? 0), fill === undefined ? " " : plain(fill)),
    padEnd: ([length, fill]) =>
      text.padEnd(Math.min(1_000, number(length) ?? 0), fill === undefined ? " " : plain(fill)),
    repeat: ([times]) => {
      const count = number(times) ?? 0;
      if (!(count >= 0 && count * text.length <= LONGEST_TEXT)) {
        return context.refuse("a text grows without an end");
      }
      return text.repeat(count);
    },
  };
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  return method === undefined ? null : new FunctionValue(method);
}

/** As JavaScript has it, for what is decided. */
export function isTruthy(value: Value): boolean {
  return typeof value === "object" && value !== null ? true : Boolean(value);
}

/** As JavaScript has it, for what is decided. */
export function numberOf(value: Value): number {
  return typeof value === "object" && value !== null ? NaN : Number(value);
}
