import { formatDuration } from "../../base/duration.ts";
import { ACTOR } from "../keys/actor.ts";
import { PROBES, READY } from "../keys/ready.ts";
import type { ActorSpec, Probe } from "../plan.ts";
import type { Report } from "../report.ts";
import { type Fields, valueOf } from "../values/key.ts";
import { argvOf } from "./argv.ts";
import type { ActorNode } from "./nodes.ts";
import { requireOneOf } from "./one_of.ts";

/** When an actor counts as ready, and how long that may take. */
export function readyOf(
  node: ActorNode,
  report: Report,
): Pick<ActorSpec, "ready" | "startTimeoutMs"> {
  const { ready, start_timeout: startTimeout } = node.declared.fields;
  const given = [startTimeout, ready?.value.fields.timeout].flatMap((field) =>
    field === undefined ? [] : [field.value]
  );
  const startTimeoutMs = given.length === 0 ? ACTOR.keys.start_timeout.byDefault : Math.min(...given);
  const intervalMs = valueOf(ready?.value.fields.interval, READY.keys.interval);
  if (ready === undefined) {
    const isModule = node.declared.fields.module !== undefined;
    return { ready: isModule ? { probe: { type: "module" }, intervalMs } : null, startTimeoutMs };
  }
  if (node.declared.present.has("ready")) {
    const asked = {
      title: "a ready table without a probe",
      more: "a second probe",
      keys: READY.keys,
      among: PROBES,
    };
    requireOneOf(asked, ready.value.present, ready.at, report);
  }
  const { delay } = ready.value.fields;
  if (delay !== undefined && delay.value >= startTimeoutMs) {
    const message = `ready after ${formatDuration(delay.value)}, but a start that takes ${
      formatDuration(startTimeoutMs)
    } has failed`;
    const longer = formatDuration(2 * delay.value);
    report.add("config/never-ready", delay.at, message, { hint: `give it a longer timeout = "${longer}"` });
  }
  const probe = probeOf(ready.value.fields, report);
  return {
    ready: probe === null ? null : { probe, intervalMs },
    startTimeoutMs,
  };
}

function probeOf(fields: Fields<typeof READY.keys>, report: Report): Probe | null {
  const { tcp, http, exec, log, file, delay, notify } = fields;
  if (tcp !== undefined) return { type: "tcp", ...tcp.value };
  if (http !== undefined) return { type: "http", url: http.value };
  if (exec !== undefined) return { type: "exec", argv: argvOf(exec.value, report) };
  if (log !== undefined) return { type: "log", pattern: log.value };
  if (file !== undefined) return { type: "file", path: file.value };
  if (notify?.value === true) return { type: "notify" };
  return delay === undefined ? null : { type: "delay", ms: delay.value };
}
