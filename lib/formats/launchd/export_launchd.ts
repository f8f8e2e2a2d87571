/** Property lists of launchd: one that runs the whole tree by `supervise up`, or one for each actor. */
import type { Bound } from "../../base/resource_limits.ts";
import type { ActorSpec, NodeId } from "../../config/plan.ts";
import type { Exported, Exporter, ExportSource } from "../exporter.ts";
import { baseActorRules, baseTreeRules, KEEP_TREE } from "../rules/base_rules.ts";
import { commandOf, toldLookup } from "../rules/commands.ts";
import { serviceNames, treeNameOf } from "../rules/names.ts";
import {
  type ActorRules,
  AS_THERE,
  changed,
  eachOr,
  kept,
  lost,
  Told,
  type TreeRules,
  type Verdict,
} from "../rules/rules.ts";
import { tellVariables, variablesOf } from "../rules/variables.ts";
import { tellTree } from "../rules/whole_tree.ts";
import { calendarEntries } from "./calendar.ts";
import { type PlistValue, writePlist } from "./plist.ts";
import { labelOf, treePlist } from "./tree_plist.ts";

/** See the module. */
export const exporter: Exporter = {
  name: "launchd",
  title: "property lists of launchd",
  per: ["tree", "actor"],
  write: (source) => source.per === "tree" ? wholeTree(source) : actors(source),
};

function wholeTree(source: ExportSource): Exported {
  const { plan, supervise } = source;
  const told = new Told(source);
  tellTree(told, source, "the property list", "EnvironmentVariables");
  return {
    files: [{
      name: `${labelOf(plan)}.plist`,
      text: writePlist(treePlist(plan, { supervise, path: null }), `Runs the tree of ${plan.file}.`),
    }],
    findings: told.findings,
  };
}

interface Job {
  readonly source: ExportSource;
  readonly keys: Record<string, PlistValue>;
}

const TOOL = { name: "launchd", each: "a job" };

/** The pause between starts and the time for an end that launchd has by default. */
const DEFAULT_THROTTLE_S = 10;
const DEFAULT_EXIT_S = 20;
const MS_PER_SECOND = 1_000;

/** The limits that launchd knows, by their names here. */
const LIMITS: Readonly<Record<string, string>> = {
  core: "Core",
  cpu: "CPU",
  data: "Data",
  fsize: "FileSize",
  memlock: "MemoryLock",
  nofile: "NumberOfFiles",
  nproc: "NumberOfProcesses",
  rss: "ResidentSetSize",
  stack: "Stack",
};

const TREE_RULES: TreeRules<unknown> = baseTreeRules(TOOL);
const command = (spec: ActorSpec, { keys }: Job) => {
  keys["ProgramArguments"] = [...commandOf(spec)];
  return toldLookup("launchd", spec, "ProgramArguments");
};
const ACTOR_RULES: ActorRules<Job> = {
  ...baseActorRules(TOOL),
  exec: command,
  shell: command,
  script: command,
  args: command,
  cwd: ({ cwd }, { keys }) => set(keys, "WorkingDirectory", cwd),
  env: (spec, { source, keys }) => {
    const { plain, secret } = variablesOf(source.plan, spec);
    if (Object.keys(plain).length > 0) keys["EnvironmentVariables"] = plain;
    return eachOr([
      ...Object.keys(plain).map((part) => ({ ...kept("EnvironmentVariables"), part })),
      ...secret.map((part) => ({
        ...lost(
          "it looks secret, and a property list is for all to read",
          `let the program read ${part} from a file of its own`,
        ),
        part,
      })),
    ]);
  },
  autostart: ({ autostart, schedule }, { keys }) => {
    if (!autostart) return kept("RunAtLoad=false");
    return schedule === null ? set(keys, "RunAtLoad", true) : kept("the calendar");
  },
  restart: ({ restart }, { keys }) => {
    if (restart === "never") return AS_THERE;
    return set(keys, "KeepAlive", restart === "always" ? true : { SuccessfulExit: false });
  },
  backoff: {
    initial: ({ backoff, restart }, { keys }) => {
      const seconds = Math.ceil(backoff.initialMs / MS_PER_SECOND);
      if (restart === "never" || seconds === DEFAULT_THROTTLE_S) return AS_THERE;
      const { to } = set(keys, "ThrottleInterval", seconds);
      return changed(to!, "launchd counts whole seconds from the last start, and they do not grow");
    },
    max: () => lost("the pause does not grow", KEEP_TREE),
    factor: () => lost("the pause does not grow", KEEP_TREE),
    jitter: () => lost("the pause does not vary", KEEP_TREE),
    reset_after: () => lost("launchd counts no restarts", KEEP_TREE),
  },
  stop: {
    command: () => lost("launchd sends SIGTERM alone", "trap it in a script around the program"),
    signal: ({ stop }) =>
      stop.signal === "SIGTERM"
        ? AS_THERE
        : lost("launchd sends SIGTERM alone", "trap it in a script around the program"),
    to: ({ stop }) =>
      stop.to === "process" ? AS_THERE : lost("the signal goes to the main process alone", KEEP_TREE),
    grace: ({ stop }, { keys }) => {
      const seconds = Math.ceil(stop.graceMs / MS_PER_SECOND);
      if (seconds === DEFAULT_EXIT_S) return AS_THERE;
      // None at all would be for ever.
      const verdict = set(keys, "ExitTimeOut", Math.max(1, seconds));
      return stop.graceMs === seconds * MS_PER_SECOND && seconds > 0
        ? verdict
        : changed(verdict.to!, "launchd counts whole seconds, one at least");
    },
    kill: ({ stop }, { keys }) =>
      stop.kill === "process"
        ? set(keys, "AbandonProcessGroup", true)
        : changed("the process group", "what has left it is not found", KEEP_TREE),
  },
  watch: () => lost("WatchPaths starts what does not run, and restarts nothing", KEEP_TREE),
  log: {
    file: ({ log }, { keys }) => {
      if (log.file === null) {
        return log.to === "null"
          ? AS_THERE
          : lost("launchd keeps nothing that is printed", "name a log.file");
      }
      keys["StandardErrorPath"] = log.file;
      return set(keys, "StandardOutPath", log.file);
    },
    max_size: () => lost("launchd rotates no files", "let newsyslog do it"),
    keep: () => lost("launchd rotates no files", "let newsyslog do it"),
    max_age: () => lost("launchd rotates no files", "let newsyslog do it"),
    format: ({ log }) =>
      log.format === "raw" ? AS_THERE : changed("plain lines", "launchd writes what is printed"),
    compress: () => lost("launchd rotates no files", "let newsyslog do it"),
  },
  stdin: ({ stdin }, { keys }) => stdin === null ? AS_THERE : set(keys, "StandardInPath", stdin),
  schedule: ({ schedule }, { keys }) => {
    if (schedule === null) return AS_THERE;
    if ("everyMs" in schedule.timing) {
      const seconds = Math.max(1, Math.round(schedule.timing.everyMs / MS_PER_SECOND));
      return changed(set(keys, "StartInterval", seconds).to!, "launchd counts whole seconds");
    }
    const entries = calendarEntries(schedule.timing.cron);
    return entries === null
      ? lost(
        `launchd has no words for "${schedule.timing.cron}"`,
        "write a simpler one, or start it by another scheduler",
      )
      : set(keys, "StartCalendarInterval", [...entries]);
  },
  timezone: ({ schedule }) =>
    schedule !== null && "cron" in schedule.timing && schedule.timing.timezone !== null
      ? lost("launchd goes by the clock of the machine", null)
      : AS_THERE,
  overlap: ({ schedule }) =>
    schedule === null || schedule.overlap === "skip"
      ? AS_THERE
      : lost("a date that comes while it runs is passed over", KEEP_TREE),
  catch_up: ({ schedule }) =>
    schedule?.catchUp === true
      ? AS_THERE
      : changed("the calendar", "launchd makes up for dates that were missed asleep, once"),
  user: ({ privileges }, { keys }) => account(keys, "UserName", privileges?.user ?? null),
  group: ({ privileges }, { keys }) => account(keys, "GroupName", privileges?.group ?? null),
  umask: ({ privileges }, { keys }) => setGiven(keys, "Umask", privileges?.umask ?? null),
  no_new_privs: ({ privileges }) =>
    privileges?.noNewPrivs === true ? lost("macOS has no such thing", null) : AS_THERE,
  oom_score_adj: () => lost("macOS has no such thing", null),
  nice: ({ privileges }, { keys }) => setGiven(keys, "Nice", privileges?.nice ?? null),
  limits: ({ privileges }, { keys }) =>
    eachOr(
      Object.entries(privileges?.limits ?? {}).map(([name, { soft, hard }]) => {
        const known = LIMITS[name];
        if (known === undefined) {
          return {
            ...lost("launchd does not know this limit", "write `ulimit` into a shell command"),
            part: name,
          };
        }
        add(keys, "SoftResourceLimits", known, soft);
        add(keys, "HardResourceLimits", known, hard);
        return { ...kept(`ResourceLimits ${known}`), part: name };
      }),
    ),
};

function actors(source: ExportSource): Exported {
  const { plan } = source;
  const told = new Told(source);
  tellVariables(told, source);
  const tree = treeNameOf(plan);
  const names: ReadonlyMap<NodeId, string> = serviceNames(plan, (name) => `supervise.${tree}.${name}`);
  const files = plan.nodes.flatMap((spec) => {
    if (spec.kind === "tree") {
      told.tree(TREE_RULES, spec, null);
      return [];
    }
    const name = names.get(spec.path)!;
    const keys: Record<string, PlistValue> = { Label: name };
    told.actor(ACTOR_RULES, spec, { source, keys });
    return spec.kind === "module" ? [] : [{ name: `${name}.plist`, text: writePlist(keys) }];
  });
  told.ofAll(
    "the environment of the shell",
    changed(
      "the environment of launchd",
      "jobs do not have what the shell has",
      "name in env what the programs need, PATH among it",
    ),
  );
  return { files, findings: told.findings };
}

function set(keys: Record<string, PlistValue>, key: string, value: PlistValue): Verdict {
  keys[key] = value;
  return kept(key);
}

/** A key that stands there only where the file gives one. */
function setGiven(keys: Record<string, PlistValue>, key: string, value: number | null): Verdict {
  return value === null ? AS_THERE : set(keys, key, value);
}

function account(keys: Record<string, PlistValue>, key: string, value: string | number | null): Verdict {
  if (value === null) return AS_THERE;
  return typeof value === "string"
    ? set(keys, key, value)
    : lost("launchd knows names, not numbers", "write the name");
}

/** Unlimited is what there is without the key. */
function add(keys: Record<string, PlistValue>, table: string, name: string, bound: Bound | null): void {
  if (bound === null || bound === "unlimited") return;
  keys[table] = { ...keys[table] as Record<string, PlistValue> | undefined, [name]: bound };
}
