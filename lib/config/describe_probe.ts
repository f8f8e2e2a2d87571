import { formatDuration } from "../base/duration.ts";
import type { Probe } from "./plan.ts";

/** The question of a probe, for people: `tcp 127.0.0.1:5432`. */
export function describeProbe(probe: Probe): string {
  switch (probe.type) {
    case "tcp":
      return `tcp ${probe.host}:${probe.port}`;
    case "http":
      return `http ${probe.url}`;
    case "exec":
      return `exec ${probe.argv.join(" ")}`;
    case "log":
      return `log /${probe.pattern}/`;
    case "file":
      return `file ${probe.path}`;
    case "delay":
      return `delay ${formatDuration(probe.ms)}`;
    case "notify":
      return "the process saying so";
    case "module":
      return "the module being loaded";
  }
}
