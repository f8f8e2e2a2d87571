/** What a test orders a process of its tree to suffer, through the environment. */
import process from "node:process";

/** Where a process is struck: at which of its steps, and on which side of it, or in the middle of what is written. */
export interface Strike {
  /** Counted from 1. */
  readonly at: number;
  readonly when: "before" | "midway" | "after";
  /** Whom: the process itself, its guardian, or the two in one instant. */
  readonly victim: "itself" | "guardian" | "both";
  readonly signal: "SIGKILL" | "SIGSTOP";
}

/** See the module. */
export interface Fault {
  /** Whose steps are meant; `client`: those of whoever has a tree handed over. */
  readonly role: "guardian" | "supervisor" | "client";
  /** A file in which each step is noted before it is made. */
  readonly trace: string;
  /** Null: the steps are only noted. */
  readonly strike: Strike | null;
  /** Makes the date jump by hours, forth and back; null: it goes as it does. */
  readonly clockSeed: number | null;
}

const VARIABLE = "SUPERVISE_FAULT";

/** The environment in which a fault is ordered. */
export function orderFault(fault: Fault): Readonly<Record<string, string>> {
  return { [VARIABLE]: JSON.stringify(fault) };
}

/** The fault that this process is to suffer; null if it is none, or another's. */
export function orderedFault(role: Fault["role"]): Fault | null {
  const text = process.env[VARIABLE];
  const fault = text === undefined ? null : JSON.parse(text) as Fault;
  return fault?.role === role ? fault : null;
}
