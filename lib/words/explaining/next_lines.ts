/** The events that come by themselves: when, and by which key of the file, in sentences for people. */
import { describeDuration, formatDuration } from "../../base/duration.ts";
import type { Explanation } from "../../explanation/explanation.ts";
import type { Next } from "../../explanation/next.ts";
import { keyText, type PlaceOf } from "./key_text.ts";

/** See the module. */
export function nextLines({ path, next, roots }: Explanation, placeOf: PlaceOf): readonly string[] {
  return [
    ...next.map((one) => nextLine(one, path, placeOf)),
    ...roots.flatMap((root) => root.next.map((one) => `${root.path}: ${nextLine(one, root.path, placeOf)}`)),
  ];
}

function nextLine(next: Next, path: string, placeOf: PlaceOf): string {
  const when = next.inMs === null ? "" : `in ${describeDuration(next.inMs)} `;
  return `${when}${whatNext(next)}${keyText(next.keys, next.holder ?? path, placeOf)}`;
}

function whatNext(next: Next): string {
  switch (next.what) {
    case "restart":
      return "it is started again";
    case "regroup":
      return "it is started again together with its siblings";
    case "run":
      return `its schedule has it run${next.overlap === null ? "" : OVERLAPS[next.overlap]}`;
    case "reset":
      return "its restarts count as if it had never failed";
    case "kill":
      return "what is left of it is killed";
    case "hook_timeout":
      return `its pre_start hook has failed, and with it the start: it has ${formatDuration(next.limitMs)}`;
    case "cancel_ends":
      return "it gets its stop signal";
    case "teardown":
      return "what is left in it is killed";
    case "spawn":
      return "its process is made, as soon as there is room";
    case "start_timeout":
      return `its start has failed, if it is not ready before: it has ${formatDuration(next.limitMs)}`;
    case "run_timeout":
      return `it has run too long and is stopped: it has ${formatDuration(next.limitMs)}`;
    case "probe":
      return `it is asked again whether it is ready (attempt ${next.attempt})`;
    case "check":
      return `its health is checked again; ${checkText(next)}`;
    case "watchdog":
      return `it is unhealthy, unless it speaks before: it has ${formatDuration(next.limitMs)}`;
  }
}

function checkText({ failures, retries, isTold }: Next & { readonly what: "check" }): string {
  const isUnhealthy = failures >= retries;
  const outcome = isTold ? "are told of, and nothing else is done" : "make it unhealthy";
  if (isUnhealthy) {
    return isTold
      ? "failures are told of, and nothing else is done"
      : "it counts as unhealthy until one succeeds";
  }
  return failures === 0
    ? `${retries} failures in a row ${outcome}`
    : `${failures} of ${retries} failures in a row that ${outcome}`;
}

const OVERLAPS = {
  skip: "; that run is left out, if this one goes on",
  queue: "; that run follows this one, if this one goes on",
  replace: "; this run is stopped for it, if it goes on",
} as const;
