/** A daemon of pitchfork as an actor. */
import { formatDuration } from "../../base/duration.ts";
import { parseSignal } from "../../base/signals.ts";
import { formatSize, parseSize } from "../../base/size.ts";
import { mistakeInCron, plainCron } from "../../config/text/cron.ts";
import { quote } from "../../config/wording.ts";
import {
  flagOf,
  integerOf,
  listOf,
  mapOf,
  numberOf,
  reject,
  textOf,
  textsOf,
  valueOf,
} from "../document/access.ts";
import type { KeyFindings } from "../document/key_findings.ts";
import { type Entry, isNothing, type MapNode, type Node } from "../document/node.ts";
import { addTo as addToTable, type DraftActor, type DraftValue } from "../draft.ts";
import { literal } from "../literal.ts";
import { isReservedVariable } from "../reserved_variables.ts";
import { peoplesDurationMs } from "../units.ts";
import { filledIn, type Templates } from "./templates.ts";

/** See the module. */
export interface DaemonContext {
  readonly name: string;
  readonly keys: MapNode;
  readonly actor: DraftActor;
  readonly findings: KeyFindings;
  /** Names of actors by those of daemons. */
  readonly names: ReadonlyMap<string, string>;
  readonly templates: Templates;
  /** Whether the settings have every command run by mise. */
  readonly usesMise: boolean;
  /** The user of the settings. */
  readonly user: string | null;
  /** Commands of the tree, for hooks about what no hook of ours is for. */
  readonly alerts: DraftValue[];
}

/** A retry counts for as long as pitchfork runs. */
const LONG = "24h";

type Translate = (context: DaemonContext, entry: Entry) => void;

const TRANSLATED: Readonly<Record<string, Translate>> = {
  dir: setFolder,
  env: setEnvironment,
  user: setUser,
  retry: setRetry,
  depends: setDependencies,
  watch: setWatch,
  cron: setCron,
  memory_limit: setMemory,
  cpu_limit: setProcessor,
  stop_signal: setStop,
  hooks: setHooks,
  on_ready: setHook,
  on_fail: setHook,
  on_retry: setHook,
  port: setPorts,
  expected_port: setPorts,
  health_http: setHealth,
  health_port: setHealth,
  health_cmd: setHealth,
};

type Loss = readonly [why: string, hint?: string];

const LOST: Readonly<Record<string, Loss>> = {
  auto: ["no shell starts or stops it on the way into a folder", "`supervise up -d` and `supervise down` do"],
  boot_start: ["it is not started with the machine", "`supervise install systemd` has the tree started then"],
  auto_bump_port: ["a port that is taken is an error, and no other one is looked for"],
  port_bump_attempts: ["a port that is taken is an error, and no other one is looked for"],
  ready_retry: ["a start that fails is retried as any other failure"],
  pty: ["an actor has no terminal"],
  proxy: ["there is no proxy"],
  proxy_tls: ["there is no proxy"],
  proxy_tls_port: ["there is no proxy"],
  proxy_port: ["there is no proxy"],
  proxy_idle_timeout: ["there is no proxy"],
  watch_mode: ["the kernel tells of changes"],
  time_retention: ["logs are kept by their size", "log = { max_size = ..., keep = ... }"],
  line_retention: ["logs are kept by their size", "log = { max_size = ..., keep = ... }"],
  archive_hook: ["no command reads what is rotated", "log = { compress = true }"],
  logs: ["logs are kept by their size", "log = { max_size = ..., keep = ... }"],
};

/** The first that a daemon has is asked; others are lost. */
const READY_KEYS = ["ready_http", "ready_port", "ready_cmd", "ready_output", "ready_delay"];

const DECIDED: ReadonlySet<string> = new Set(["run", "mise", "oneshot", ...READY_KEYS]);

/** Writes the actor of a daemon. */
export function writeDaemon(context: DaemonContext): void {
  const { keys, actor, findings } = context;
  setCommand(context);
  const oneshot = keys.entries.get("oneshot");
  const isOneShot = (oneshot !== undefined && flagOf(oneshot.value, "`oneshot`")) ||
    valueOf(keys, "cron") !== null;
  if (oneshot !== undefined) {
    findings.kept(oneshot, "oneshot", `actors.${actor.name}${isOneShot ? "" : " daemon = true"}`);
  }
  if (!isOneShot) actor.keys.set("daemon", true);
  if (!isOneShot && valueOf(keys, "retry") === null) actor.keys.set("restart", "never");
  setReady(context);
  for (const entry of keys.entries.values()) {
    const { key } = entry;
    if (DECIDED.has(key) || isNothing(entry.value)) continue;
    const translate = Object.hasOwn(TRANSLATED, key) ? TRANSLATED[key] : undefined;
    if (translate !== undefined) {
      translate(context, entry);
    } else {
      const [why, hint] = Object.hasOwn(LOST, key) ? LOST[key]! : ["it is no key that is known here"];
      findings.lost(entry, key, why, hint ?? null);
    }
  }
  if (valueOf(keys, "user") === null && context.user !== null) actor.keys.set("user", context.user);
}

function to({ actor }: DaemonContext, key: string): string {
  return `actors.${actor.name} ${key}`;
}

function addTo({ actor }: DaemonContext, table: string, key: string, value: DraftValue): void {
  addToTable(actor, table, { [key]: value });
}

const sh = (script: string): DraftValue => ["/bin/sh", "-c", script];

function setCommand(context: DaemonContext): void {
  const { keys, actor, findings, templates, name } = context;
  const run = keys.entries.get("run");
  if (run === undefined) return reject(keys, `the daemon ${quote(name)} has no \`run\``);
  const script = filledIn(run.value, "run", templates, findings).trim();
  if (script === "") return reject(run, `the daemon ${quote(name)} has an empty \`run\``);
  const mise = keys.entries.get("mise");
  const byMise = mise === undefined ? context.usesMise : flagOf(mise.value, "`mise`");
  if (mise !== undefined) findings.kept(mise, "mise", byMise ? to(context, "exec") : "the command itself");
  if (byMise) {
    actor.keys.set("exec", ["mise", "x", "--", "sh", "-c", script]);
    addTo(context, "stop", "to", "group");
  } else {
    actor.keys.set("shell", script);
  }
  findings.kept(run, "run", to(context, byMise ? "exec" : "shell"));
}

/** The value of a key that may be a table, and the other keys of that. */
interface Detailed {
  readonly value: Node;
  readonly details: MapNode | null;
}

function detailed(node: Node, key: string, what: string): Detailed {
  if (node.kind !== "map") return { value: node, details: null };
  return { value: valueOf(node, key) ?? reject(node, `${what} has no \`${key}\``), details: node };
}

function durationIn(node: Node, what: string): number {
  const text = textOf(node, what);
  return peoplesDurationMs(text) ?? reject(node, `${what} is ${quote(text)}, which is no duration`);
}

function setReady(context: DaemonContext): void {
  const { keys, actor, findings } = context;
  const there = READY_KEYS.filter((key) => valueOf(keys, key) !== null);
  const [first, ...more] = there;
  if (first === undefined) return;
  const entry = keys.entries.get(first)!;
  const { probe, details, why } = readyBy(context, entry);
  const timeout = details === null ? null : valueOf(details, "timeout");
  actor.keys.set("ready", {
    ...probe,
    ...(timeout === null ? {} : { timeout: formatDuration(durationIn(timeout, "`timeout`")) }),
  });
  if (why === null) findings.kept(entry, first, to(context, "ready"));
  else findings.changed(entry, first, to(context, "ready"), why);
  const status = details === null ? null : details.entries.get("status") ?? null;
  if (status !== null) {
    findings.lost(
      status,
      `${first}.status`,
      "any answer of 2xx or 3xx counts",
      'ready = { exec = ["curl", ...] } asks for more',
    );
  }
  for (const key of more) {
    findings.lost(keys.entries.get(key)!, key, `${first} says when it is ready, and an actor has one probe`);
  }
}

interface Probe {
  readonly probe: Readonly<Record<string, DraftValue>>;
  readonly details: MapNode | null;
  readonly why: string | null;
}

/** As long as a start may take without a word about it. */
const START_MS = 30_000;

function readyBy(context: DaemonContext, { key, value: node }: Entry): Probe {
  const { templates, findings } = context;
  const text = (value: Node) => filledIn(value, key, templates, findings);
  switch (key) {
    case "ready_http": {
      const { value, details } = detailed(node, "url", key);
      return { probe: { http: withScheme(text(value)) }, details, why: "any answer of 2xx or 3xx counts" };
    }
    case "ready_port": {
      const { value, details } = detailed(node, "port", key);
      return { probe: { tcp: `127.0.0.1:${text(value)}` }, details, why: null };
    }
    case "ready_cmd": {
      const { value, details } = detailed(node, "run", key);
      return { probe: { exec: sh(text(value)) }, details, why: null };
    }
    case "ready_output": {
      const { value, details } = detailed(node, "pattern", key);
      return { probe: { log: text(value) }, details, why: null };
    }
    default: {
      const ms = numberOf(node, "`ready_delay`") * 1_000;
      const timeout = ms >= START_MS ? { timeout: formatDuration(ms * 2) } : {};
      return { probe: { delay: formatDuration(ms), ...timeout }, details: null, why: null };
    }
  }
}

function withScheme(url: string): string {
  return /^https?:\/\//.test(url) ? url : `http://${url}`;
}

const OUR_RETRIES = 3;

function setHealth(context: DaemonContext, entry: Entry): void {
  const { actor, findings, templates } = context;
  const { key } = entry;
  if (actor.keys.has("health")) return findings.lost(entry, key, "an actor has one check");
  const name = key === "health_http" ? "url" : key === "health_port" ? "port" : "run";
  const { value, details } = detailed(entry.value, name, key);
  const text = filledIn(value, key, templates, findings);
  const health: Record<string, DraftValue> = key === "health_http"
    ? { http: withScheme(text) }
    : key === "health_port"
    ? { tcp: `127.0.0.1:${text}` }
    : { exec: sh(text), timeout: "10s" };
  for (const inner of details?.entries.values() ?? []) {
    if (inner.key === "interval" || inner.key === "timeout") {
      health[inner.key] = formatDuration(durationIn(inner.value, `\`${inner.key}\``));
    } else if (inner.key === "retries") {
      const retries = integerOf(inner.value, "`retries`", 1);
      if (retries !== OUR_RETRIES) health["retries"] = retries;
    } else if (inner.key === "status") {
      findings.lost(inner, `${key}.status`, "any answer of 2xx or 3xx counts");
    }
  }
  actor.keys.set("health", health);
  findings.changed(entry, key, to(context, "health"), "the first check comes when it is ready");
}

/** No shell replaces a `~` in a path of ours. */
function pathIn(text: string): string {
  return literal(text).replace(/^~(?=\/|$)/, "${env:HOME}");
}

function setFolder(context: DaemonContext, entry: Entry): void {
  const path = pathIn(textOf(entry.value, "`dir`"));
  if (path !== "" && path !== ".") context.actor.keys.set("cwd", path);
  context.findings.kept(entry, "dir", to(context, "cwd"));
}

function setEnvironment(context: DaemonContext, entry: Entry): void {
  const { findings, templates } = context;
  for (const { key, value, file, line } of mapOf(entry.value, "`env`").entries.values()) {
    if (isReservedVariable(key) || key === "") {
      findings.lost({ file, line }, `env.${key}`, "supervise sets it for every process", "use another name");
    } else {
      addTo(context, "env", key, filledIn(value, `env.${key}`, templates, findings));
    }
  }
  findings.kept(entry, "env", to(context, "env"));
}

function setUser(context: DaemonContext, entry: Entry): void {
  const user = textOf(entry.value, "`user`");
  context.actor.keys.set("user", user);
  context.findings.kept(entry, "user", to(context, `user = ${JSON.stringify(user)}`));
}

function setRetry(context: DaemonContext, entry: Entry): void {
  const { actor, findings, keys } = context;
  const { value } = entry;
  const isEndless = value.kind === "scalar" && value.value === true;
  const count = value.kind === "scalar" && typeof value.value === "boolean" ? 0 : integerOf(value, "`retry`");
  const endsByItself = valueOf(keys, "oneshot") !== null || valueOf(keys, "cron") !== null;
  if (!isEndless && count === 0) {
    if (!endsByItself) actor.keys.set("restart", "never");
    return findings.kept(entry, "retry", to(context, 'restart = "never"'));
  }
  actor.keys.set("restart", "on-failure");
  actor.keys.set("intensity", isEndless ? "unlimited" : { restarts: count, within: LONG });
  const said = to(context, 'restart = "on-failure"');
  if (isEndless) findings.kept(entry, "retry", said);
  else findings.changed(entry, "retry", said, `restarts are counted within ${LONG}`);
}

function setDependencies(context: DaemonContext, entry: Entry): void {
  const { actor, findings, names, templates } = context;
  const found: string[] = [];
  for (const item of listOf(entry.value, "`depends`").items) {
    const written = textOf(item, "an item of `depends`");
    const own = templates.namespace === null ? written : written.replace(`${templates.namespace}/`, "");
    const name = names.get(own);
    if (name !== undefined) {
      found.push(name);
    } else if (written.includes("/")) {
      findings.lost(
        item,
        `depends ${written}`,
        "it is of another file",
        "include that file, once it is imported too",
      );
    } else {
      reject(item, `${quote(context.name)} depends on ${quote(written)}, and there is no such daemon`);
    }
  }
  if (found.length === 0) return;
  actor.keys.set("depends_on", found);
  findings.kept(entry, "depends", to(context, "depends_on"));
}

/** As long as pitchfork waits for more changes. */
const DEBOUNCE = "1s";

function setWatch(context: DaemonContext, entry: Entry): void {
  const paths = textsOf(entry.value, "`watch`").map(pathIn);
  if (paths.length === 0) return;
  context.actor.keys.set("watch", { paths, debounce: DEBOUNCE });
  context.findings.kept(entry, "watch", to(context, "watch"));
}

function setCron(context: DaemonContext, entry: Entry): void {
  const { actor, findings } = context;
  const { value, details } = detailed(entry.value, "schedule", "`cron`");
  const written = textOf(value, "`schedule`").trim().replace(/\?/g, "*");
  const fields = written.split(/\s+/);
  const cron = fields.length === 7 ? fields.slice(0, 6).join(" ") : written;
  const mistake = mistakeInCron(plainCron(cron));
  if (mistake !== null) {
    // It would run at once, and at no date of its own.
    actor.keys.set("autostart", false);
    return findings.lost(
      entry,
      "cron",
      mistake.message,
      mistake.hint ?? "write it as a schedule of this actor",
    );
  }
  actor.keys.set("schedule", cron);
  const hasYear = fields.length === 7 && fields[6] !== "*";
  const day = cron.split(/\s+/).at(-1) ?? "*";
  // The crate that pitchfork uses begins its weeks with 1 for Sunday.
  const isNumbered = fields.length >= 6 && /\d/.test(day.replace(/\/\d+/g, ""));
  if (hasYear) findings.lost(entry, "cron", "a schedule has no years");
  if (isNumbered) {
    findings.changed(
      entry,
      "cron",
      to(context, "schedule"),
      "0 and 7 are Sunday here, and 1 is Monday",
      "name the days: mon-fri",
    );
  } else {
    findings.kept(entry, "cron", to(context, "schedule"));
  }
  for (const inner of details?.entries.values() ?? []) setCronDetail(context, inner);
}

function setCronDetail(context: DaemonContext, inner: Entry): void {
  const { actor, findings } = context;
  if (inner.key === "schedule") return;
  const said = inner.value.kind === "scalar" ? inner.value.value : null;
  if (inner.key === "retrigger" && said === "always") {
    actor.keys.set("overlap", "replace");
    findings.kept(inner, "cron.retrigger", to(context, 'overlap = "replace"'));
  } else if (inner.key === "retrigger" && said === "finish") {
    findings.kept(inner, "cron.retrigger", to(context, 'overlap = "skip"'));
  } else if (inner.key === "retrigger") {
    findings.lost(inner, "cron.retrigger", "each date makes a run, however the last one ended");
  } else if (said !== false) {
    findings.lost(
      inner,
      `cron.${inner.key}`,
      "it waits for its first date",
      `\`supervise start ${actor.name}\` runs it at once`,
    );
  }
}

function setMemory(context: DaemonContext, entry: Entry): void {
  const text = textOf(entry.value, "`memory_limit`");
  const bytes = parseSize(
    text.replace(/\s+/g, "").replace(
      /^([\d.]+)([kmgt])(i?)b?$/i,
      (_, amount, unit, i) =>
        `${amount}${unit.toLowerCase() === "k" && i === "" ? "K" : unit.toUpperCase()}${
          i === "" ? "" : "i"
        }B`,
    ),
  ) ??
    reject(entry, `${quote(text)} is no size`, "write it as 512MB or 1GiB");
  addTo(context, "cgroup", "memory_max", formatSize(bytes));
  context.findings.changed(
    entry,
    "memory_limit",
    to(context, "cgroup.memory_max"),
    "the kernel keeps it at once, where there are control groups",
  );
}

function setProcessor(context: DaemonContext, entry: Entry): void {
  addTo(context, "cgroup", "cpu_max", `${numberOf(entry.value, "`cpu_limit`")}%`);
  context.findings.changed(
    entry,
    "cpu_limit",
    to(context, "cgroup.cpu_max"),
    "what uses more is slowed down, not killed",
  );
}

function setStop(context: DaemonContext, entry: Entry): void {
  const { value, details } = detailed(entry.value, "signal", "`stop_signal`");
  const text = textOf(value, "`stop_signal`");
  const signal = parseSignal(text) ??
    reject(value, `${quote(text)} is no signal`, "write it as SIGTERM or SIGINT");
  addTo(context, "stop", "signal", signal);
  const timeout = details === null ? null : valueOf(details, "timeout");
  if (timeout !== null) addTo(context, "stop", "grace", formatDuration(durationIn(timeout, "`timeout`")));
  context.findings.kept(entry, "stop_signal", to(context, "stop"));
}

/** The ports of a daemon, in their order. */
export function portsOf(keys: MapNode): readonly number[] {
  const node = valueOf(keys, "port") ?? valueOf(keys, "expected_port");
  const list = node?.kind === "map" ? valueOf(node, "expect") : node;
  if (list === null || list === undefined) return [];
  const items = list.kind === "list" ? list.items : [list];
  return items.map((item) => integerOf(item, "`port`"));
}

function setPorts(context: DaemonContext, entry: Entry): void {
  const { keys, findings } = context;
  if (entry.key === "expected_port" && valueOf(keys, "port") !== null) return;
  const ports = portsOf(keys);
  const [first] = ports;
  if (first === undefined) return;
  addTo(context, "env", "PORT", String(first));
  const script = JSON.stringify([...context.actor.keys.values()]);
  ports.forEach((port, index) => {
    if (ports.length > 1 || new RegExp(`PORT${index}\\b`).test(script)) {
      addTo(context, "env", `PORT${index}`, String(port));
    }
  });
  findings.kept(entry, entry.key, to(context, "env.PORT"));
  const bump = entry.value.kind === "map" ? entry.value.entries.get("bump") : undefined;
  const isBumped = bump?.value.kind === "scalar" && bump.value.value !== false && bump.value.value !== 0;
  if (bump !== undefined && isBumped) {
    findings.lost(bump, "port.bump", "a port that is taken is an error, and no other one is looked for");
  }
}

/** The events that an alert here has in place of a hook of pitchfork. */
const ALERTED: Readonly<Record<string, readonly string[]>> = {
  on_fail: ["failed", "gave_up"],
  on_retry: ["restarted"],
};

const HOOKED: Readonly<Record<string, string>> = {
  on_ready: "post_start",
  on_stop: "pre_stop",
  on_exit: "post_stop",
};

function setHooks(context: DaemonContext, entry: Entry): void {
  for (const inner of mapOf(entry.value, "`hooks`").entries.values()) setHook(context, inner);
}

function setHook(context: DaemonContext, { key, value, file, line }: Entry): void {
  const { actor, findings, alerts, templates } = context;
  const at = { file, line };
  const name = `hooks.${key}`;
  const hook = Object.hasOwn(HOOKED, key) ? HOOKED[key] : undefined;
  const events = Object.hasOwn(ALERTED, key) ? ALERTED[key] : undefined;
  if (hook === undefined && events === undefined) {
    const hint = "`supervise logs -f NAME --grep PATTERN` shows them";
    return findings.lost(at, name, "no command is run for a line of a log", hint);
  }
  const command = sh(filledIn(value, name, templates, findings));
  if (hook !== undefined) {
    addTo(context, "hooks", hook, command);
    findings.changed(
      at,
      name,
      to(context, `hooks.${hook}`),
      "it finds SUPERVISE_HOOK and not PITCHFORK_DAEMON_ID",
    );
  } else {
    alerts.push({ events: [...events!], paths: [actor.name], exec: command });
    findings.changed(at, name, "alerts", "it reads the event as JSON on its standard input");
  }
}
