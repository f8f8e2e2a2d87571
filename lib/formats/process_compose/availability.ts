/** `availability`: when a process is started again, and when its end is the end of all. */
import { formatDuration } from "../../base/duration.ts";
import { flagOf, integerOf, mapOf, reject, textOf, valueOf } from "../document/access.ts";
import type { Entry, MapNode } from "../document/node.ts";
import { type ProcessContext, toKey } from "./process_context.ts";

/** As the file may also number them. */
const POLICIES = ["no", "always", "on_failure", "exit_on_failure"];
const FIRST_BACKOFF_SECONDS = 1;
/** Restarts are counted for as long as process-compose runs. */
const LONG = "24h";

/** The policy of a process; `no` without one. */
export function policyOf(keys: MapNode): string {
  const availability = valueOf(keys, "availability");
  const node = availability?.kind === "map" ? valueOf(availability, "restart") : null;
  if (node === null) return "no";
  const text = textOf(node, "`restart`").replace(/^false$/, "no").replaceAll("-", "_");
  const policy = /^\d$/.test(text) ? POLICIES[Number(text)] : POLICIES.find((known) => known === text);
  return policy ??
    reject(
      node,
      `${JSON.stringify(text)} is no restart policy`,
      "it is no, always, on_failure or exit_on_failure",
    );
}

/** Sets when the actor is restarted where nothing is said: never, which for a daemon of ours is another word. */
export function setDefaultPolicy({ actor, isOneShot }: ProcessContext): void {
  if (!isOneShot && !actor.keys.has("restart")) actor.keys.set("restart", "never");
}

/** Sets what `availability` says. */
export function setAvailability(context: ProcessContext, entry: Entry): void {
  if (entry.value.kind !== "map") return void mapOf(entry.value, "`availability`");
  const map = entry.value;
  const policy = policyOf(context.keys);
  const restart = map.entries.get("restart");
  if (restart !== undefined) setPolicy(policy, restart, map, context);
  for (const inner of map.entries.values()) {
    switch (inner.key) {
      case "restart":
      case "backoff_seconds":
      case "max_restarts":
        break;
      case "exit_on_end":
        if (flagOf(inner.value, "`exit_on_end`")) setSignificant(inner, context);
        break;
      case "exit_on_skipped":
        if (!flagOf(inner.value, "`exit_on_skipped`")) break;
        context.findings.lost(
          inner,
          "availability.exit_on_skipped",
          "what fails because of a dependency does not end the tree by itself",
          "significant = true ends it with this actor",
        );
        break;
      default:
        context.findings.lost(inner, `availability.${inner.key}`, "it is no key that is known here");
    }
  }
}

function setPolicy(policy: string, entry: Entry, map: MapNode, context: ProcessContext): void {
  const { actor, findings, isOneShot } = context;
  const said = `availability.restart: ${policy}`;
  if (policy === "no") {
    if (!isOneShot) actor.keys.set("restart", "never");
    return findings.kept(entry, said, toKey(context, 'restart = "never"'));
  }
  if (policy === "exit_on_failure") {
    if (isOneShot) {
      return findings.changed(
        entry,
        said,
        toKey(context, ""),
        "its failure fails what waits for it, and ends the tree only when nothing else is left to run",
      );
    }
    actor.keys.set("restart", "never");
    return setSignificant(entry, context, said);
  }
  const isEndless = policy === "always";
  const isWaitedFor = isEndless && isOneShot;
  const ours = isEndless && !isWaitedFor ? "always" : "on-failure";
  actor.keys.set("restart", ours);
  const to = toKey(context, `restart = "${ours}"`);
  const backoff = valueOf(map, "backoff_seconds");
  const seconds = backoff === null ? FIRST_BACKOFF_SECONDS : integerOf(backoff, "`backoff_seconds`");
  const pause = formatDuration(Math.max(1, seconds * 1_000));
  actor.keys.set("backoff", { initial: pause, max: pause });
  const most = valueOf(map, "max_restarts");
  const count = most === null ? 0 : integerOf(most, "`max_restarts`");
  actor.keys.set("intensity", count === 0 ? "unlimited" : { restarts: count, within: LONG });
  const why = [
    ...(isWaitedFor ? ["something waits for its end"] : []),
    "the first restart is immediate",
    ...(count === 0 ? [] : [`restarts are counted within ${LONG}`]),
  ];
  findings.changed(entry, said, to, why.join("; "));
}

function setSignificant(entry: Entry, context: ProcessContext, said = `availability.${entry.key}`): void {
  context.actor.keys.set("significant", true);
  context.findings.kept(entry, said, toKey(context, "significant = true"));
}
