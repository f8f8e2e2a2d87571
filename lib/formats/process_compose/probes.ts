/** `readiness_probe`, `liveness_probe` and `ready_log_line`. */
import { quotedForShell } from "../../base/shell_word.ts";
import { formatDuration } from "../../base/duration.ts";
import type { DraftValue } from "../draft.ts";
import { integerOf, mapOf, reject, valueOf } from "../document/access.ts";
import { type Entry, isNothing, type MapNode } from "../document/node.ts";
import { bashOrSh, type ProcessContext, toKey } from "./process_context.ts";
import { scriptIn, textIn, textNow } from "./templates.ts";

const DEFAULTS = { initial_delay_seconds: 0, period_seconds: 10, timeout_seconds: 1, failure_threshold: 3 };
/** A start of ours may take so long in any case. */
const LEAST_START_SECONDS = 30;
const OUR_RETRIES = 3;

/** Sets `ready`: it is asked until it is ready, and process-compose asks on. */
export function setReadiness(context: ProcessContext, entry: Entry): void {
  if (isNothing(entry.value)) return;
  const probe = mapOf(entry.value, "`readiness_probe`");
  const { asked, why } = askedBy(entry, probe, context);
  const seconds = numbersOf(probe);
  const limit = seconds.initial_delay_seconds + seconds.period_seconds * seconds.failure_threshold;
  const ready: Record<string, DraftValue> = { ...asked };
  if (limit > LEAST_START_SECONDS) ready["timeout"] = formatDuration(limit * 1_000);
  context.actor.keys.set("ready", ready);
  const whole = [...why, "it is asked at once and until it is ready, not after"].join("; ");
  context.findings.changed(entry, entry.key, toKey(context, "ready"), whole, "`health` is what asks on");
}

/** Sets `health`. */
export function setLiveness(context: ProcessContext, entry: Entry): void {
  if (isNothing(entry.value)) return;
  const probe = mapOf(entry.value, "`liveness_probe`");
  const { asked, why } = askedBy(entry, probe, context);
  const seconds = numbersOf(probe);
  const health: Record<string, DraftValue> = {
    ...asked,
    interval: formatDuration(seconds.period_seconds * 1_000),
    timeout: formatDuration(seconds.timeout_seconds * 1_000),
  };
  if (seconds.failure_threshold !== OUR_RETRIES) health["retries"] = seconds.failure_threshold;
  if (seconds.initial_delay_seconds > 0) {
    health["start_period"] = formatDuration(seconds.initial_delay_seconds * 1_000);
  }
  context.actor.keys.set("health", health);
  if (why.length === 0) context.findings.kept(entry, entry.key, toKey(context, "health"));
  else context.findings.changed(entry, entry.key, toKey(context, "health"), why.join("; "));
}

/** Sets `ready` to a line of the log. */
export function setReadyLine(context: ProcessContext, entry: Entry): void {
  if (isNothing(entry.value)) return;
  if (valueOf(context.keys, "readiness_probe") !== null) {
    return context.findings.lost(entry, entry.key, "`readiness_probe` says when it is ready");
  }
  context.actor.keys.set("ready", { log: textIn(entry.value, entry.key, context.texts) });
  context.findings.kept(entry, entry.key, toKey(context, "ready.log"));
}

function numbersOf(probe: MapNode): typeof DEFAULTS {
  const read = (key: keyof typeof DEFAULTS, min: number) => {
    const node = valueOf(probe, key);
    return node === null ? DEFAULTS[key] : Math.max(min, integerOf(node, `\`${key}\``));
  };
  return {
    initial_delay_seconds: read("initial_delay_seconds", 0),
    period_seconds: read("period_seconds", 1),
    timeout_seconds: read("timeout_seconds", 1),
    failure_threshold: read("failure_threshold", 1),
  };
}

interface Asked {
  readonly asked: Readonly<Record<string, DraftValue>>;
  /** The differences to the probe in the file, as clauses. */
  readonly why: readonly string[];
}

function askedBy(entry: Entry, probe: MapNode, context: ProcessContext): Asked {
  const exec = valueOf(probe, "exec");
  const http = valueOf(probe, "http_get");
  if (http !== null) return byHttp(entry.key, mapOf(http, "`http_get`"), context);
  if (exec === null) return reject(entry, `\`${entry.key}\` has neither \`exec\` nor \`http_get\``);
  const map = mapOf(exec, "`exec`");
  const command = valueOf(map, "command");
  if (command === null) return reject(exec, "`exec` of a probe has no `command`");
  const script = scriptIn(command, `${entry.key}.exec.command`, context.texts);
  const folder = valueOf(map, "working_dir");
  if (folder === null) return { asked: { exec: bashOrSh(script) }, why: [] };
  const path = textNow(folder, `${entry.key}.exec.working_dir`, context.texts);
  return { asked: { exec: bashOrSh(`cd ${quotedForShell(path)} && { ${script}\n}`) }, why: [] };
}

function byHttp(key: string, map: MapNode, context: ProcessContext): Asked {
  const read = (name: string) => {
    const node = valueOf(map, name);
    return node === null ? null : textIn(node, `${key}.http_get.${name}`, context.texts);
  };
  const scheme = (read("scheme") ?? "http").toLowerCase();
  const host = read("host") ?? "127.0.0.1";
  const port = read("port") ?? read("num_port");
  const path = read("path") ?? "/";
  const why: string[] = ["any answer of 2xx or 3xx counts"];
  for (const name of ["headers", "status_code"]) {
    const entry = map.entries.get(name);
    if (entry !== undefined) {
      context.findings.lost(
        entry,
        `${key}.http_get.${name}`,
        "a probe asks without headers, and for 2xx or 3xx",
        'exec = ["curl", ...] asks for more',
      );
    }
  }
  const url = `${scheme}://${host}${port === null || port === "" ? "" : `:${port}`}${
    path.startsWith("/") ? path : `/${path}`
  }`;
  return { asked: { http: url }, why };
}
