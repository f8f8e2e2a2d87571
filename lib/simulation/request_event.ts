/** The event that a request of a script is to the core. PURE. */
import type { RequestEvent } from "../supervision/event.ts";
import type { ScriptRequest } from "./script.ts";

/** See the module. @param request The number that its answer is known by. */
export function requestEvent(asked: ScriptRequest, request: number): RequestEvent {
  switch (asked.verb) {
    case "start":
      return { type: "start_requested", request, nodes: asked.paths, deps: true };
    case "stop":
      return { type: "stop_requested", request, nodes: asked.paths };
    case "restart":
      return { type: "restart_requested", request, nodes: asked.paths };
    case "reset":
      return { type: "reset_requested", request, nodes: asked.paths };
    case "signal":
      return {
        type: "signal_requested",
        request,
        nodes: asked.paths,
        signal: asked.signal,
        toAll: false,
      };
    case "down":
      return { type: "down_requested", request, cause: "down", withinMs: null };
  }
}
