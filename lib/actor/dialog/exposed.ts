/** The functions of an actor that others may call: the exports of the modules that it was given. */
import { nameSome } from "../../base/name_some.ts";
import { nearestName } from "../../base/nearest.ts";
import { type Checks, checksOf, NO_CHECKS, type Schemas } from "./checks.ts";
import { NotExposed } from "../errors.ts";
import type { ServedContext } from "./served_context.ts";

/** How a function is talked to: one call with one result, a context, or a stream of what a generator yields. */
export type Style = "call" | "context" | "stream";

// deno-lint-ignore no-explicit-any -- Functions of any shape.
type AnyFunction = (...args: any[]) => unknown;

const STYLE = Symbol.for("supervise.style");
const SCHEMAS = Symbol.for("supervise.schemas");

/** A function that is opened as a context. */
export interface ContextFunction<Started, Sends, Receives, Args extends unknown[], Result> {
  (context: ServedContext<Started, Sends, Receives>, ...args: Args): Promise<Result>;
  readonly [STYLE]: "context";
}

/**
 * Makes a function one that is opened as a context: a task here and one in the actor that opens it, which end together.
 * Follows tractor's `@context`.
 *
 * @example A counter that starts with a value and streams what follows
 * ```ts
 * import { context, type ServedContext } from "supervise";
 *
 * export const countFrom = context(async (ctx: ServedContext<number, number>, first: number) => {
 *   await ctx.started(first);
 *   await ctx.openStream(async (stream) => {
 *     for (let i = first + 1; i < first + 10; i++) await stream.send(i);
 *   });
 *   return "done";
 * });
 * ```
 */
export function context<Started, Sends, Receives, Args extends unknown[], Result>(
  body: (context: ServedContext<Started, Sends, Receives>, ...args: Args) => Promise<Result>,
  schemas: Schemas = {},
): ContextFunction<Started, Sends, Receives, Args, Result> {
  return Object.assign(
    (ctx: ServedContext<Started, Sends, Receives>, ...args: Args) => body(ctx, ...args),
    { [STYLE]: "context" as const, [SCHEMAS]: schemas },
  );
}

/**
 * A function whose arguments and result are checked in the actor that runs it.
 *
 * @param schemas Validators of any library that speaks Standard Schema: zod, valibot, arktype.
 * @throws {ValidationError} In the caller, if something has not its shape.
 */
export function validated<F extends AnyFunction>(schemas: Schemas, body: F): F {
  const style = styleOf(body);
  const checked = style === "stream"
    ? async function* (...args: unknown[]) {
      yield* body(...args) as AsyncIterable<unknown>;
    }
    : (...args: unknown[]) => body(...args);
  return Object.assign(checked, { [STYLE]: style, [SCHEMAS]: schemas }) as unknown as F;
}

/** A function that may be called from outside. */
export interface Exposed {
  readonly name: string;
  readonly style: Style;
  readonly body: AnyFunction;
  readonly checks: Checks;
}

/** Modules by the names under which they are called; the unnamed one is the actor's main module. */
export type Modules = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** The facts about a function that others may call. */
export interface FunctionFacts {
  readonly name: string;
  readonly style: Style;
}

/** All functions of the main module that may be called. */
export function functionsOf(modules: Modules): readonly FunctionFacts[] {
  const exports = modules.get("") ?? {};
  return Object.keys(exports).flatMap((name) => {
    const found = functionOf(exports, name);
    return found === null ? [] : [{ name, style: found.style }];
  });
}

/**
 * Finds the function of a name.
 *
 * @throws {NotExposed} If there is none that may be called.
 */
export function findExposed(modules: Modules, module: string, name: string, actor: string): Exposed {
  const exports = modules.get(module);
  if (exports === undefined) {
    throw new NotExposed(
      `Actor "${actor}" has no module "${module}"${didYouMean(module, [...modules.keys()])}`,
    );
  }
  const found = functionOf(exports, name, module === "" ? name : `${module}.${name}`);
  if (found !== null) return found;
  throw new NotExposed(`Actor "${actor}" exposes no function "${name}"${nearestFunction(exports, name)}`);
}

/** A function that a module exports; null if there is none. @param called What errors call it. */
export function functionOf(
  exports: Readonly<Record<string, unknown>>,
  name: string,
  called: string = name,
): Exposed | null {
  const body = Object.hasOwn(exports, name) ? exports[name] : undefined;
  if (typeof body !== "function") return null;
  const schemas = (body as unknown as { readonly [SCHEMAS]?: Schemas })[SCHEMAS];
  return {
    name: called,
    style: styleOf(body as AnyFunction),
    body: body as AnyFunction,
    checks: schemas === undefined ? NO_CHECKS : checksOf(schemas, called),
  };
}

/** The end of a sentence that says which function may have been meant. */
export function nearestFunction(exports: Readonly<Record<string, unknown>>, name: string): string {
  return didYouMean(name, Object.keys(exports).filter((key) => typeof exports[key] === "function"));
}

const GENERATOR = Object.getPrototypeOf(async function* () {}) as object;

function styleOf(body: AnyFunction): Style {
  const style = (body as { readonly [STYLE]?: Style })[STYLE];
  return style ?? (Object.prototype.isPrototypeOf.call(GENERATOR, body) ? "stream" : "call");
}

function didYouMean(name: string, names: readonly string[]): string {
  const near = nearestName(name, names);
  if (near !== null) return `, did you mean "${near}"?`;
  return names.length === 0 ? "" : `; it has ${nameSome(names.map((one) => `"${one}"`))}`;
}
