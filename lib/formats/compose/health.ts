/** `healthcheck`. Docker restarts nothing that is unhealthy: it only tells, and lets others wait. */
import { formatDuration } from "../../base/duration.ts";
import type { DraftValue } from "../draft.ts";
import { flagOf, integerOf, reject, valueOf } from "../document/access.ts";
import { type Entry, isNothing, type MapNode, type Node } from "../document/node.ts";
import { httpAsked } from "../http_probe.ts";
import { durationIn } from "./restarts.ts";
import { localText, localWord, type ServiceContext, tellHosts, toKey } from "./service.ts";

/** The interval and the timeout that docker has by default. */
const DEFAULT_MS = 30_000;
const OUR_RETRIES = 3;

/** Whether a service has a check that finds out something. */
export function hasHealthcheck(keys: MapNode): boolean {
  const check = valueOf(keys, "healthcheck");
  if (check === null || check.kind !== "map") return false;
  const disabled = valueOf(check, "disable");
  if (disabled !== null && flagOf(disabled, "`disable`")) return false;
  const test = valueOf(check, "test");
  if (test === null) return false;
  const [first] = test.kind === "list" ? test.items : [test];
  return !(first?.kind === "scalar" && first.value === "NONE");
}

/** Sets `health`. */
export function setHealth(context: ServiceContext, entry: Entry): void {
  const { service, actor, findings, project } = context;
  const to = toKey(context, "health");
  if (entry.value.kind !== "map") {
    if (isNothing(entry.value)) return;
    reject(entry, "`healthcheck` has to be a map of keys");
  }
  if (!hasHealthcheck(service.keys)) {
    return entry.value.entries.has("test") || entry.value.entries.has("disable")
      ? findings.kept(entry, "healthcheck", "no check")
      : findings.lost(entry, "healthcheck", "the test is that of the image", "give the actor a `health`");
  }
  const check = entry.value;
  const names = new Set<string>();
  const asked = probeOf(valueOf(check, "test")!, context, names);
  const health: Record<string, DraftValue> = { ...asked.probe };
  const duration = (key: string, orElse: number | null) => {
    const node = valueOf(check, key);
    if (node === null) return orElse;
    const { file, line } = node;
    return durationIn({ key, value: node, file, line }, project.variables.now(node, `\`${key}\``));
  };
  health["interval"] = formatDuration(Math.max(1, duration("interval", DEFAULT_MS)!));
  health["timeout"] = formatDuration(Math.max(1, duration("timeout", DEFAULT_MS)!));
  const retries = valueOf(check, "retries");
  const count = retries === null ? OUR_RETRIES : Number(project.variables.now(retries, "`retries`"));
  if (retries !== null && !Number.isInteger(count)) integerOf(retries, "`retries`", 1);
  if (count !== OUR_RETRIES && count >= 1) health["retries"] = count;
  const startPeriod = duration("start_period", null);
  if (startPeriod !== null && startPeriod > 0) health["start_period"] = formatDuration(startPeriod);
  health["on_failure"] = "ignore";
  actor.keys.set("health", health);
  findings.changed(
    entry,
    "healthcheck",
    to,
    [
      ...(asked.why === null ? [] : [asked.why]),
      "the first check comes at once, not after the first interval",
    ].join("; "),
    'on_failure = "restart" has it restarted when it is unhealthy',
  );
  tellHosts(context, entry, to, names);
  const startInterval = check.entries.get("start_interval");
  if (startInterval !== undefined) {
    findings.lost(startInterval, "healthcheck.start_interval", "checks come at one interval");
  }
}

interface Asked {
  readonly probe: Readonly<Record<string, DraftValue>>;
  /** The difference to the test in the file, as a clause. */
  readonly why: string | null;
}

function probeOf(test: Node, context: ServiceContext, names: Set<string>): Asked {
  const what = "`test` of `healthcheck`";
  if (test.kind === "map") return reject(test, `${what} has to be a text or a list`);
  if (test.kind === "scalar") return probeOfScript(localText(test, what, context, names));
  const [first, ...rest] = test.items.map((item) => localText(item, `an item of ${what}`, context, names));
  if (first === undefined) return reject(test, `${what} is empty`);
  if (first === "CMD-SHELL") return probeOfScript(rest.join(" "));
  const words = first === "CMD" ? rest : [first, ...rest];
  if (words.length === 0) return reject(test, `${what} names no command`);
  const url = httpAsked(words);
  if (url !== null) return { probe: { http: url }, why: `supervise asks itself, and not ${words[0]}` };
  const local = words.map((word, index) => localWord(word, index === 0, context));
  return { probe: { exec: local }, why: null };
}

function probeOfScript(script: string): Asked {
  const words = script.trim().replace(/\s*\|\|\s*(?:exit\s+\d+|false)\s*$/, "")
    .replace(/\s+(?:[12&]?>\s*\/dev\/null|2>&1)/g, "").split(/\s+/);
  const url = httpAsked(words);
  if (url !== null) return { probe: { http: url }, why: `supervise asks itself, and not ${words[0]}` };
  return { probe: { exec: ["/bin/sh", "-c", script] }, why: null };
}
