/** A course that is not as it should be. PURE. */
import type { NodeId } from "../../config/plan.ts";
import type { Expectation } from "../expect/expectation.ts";
import type { Broken as BrokenExpectation } from "../expect/judge.ts";

/** Promises of the program: none depends on the file, and a course that breaks one is a mistake of ours. */
export type PromiseName =
  | "never two processes of an actor"
  | "nothing starts before what it depends on"
  | "no more restarts than the budget grants"
  | "pauses before restarts are kept"
  | "a stop ends within its grace"
  | "a teardown ends within its time"
  | "nothing is left after the end"
  | "states are true"
  | "each request is answered";

/** Hopes: a file that is sound fulfils them, in whatever goes wrong that it has means against. */
export const HOPES = {
  "starts": "undisturbed, all of the tree becomes ready, or completes",
  "rests": "restarts come to an end, once nothing goes wrong any more",
  "recovers": "all that is up or done undisturbed is so again, once nothing goes wrong any more",
} as const;

/** See {@linkcode HOPES}. */
export type HopeName = keyof typeof HOPES;

/** See the module. */
export type Broken =
  | {
    readonly kind: "promise";
    readonly name: PromiseName;
    readonly path: NodeId;
    readonly atMs: number;
    readonly what: string;
  }
  /** The node that does not do what is hoped of it; its state at the end says why. */
  | { readonly kind: "hope"; readonly name: HopeName; readonly path: NodeId; readonly atMs: number }
  /** An expectation of the user's. */
  | {
    readonly kind: "expectation";
    readonly name: string;
    readonly path: NodeId;
    readonly atMs: number;
    readonly expectation: Expectation;
    readonly why: BrokenExpectation;
  };

/** Whether two courses fail for the same reason. */
export function isSameBroken(a: Broken, b: Broken): boolean {
  return a.kind === b.kind && a.name === b.name && (a.path === b.path || a.kind === "expectation");
}

/** A promise that was broken. */
export type BrokenPromise = Extract<Broken, { readonly kind: "promise" }>;

/** The same, made. */
export function broken(name: PromiseName, path: NodeId, atMs: number, what: string): BrokenPromise {
  return { kind: "promise", name, path, atMs, what };
}
