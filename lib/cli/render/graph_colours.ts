import type { VisibleState } from "../../supervision/view.ts";

/** A group of states that a picture shows in one colour. */
export type Shade = "good" | "busy" | "bad" | "idle";

/** The group of each state, as the colours of `ps` have it. */
export const SHADES: Readonly<Record<VisibleState, Shade>> = {
  inactive: "idle",
  waiting: "busy",
  starting: "busy",
  running: "good",
  backing_off: "busy",
  stopping: "busy",
  stopped: "idle",
  completed: "good",
  failed: "bad",
};

/** Fill and border of each group: dark text is read on all of the fills. */
export const FILLS: Readonly<Record<Shade, readonly [fill: string, border: string]>> = {
  good: ["#d1f0d3", "#2e7d32"],
  busy: ["#fff1c2", "#b27900"],
  bad: ["#fbd5d5", "#c62828"],
  idle: ["#eeeeee", "#757575"],
};
