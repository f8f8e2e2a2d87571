/** `restart`, and what `deploy.restart_policy` says in its place. */
import { formatDuration } from "../../base/duration.ts";
import { entryOf, integerOf, reject, valueOf } from "../document/access.ts";
import type { Entry, MapNode, Placed } from "../document/node.ts";
import { goDurationMs } from "../units.ts";
import { type ServiceContext, toKey } from "./service.ts";

/** Docker waits 100 ms, then twice as long each time, up to a minute; a run of ten seconds begins anew. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 60_000;
const LONG_RUN_MS = 10_000;
const MINUTE_MS = 60_000;

/** The policy of restarts that a service asks for. */
interface Policy {
  readonly when: "always" | "on-failure" | "never";
  /** How often at most; null for ever. */
  readonly most: number | null;
  readonly at: Placed;
  /** The key, and its value where it is short. */
  readonly said: string;
}

/** Sets when the actor is restarted. */
export function setRestarts(context: ServiceContext): void {
  const { service, actor, findings, project } = context;
  const policy = policyOf(context);
  const isOneShot = project.oneShots.has(service.name);
  if (policy === null) {
    // Ours would be "always" for a daemon.
    if (!isOneShot) actor.keys.set("restart", "never");
    return;
  }
  const { when, most, at, said } = policy;
  if (isOneShot && when === "always") {
    actor.keys.set("restart", "on-failure");
    const why = "something waits for its end, which would never come if it was restarted after it";
    return findings.changed(at, said, toKey(context, 'restart = "on-failure"'), why);
  }
  if (!(isOneShot && when === "never")) actor.keys.set("restart", when);
  const to = toKey(context, `restart = "${when}"`);
  if (when === "never") return findings.kept(at, said, to);
  actor.keys.set("backoff", { max: formatDuration(LONGEST_PAUSE_MS) });
  if (most === null) {
    actor.keys.set("intensity", "unlimited");
    return findings.kept(at, said, `${to}, without end, after at most a minute`);
  }
  const within = formatDuration(timeFor(most));
  actor.keys.set("intensity", { restarts: most, within });
  findings.changed(at, said, to, `restarts are counted within ${within}`);
}

/** In whole minutes: so long so many restarts of short runs take. */
function timeFor(restarts: number): number {
  let sum = 0;
  let pause = FIRST_PAUSE_MS;
  for (let count = 0; count < restarts && count < 1_000; count++) {
    sum += LONG_RUN_MS + pause;
    pause = Math.min(LONGEST_PAUSE_MS, 2 * pause);
  }
  return Math.max(1, Math.ceil(sum / MINUTE_MS)) * MINUTE_MS;
}

function policyOf({ service: { keys }, project: { variables } }: ServiceContext): Policy | null {
  const entry = entryOf(keys, "restart");
  const deploy = valueOf(keys, "deploy");
  if (entry !== null && valueOf(keys, "restart") !== null) {
    // YAML 1.1 has `no` as a boolean.
    const text = variables.now(entry.value, "`restart`").replace(/^false$/, "no");
    return shortPolicy(text, entry);
  }
  const policy = deploy?.kind === "map" ? entryOf(deploy, "restart_policy") : null;
  return policy?.value.kind === "map" ? deployedPolicy(policy, policy.value) : null;
}

function shortPolicy(text: string, at: Entry): Policy {
  const [, word, most] = /^(no|always|unless-stopped|on-failure)(?::(\d+))?$/.exec(text) ?? [];
  if (word === undefined || (most !== undefined && word !== "on-failure")) {
    reject(
      at,
      `${JSON.stringify(text)} is no restart policy`,
      "it is no, always, unless-stopped, on-failure or on-failure:TIMES",
    );
  }
  const when = word === "no" ? "never" : word === "on-failure" ? "on-failure" : "always";
  return {
    when,
    most: most === undefined || most === "0" ? null : Number(most),
    at,
    said: `restart: ${text}`,
  };
}

function deployedPolicy(at: Entry, policy: MapNode): Policy {
  const condition = valueOf(policy, "condition");
  const attempts = valueOf(policy, "max_attempts");
  const word = condition?.kind === "scalar" ? String(condition.value) : "any";
  const most = attempts === null ? null : integerOf(attempts, "`max_attempts`");
  return {
    when: word === "none" ? "never" : word === "on-failure" ? "on-failure" : "always",
    most: most === 0 ? null : most,
    at,
    said: "deploy.restart_policy",
  };
}

/** A duration in milliseconds. @throws {UserError} `import/not-readable` */
export function durationIn(entry: Entry, text: string): number {
  return goDurationMs(text) ??
    reject(entry, `${JSON.stringify(text)} of \`${entry.key}\` is no duration`, "write it as 10s or 1m30s");
}
