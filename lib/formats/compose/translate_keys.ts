/** The keys of a service, each as what it is of an actor. */
import { formatDuration } from "../../base/duration.ts";
import { folderOf, resolvePath } from "../../base/posix_path.ts";
import { parseSignal } from "../../base/signals.ts";
import { isProfileName } from "../../config/profiles.ts";
import { quote } from "../../config/wording.ts";
import type { DraftValue } from "../draft.ts";
import { flagOf, listOf, mapOf, reject, textsOf, valueOf } from "../document/access.ts";
import { describeNode, type Entry, isNothing, type MapNode, type Node } from "../document/node.ts";
import { dockerBytes } from "../units.ts";
import { formatSize } from "../../base/size.ts";
import { hasHealthcheck, setHealth } from "./health.ts";
import { dependenciesOf } from "./lifetimes.ts";
import { setGroupLimit, setResources, setUlimits } from "./limits.ts";
import { KEPT_KEYS, LOST_KEYS } from "./lost_keys.ts";
import { setEnvFiles, setEnvironment } from "./environment.ts";
import { tellMountedFiles } from "./mounted_files.ts";
import { durationIn } from "./restarts.ts";
import { fromFile, localWord, type ServiceContext, toKey } from "./service.ts";

type Translate = (context: ServiceContext, entry: Entry) => void;

/** Keys that are told where the run, the folder and the restarts are decided. */
const DECIDED: ReadonlySet<string> = new Set([
  "command",
  "entrypoint",
  "image",
  "build",
  "working_dir",
  "restart",
]);

const TRANSLATED: Readonly<Record<string, Translate>> = {
  environment: setEnvironment,
  env_file: setEnvFiles,
  secrets: tellMountedFiles,
  configs: tellMountedFiles,
  depends_on: setDependencies,
  healthcheck: setHealth,
  profiles: setProfiles,
  deploy: setDeploy,
  scale: setReplicas,
  mem_limit: setGroupLimit,
  cpus: setGroupLimit,
  pids_limit: setGroupLimit,
  ulimits: setUlimits,
  stop_signal: setStopSignal,
  stop_grace_period: setGrace,
  ports: tellPorts,
  volumes: tellVolumes,
  logging: setLogging,
  user: tellUser,
  oom_score_adj: setOomScore,
  security_opt: setSecurity,
  develop: setWatch,
  post_start: (context, entry) => setHook(context, entry, "post_start"),
  pre_stop: (context, entry) => setHook(context, entry, "pre_stop"),
};

/** Translates all keys of a service but those that say what is run, where, and how often. */
export function translateKeys(context: ServiceContext): void {
  for (const entry of context.service.keys.entries.values()) {
    const { key } = entry;
    if (DECIDED.has(key)) continue;
    const translate = Object.hasOwn(TRANSLATED, key) ? TRANSLATED[key] : undefined;
    if (translate !== undefined) translate(context, entry);
    else tellOther(context, entry);
  }
}

function tellOther({ findings }: ServiceContext, entry: Entry): void {
  const { key } = entry;
  if (Object.hasOwn(KEPT_KEYS, key)) return findings.kept(entry, key, KEPT_KEYS[key]!);
  if (key.startsWith("x-")) return findings.kept(entry, key, "a name of your own, which says nothing");
  const [why, hint] = Object.hasOwn(LOST_KEYS, key) ? LOST_KEYS[key]! : ["it is no key that is known here"];
  findings.lost(entry, key, why, hint ?? null);
}

function setDependencies(context: ServiceContext, entry: Entry): void {
  const { service, actor, findings, project } = context;
  const conditions: Record<string, string> = {};
  const changes: string[] = [];
  for (const { on, condition, isRequired, at } of dependenciesOf(service, project.variables)) {
    const name = project.actors.get(on);
    const key = `depends_on.${on}`;
    if (name === undefined) {
      findings.lost(
        at,
        key,
        project.services.has(on) ? "it is no actor" : "there is no such service, and it need not be",
      );
      continue;
    }
    if (!isRequired && hasProfileOfItsOwn(on, context)) {
      findings.lost(at, key, "it is started only with a profile, and what is waited for has to be started");
      continue;
    }
    const ours = conditionFor(on, condition, context);
    if (ours === null) {
      reject(
        at,
        `${quote(condition)} is no condition`,
        "it is service_started, service_healthy or service_completed_successfully",
      );
    }
    conditions[name] = ours;
    if (condition === "service_healthy" && ours === "ready") {
      changes.push(`${on} has no healthcheck here: it is waited for until it is ready`);
    }
    if (condition === "service_started" && ours === "ready") {
      changes.push(`${on} is waited for until it is ready`);
    }
    tellRestart(on, entry, context);
  }
  if (Object.keys(conditions).length === 0) return;
  actor.keys.set("depends_on", conditions);
  const to = toKey(context, "depends_on");
  if (changes.length === 0) findings.kept(entry, "depends_on", to);
  else findings.changed(entry, "depends_on", to, changes.join("; "));
}

function conditionFor(on: string, condition: string, { project }: ServiceContext): string | null {
  switch (condition) {
    case "service_started":
      return project.probed.has(on) ? "ready" : "started";
    case "service_healthy":
      return hasHealthcheck(project.services.get(on)!.keys) ? "healthy" : "ready";
    case "service_completed_successfully":
      return "completed";
    default:
      return null;
  }
}

function tellRestart(on: string, entry: Entry, { findings }: ServiceContext): void {
  const details = entry.value.kind === "map" ? valueOf(entry.value, on) : null;
  const restart = details?.kind === "map" ? details.entries.get("restart") : undefined;
  if (restart === undefined || !flagOf(restart.value, "`restart`")) return;
  findings.lost(
    restart,
    `depends_on.${on}.restart`,
    "what depends on an actor is not restarted with it",
    'strategy = "rest_for_one" of a tree restarts what comes after',
  );
}

function profilesOf(keys: MapNode): readonly string[] {
  const node = valueOf(keys, "profiles");
  return node === null ? [] : textsOf(node, "`profiles`");
}

/** Whether a service may be left out where this one is started. */
function hasProfileOfItsOwn(on: string, { service, project }: ServiceContext): boolean {
  const theirs = profilesOf(project.services.get(on)!.keys);
  if (theirs.length === 0) return false;
  const own = profilesOf(service.keys);
  return own.length === 0 || own.some((profile) => !theirs.includes(profile));
}

function setProfiles(context: ServiceContext, entry: Entry): void {
  if (isNothing(entry.value)) return;
  const written = textsOf(entry.value, "`profiles`");
  const profiles = written.filter(isProfileName);
  for (const name of written.filter((name) => !isProfileName(name))) {
    context.findings.lost(entry, `profiles ${name}`, "no profile here can have this name");
  }
  if (profiles.length === 0) return;
  context.actor.keys.set("profiles", profiles);
  context.findings.kept(entry, "profiles", toKey(context, "profiles"));
}

function setReplicas(context: ServiceContext, entry: Entry): void {
  const { actor, findings, project } = context;
  const text = project.variables.now(entry.value, `\`${entry.key}\``);
  const count = Number(text);
  if (!Number.isInteger(count) || count < 0) reject(entry, `${quote(text)} is no number of copies`);
  if (count === 0) {
    actor.keys.set("autostart", false);
    return findings.kept(entry, entry.key, toKey(context, "autostart = false"));
  }
  if (count > 1) actor.keys.set("replicas", count);
  findings.kept(entry, entry.key, toKey(context, `replicas = ${count}`));
}

function setDeploy(context: ServiceContext, entry: Entry): void {
  if (isNothing(entry.value)) return;
  for (const inner of mapOf(entry.value, "`deploy`").entries.values()) {
    const name = `deploy.${inner.key}`;
    switch (inner.key) {
      case "replicas":
        setReplicas(context, inner);
        break;
      case "resources":
        if (!isNothing(inner.value)) setResources(context, inner);
        break;
      case "restart_policy":
        if (valueOf(context.service.keys, "restart") !== null) {
          context.findings.lost(inner, name, "`restart` says it already");
        }
        break;
      default:
        context.findings.lost(inner, name, "it is about a swarm of machines");
    }
  }
}

function addStop({ actor }: ServiceContext, key: string, value: DraftValue): void {
  actor.keys.set("stop", {
    ...(actor.keys.get("stop") as Record<string, DraftValue> | undefined),
    [key]: value,
  });
}

function setStopSignal(context: ServiceContext, entry: Entry): void {
  if (isNothing(entry.value)) return;
  const text = context.project.variables.now(entry.value, "`stop_signal`");
  const signal = parseSignal(text) ??
    reject(entry, `${quote(text)} is no signal`, "write it as SIGTERM or SIGINT");
  addStop(context, "signal", signal);
  context.findings.kept(entry, entry.key, toKey(context, `stop.signal = "${signal}"`));
}

function setGrace(context: ServiceContext, entry: Entry): void {
  if (isNothing(entry.value)) return;
  const ms = durationIn(entry, context.project.variables.now(entry.value, "`stop_grace_period`"));
  const grace = formatDuration(ms);
  addStop(context, "grace", grace);
  context.findings.kept(entry, entry.key, toKey(context, `stop.grace = "${grace}"`));
}

/** A port that a service publishes is not there if its program listens at another one. */
function tellPorts(context: ServiceContext, entry: Entry): void {
  const { findings, known } = context;
  if (isNothing(entry.value)) return;
  for (const item of listOf(entry.value, "`ports`").items) {
    const { published, target, shown } = portOf(item, context);
    const here = known !== null && target === known.image.port ? known.port : target;
    const at = here === null ? "it" : `${here}`;
    if (target === null) {
      findings.lost(
        item,
        `ports ${shown}`,
        "ports are not mapped",
        "the program listens where it is told to",
      );
    } else if (published === null || published === here) {
      findings.kept(item, `ports ${shown}`, `it listens at ${at} itself`);
    } else {
      findings.lost(
        item,
        `ports ${shown}`,
        `ports are not mapped: it listens at ${at}, and nothing at ${published}`,
        `have the program listen at ${published} to have it there`,
      );
    }
  }
}

interface Port {
  readonly published: number | null;
  readonly target: number | null;
  readonly shown: string;
}

function portOf(item: Node, { project }: ServiceContext): Port {
  const number = (text: string | undefined) =>
    text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : null;
  if (item.kind === "map") {
    const read = (key: string) => {
      const value = valueOf(item, key);
      return value === null ? undefined : project.variables.now(value, `\`${key}\` of a port`);
    };
    const target = read("target");
    const published = read("published");
    return {
      published: number(published),
      target: number(target),
      shown: `${published === undefined ? "" : `${published}:`}${target ?? "?"}`,
    };
  }
  if (item.kind === "list") return reject(item, `an item of \`ports\` is ${describeNode(item)}`);
  const text = project.variables.now(item, "an item of `ports`");
  const parts = text.replace(/\/(?:tcp|udp|sctp)$/, "").split(":");
  return { published: number(parts.at(-2)), target: number(parts.at(-1)), shown: text };
}

function tellVolumes(context: ServiceContext, entry: Entry): void {
  const { findings, volumes, known, project } = context;
  const data = known?.image.data ?? null;
  for (const { at, type, source, target } of volumes) {
    const name = `volumes ${
      source === null ? "" : `${type === "bind" ? fromFile(source, project.folder) : source}:`
    }${target}`;
    if (
      data !== null && (target === data || target.startsWith(`${data}/`) || data.startsWith(`${target}/`))
    ) {
      findings.changed(at, name, toKey(context, "exec"), "its data is in a folder beside this file");
    } else if (type === "bind") {
      findings.changed(
        at,
        name,
        fromFile(source!, project.folder),
        "nothing is mounted: the program sees it where it is",
      );
    } else {
      findings.lost(
        at,
        name,
        "nothing is mounted",
        `have the program use a folder of this machine instead of ${target}`,
      );
    }
  }
  if (volumes.length === 0 && !isNothing(entry.value)) findings.lost(entry, "volumes", "nothing is mounted");
}

/** Docker counts the file that is written, and ours those beside it. */
function setLogging(context: ServiceContext, entry: Entry): void {
  const { actor, findings, project } = context;
  if (isNothing(entry.value)) return;
  const map = mapOf(entry.value, "`logging`");
  const driver = valueOf(map, "driver");
  const name = driver === null ? "json-file" : project.variables.now(driver, "`driver`");
  if (name === "none") {
    actor.keys.set("log", "null");
    return findings.kept(entry, "logging", toKey(context, 'log = "null"'));
  }
  if (name !== "json-file" && name !== "local") {
    const hint = "`supervise logs -f` can be piped to whatever collects them";
    return findings.lost(entry, "logging", `logs are files here, and go to no ${quote(name)}`, hint);
  }
  const options = valueOf(map, "options");
  const log: Record<string, DraftValue> = {};
  for (const { key, value, file, line } of options?.kind === "map" ? options.entries.values() : []) {
    const text = project.variables.now(value, `\`${key}\``);
    const bytes = dockerBytes(text);
    if (key === "max-size" && bytes !== null && bytes >= 1_024) log["max_size"] = formatSize(bytes);
    else if (key === "max-file" && /^\d+$/.test(text)) {
      log["keep"] = Math.min(1_000, Math.max(0, Number(text) - 1));
    } else if (key === "compress") log["compress"] = flagOf(value, "`compress`");
    else findings.lost({ file, line }, `logging.options.${key}`, "logs here have no such option");
  }
  if (Object.keys(log).length === 0) return findings.kept(entry, "logging", "logs are in files of the tree");
  actor.keys.set("log", log);
  findings.changed(
    entry,
    "logging",
    toKey(context, "log"),
    "the lines are in the file as they are, not as JSON",
  );
}

function tellUser({ findings, project }: ServiceContext, entry: Entry): void {
  if (isNothing(entry.value)) return;
  const user = project.variables.now(entry.value, "`user`");
  findings.lost(
    entry,
    "user",
    "a container has users of its own, and an actor runs as whoever runs supervise",
    `user = ${JSON.stringify(user.replace(/:.*$/, ""))} does it where supervise runs as root`,
  );
}

function setOomScore(context: ServiceContext, entry: Entry): void {
  const score = Number(context.project.variables.now(entry.value, "`oom_score_adj`"));
  if (!Number.isInteger(score) || Math.abs(score) > 1_000) {
    reject(entry, "`oom_score_adj` is from -1000 to 1000");
  }
  context.actor.keys.set("oom_score_adj", score);
  context.findings.kept(entry, entry.key, toKey(context, `oom_score_adj = ${score}`));
}

function setSecurity(context: ServiceContext, entry: Entry): void {
  if (isNothing(entry.value)) return;
  for (const item of listOf(entry.value, "`security_opt`").items) {
    const text = context.project.variables.now(item, "an item of `security_opt`");
    if (/^no-new-privileges(?:[:=]true)?$/.test(text)) {
      context.actor.keys.set("no_new_privs", true);
      context.findings.kept(item, `security_opt ${text}`, toKey(context, "no_new_privs = true"));
    } else {
      context.findings.lost(item, `security_opt ${text}`, "programs here have no such profile");
    }
  }
}

/** `develop.watch`: what restarts is watched; what copies files needs nothing, as there is but one copy. */
function setWatch(context: ServiceContext, entry: Entry): void {
  const { actor, findings, project } = context;
  const watch = entry.value.kind === "map" ? valueOf(entry.value, "watch") : null;
  if (watch === null) return;
  const paths: string[] = [];
  const ignore: string[] = [];
  for (const rule of listOf(watch, "`watch`").items) {
    const map = mapOf(rule, "an item of `watch`");
    const action = valueOf(map, "action");
    const path = valueOf(map, "path");
    if (action === null || path === null) return reject(rule, "an item of `watch` wants `action` and `path`");
    const word = project.variables.now(action, "`action`");
    const here = fromFile(
      resolvePath(folderOf(path.file), project.variables.now(path, "`path`")),
      project.folder,
    );
    if (word === "restart" || word === "sync+restart") {
      paths.push(here);
      const left = valueOf(map, "ignore");
      if (left !== null) ignore.push(...textsOf(left, "`ignore`").map((name) => name.replace(/\/+$/, "")));
      findings.kept(rule, `develop.watch ${here}`, toKey(context, "watch"));
    } else if (word === "sync" || word === "sync+exec") {
      findings.kept(rule, `develop.watch ${here}`, "the program sees the files themselves");
    } else {
      const hint = `watch = [${JSON.stringify(here)}] restarts it, and its command can build first`;
      findings.lost(rule, `develop.watch ${here}`, "nothing is built", hint);
    }
  }
  if (paths.length === 0) return;
  actor.keys.set("watch", ignore.length === 0 ? paths : { paths, ignore: [...new Set(ignore)] });
}

function setHook(context: ServiceContext, entry: Entry, hook: "post_start" | "pre_stop"): void {
  const { actor, findings, project } = context;
  const [first, ...more] = listOf(entry.value, `\`${hook}\``).items;
  if (first === undefined) return;
  const command = valueOf(mapOf(first, `an item of \`${hook}\``), "command");
  if (command === null) return reject(first, `an item of \`${hook}\` has no \`command\``);
  const value: DraftValue = command.kind === "list"
    ? command.items.map((item, index) =>
      localWord(project.variables.text(item, "`command`"), index === 0, context)
    )
    : project.variables.text(command, "`command`");
  actor.keys.set("hooks", {
    ...(actor.keys.get("hooks") as Record<string, DraftValue> | undefined),
    [hook]: value,
  });
  findings.kept(first, hook, toKey(context, `hooks.${hook}`));
  for (const item of more) {
    findings.lost(item, hook, "there is one command for each moment", "put them into one script");
  }
}
