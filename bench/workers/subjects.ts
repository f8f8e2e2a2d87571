/** Who is measured. */
import type { Kind } from "./contender.ts";
import type { Runtime } from "./runtimes.ts";

/** A contender in one variant: a row of the tables. */
export interface Row {
  readonly title: string;
  /** The module that has it. */
  readonly module: string;
  readonly kind: Kind;
  readonly isMoving: boolean;
}

const COPYING: readonly Row[] = [
  {
    title: "postMessage (floor)",
    module: "raw_thread",
    kind: "thread",
    isMoving: false,
  },
  {
    title: "supervise, threads",
    module: "supervise",
    kind: "thread",
    isMoving: false,
  },
  {
    title: "piscina, threads",
    module: "piscina",
    kind: "thread",
    isMoving: false,
  },
  {
    title: "tinypool, threads",
    module: "tinypool",
    kind: "thread",
    isMoving: false,
  },
  {
    title: "workerpool, threads",
    module: "workerpool",
    kind: "thread",
    isMoving: false,
  },
  {
    title: "socket (floor)",
    module: "raw_process",
    kind: "process",
    isMoving: false,
  },
  {
    title: "supervise, processes",
    module: "supervise",
    kind: "process",
    isMoving: false,
  },
  {
    title: "tinypool, processes",
    module: "tinypool",
    kind: "process",
    isMoving: false,
  },
  {
    title: "workerpool, processes",
    module: "workerpool",
    kind: "process",
    isMoving: false,
  },
];

/** Who can hand over memory: threads. Ours share it. */
const MOVING: readonly Row[] = COPYING
  .filter(({ kind }) => kind === "thread")
  .map((row) => ({
    ...row,
    title: `${row.title}, ${row.module === "supervise" ? "shared" : "moved"}`,
    isMoving: true,
  }));

/** The rows of a case. */
export function rowsOf(what: string): readonly Row[] {
  return what === "bytes" ? [...COPYING, ...MOVING] : COPYING;
}

/** Whether it is made for the runtime at all. */
export function isMadeFor({ module }: Row, runtime: Runtime): boolean {
  return module !== "supervise" || runtime !== "node";
}
