import { CHECKS, HEALTH } from "../keys/health.ts";
import type { Health } from "../plan.ts";
import type { Report } from "../report.ts";
import { type Fields, valueOf } from "../values/key.ts";
import { argvOf } from "./argv.ts";
import type { ActorNode } from "./nodes.ts";
import { requireOneOf } from "./one_of.ts";

/** How it is found out that an actor still works; null if it is not. */
export function healthOf({ declared }: ActorNode, report: Report): Health | null {
  const { health } = declared.fields;
  if (health === undefined) return null;
  const { fields, present } = health.value;
  const { keys } = HEALTH;
  if (declared.present.has("health")) {
    const asked = { title: "a health table without a check", more: "a second check", keys, among: CHECKS };
    requireOneOf(asked, present, health.at, report);
  }
  const { watchdog } = fields;
  const probe = watchdog === undefined ? probeOf(fields, report) : null;
  if (watchdog === undefined && probe === null) return null;
  const intervalMs = valueOf(fields.interval, keys.interval);
  return {
    probe,
    watchdogMs: watchdog?.value ?? null,
    intervalMs,
    timeoutMs: valueOf(fields.timeout, keys.timeout),
    retries: valueOf(fields.retries, keys.retries),
    startPeriodMs: valueOf(fields.start_period, keys.start_period),
    onFailure: valueOf(fields.on_failure, keys.on_failure),
  };
}

function probeOf({ tcp, http, exec }: Fields<typeof HEALTH.keys>, report: Report): Health["probe"] {
  if (tcp !== undefined) return { type: "tcp", ...tcp.value };
  if (http !== undefined) return { type: "http", url: http.value };
  return exec === undefined ? null : { type: "exec", argv: argvOf(exec.value, report) };
}
