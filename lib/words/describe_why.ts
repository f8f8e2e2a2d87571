import { grouped } from "../base/counted.ts";
import { describeDuration } from "../base/duration.ts";
import { nameSome } from "../base/name_some.ts";
import type { StopReason } from "../supervision/reason.ts";
import type { Rung, Why } from "../supervision/view.ts";
import { describeAsker } from "./describe_asker.ts";
import { describeCrash } from "./describe_crash.ts";
import { describeEnd, describeReason } from "./describe_reason.ts";

/** Why a node is in its state, as a clause for people: `waits for "db" to be ready`. */
export function describeWhy(why: Why): string {
  switch (why.kind) {
    case "dependencies": {
      const names = why.unmet.map(({ on, condition }) => `"${on}" to be ${condition}`);
      const more = why.more > 0 ? [`${grouped(why.more)} more`] : [];
      return `waits for ${[...names, ...more].join(" and ")}`;
    }
    case "turn":
      return "waits for its turn";
    case "tree":
      return "waits for its tree";
    case "backoff":
      return `restarts in ${describeDuration(why.inMs)} (${describeReason(why.reason)})`;
    case "siblings":
      return `restarts with its siblings${why.after === null ? "" : ` (${describeEnd(why.after)})`}`;
    case "spawn":
      return why.lack === null ? "waits to be spawned" : `waits to be spawned: ${why.lack}`;
    case "hook":
      return `its ${why.hook} hook runs`;
    case "probe":
      return why.error;
    case "health":
      return `${why.isUnhealthy ? "unhealthy" : "a health check has failed"}: ${why.error}`;
    case "held":
      return describeCrash(why);
    case "dependents":
      return "stops when what depends on it has stopped";
    case "teardown":
      return `at most ${describeDuration(why.withinMs)} more`;
    case "stopping":
      return why.rung === "spawning"
        ? RUNGS.spawning
        : `${RUNGS[why.rung]}, killed in ${describeDuration(why.killInMs)}`;
    case "killed":
      return "killed, and not gone yet";
    case "stopped":
      return why.asker === undefined
        ? STOP_REASONS[why.by]
        : `stopped by ${describeAsker(why.asker)} with \`stop\``;
    case "failed":
      return describeReason(why.reason);
    case "profile": {
      const names = nameSome(why.profiles.map((name) => `"${name}"`));
      const what = why.profiles.length === 1 ? `profile ${names} is` : `profiles ${names} are`;
      return `${what} not active${why.isTreeAround ? `, which its tree "${why.of}" is for` : ""}`;
    }
  }
}

const RUNGS: Readonly<Record<Rung, string>> = {
  spawning: "its start is called off",
  pre_stop: "its pre_stop hook runs",
  command: "its stop command runs",
  cancel: "was cancelled",
  signal: "was asked to stop",
  rest: "its descendants are being ended",
  post_stop: "has ended, and its post_stop hook runs",
};

const STOP_REASONS: Readonly<Record<StopReason, string>> = {
  request: "stopped by hand",
  tree: "stopped with its tree",
  strategy: "stopped with a sibling that failed",
  removed: "stopped because the file has it no more",
};
