/** Programs of supervisord, for a folder that its own file includes. */
import { shellLine } from "../../base/shell_word.ts";
import type { ActorSpec } from "../../config/plan.ts";
import type { Exported, Exporter, ExportSource } from "../exporter.ts";
import { baseActorRules, baseTreeRules, KEEP_TREE } from "../rules/base_rules.ts";
import { commandOf, toldLookup } from "../rules/commands.ts";
import { serviceNames, treeNameOf } from "../rules/names.ts";
import { depthsOf } from "../rules/order.ts";
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

/** See the module. */
export const exporter: Exporter = {
  name: "supervisord",
  title: "programs of supervisord",
  per: ["actor"],
  write,
};

interface Program {
  readonly source: ExportSource;
  readonly keys: Map<string, string>;
  /** How many starts it waits for, one after the other. */
  readonly depth: number;
}

const TOOL = { name: "supervisord", each: "a program" };

/** The values that supervisord has by default. */
const DEFAULT_STOP_MS = 10_000;
const DEFAULT_EXIT_CODES = [0];
const DEFAULT_RETRIES = 3;
const SIGNALS: ReadonlySet<string> = new Set([
  "SIGTERM",
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGKILL",
  "SIGUSR1",
  "SIGUSR2",
]);
/** The priority of a program that waits for nothing: half of the default leaves room for those of others. */
const FIRST_PRIORITY = 500;

const TREE_RULES: TreeRules<unknown> = baseTreeRules(TOOL);
const command = (spec: ActorSpec, { keys }: Program) => {
  const words = commandOf(spec);
  keys.set("command", commandText(words));
  if (words.some((word) => /\n[ \t]/.test(word))) {
    return changed("command", "its lines lose their indentation");
  }
  return toldLookup("supervisord", spec, "command");
};
const ACTOR_RULES: ActorRules<Program> = {
  ...baseActorRules(TOOL),
  exec: command,
  shell: command,
  script: command,
  args: command,
  cwd: ({ cwd }, { keys }) => set(keys, "directory", literal(cwd)),
  env: (spec, { source, keys }) => {
    const { plain, secret } = variablesOf(source.plan, spec);
    const sayable = Object.entries(plain).filter(([name, value]) =>
      quotedValue(value) !== null && /^\w+$/.test(name)
    );
    const given = secret.filter((name) => /^\w+$/.test(name));
    const pairs = [
      ...sayable.map(([name, value]) => `${name}=${quotedValue(value)}`),
      ...given.map((name) => `${name}="%(ENV_${name})s"`),
    ];
    if (pairs.length > 0) keys.set("environment", pairs.join(","));
    return eachOr([
      ...Object.keys(plain).map((part) => ({
        ...(sayable.some(([name]) => name === part) ? kept("environment") : lost(
          "supervisord cannot say a name or a value with such characters",
          "set it in a script around the command",
        )),
        part,
      })),
      ...secret.map((part) => ({
        ...changed(
          `%(ENV_${part})s`,
          "it looks secret",
          `let supervisord itself have ${part} in its environment`,
        ),
        part,
      })),
    ]);
  },
  inherit_env: ({ inheritEnv }) =>
    inheritEnv
      ? kept("nothing: a program has the environment of supervisord")
      : lost("a program has the environment of supervisord", "begin the command with `env -i`"),
  daemon: ({ daemon }, { keys }) => {
    if (daemon) return AS_THERE;
    // A task that ends within a second would be a failed start.
    return set(keys, "startsecs", "0");
  },
  autostart: ({ autostart }, { keys }) => autostart ? AS_THERE : set(keys, "autostart", "false"),
  restart: ({ restart }, { keys }) => {
    if (restart === "on-failure") return AS_THERE;
    return set(keys, "autorestart", restart === "always" ? "true" : "false");
  },
  backoff: {
    initial: () =>
      lost("supervisord waits a second longer before each retry of a start, and restarts at once", KEEP_TREE),
    max: () => lost("supervisord has its own pauses", KEEP_TREE),
    factor: () => lost("supervisord has its own pauses", KEEP_TREE),
    jitter: () => lost("supervisord has its own pauses", KEEP_TREE),
    reset_after: () => lost("supervisord counts failed starts in a row", KEEP_TREE),
  },
  depends_on: (spec, { keys, depth }) => {
    if (spec.dependsOn.length === 0) return AS_THERE;
    const { to } = set(keys, "priority", String(FIRST_PRIORITY + depth));
    return spec.dependsOn.map(({ on }) => ({
      ...changed(to!, "it starts later, but waits for nothing", "let the program itself wait, or try again"),
      part: on,
    }));
  },
  intensity: {
    restarts: (spec, { source, keys }) => {
      const parent = source.plan.nodes.find(({ path }) => path === spec.parent);
      const intensity = spec.intensity ?? (parent?.kind === "tree" ? parent.intensity : "unlimited");
      const retries = intensity === "unlimited" ? 1_000_000_000 : intensity.restarts;
      if (spec.restart === "never" || retries === DEFAULT_RETRIES) return AS_THERE;
      const { to } = set(keys, "startretries", String(retries));
      return changed(to!, "supervisord counts failed starts in a row, and no crashes after that");
    },
    within: () => lost("supervisord counts failed starts in a row, whenever they were", null),
  },
  success_exit_codes: ({ successExitCodes }, { keys }) =>
    successExitCodes.join() === DEFAULT_EXIT_CODES.join()
      ? AS_THERE
      : set(keys, "exitcodes", successExitCodes.join(",")),
  ready: ({ ready, daemon }, { keys }) => {
    if (ready === null || !daemon) return AS_THERE;
    if (ready.probe.type !== "delay") {
      return lost("supervisord takes what runs for a second for started", KEEP_TREE);
    }
    const { to } = set(keys, "startsecs", String(Math.ceil(ready.probe.ms / 1_000)));
    return changed(to!, "supervisord counts whole seconds");
  },
  stop: {
    command: () =>
      lost("supervisord sends signals alone", "write a program that traps the signal and runs it"),
    signal: ({ stop: { signal } }, { keys }) => {
      if (signal === "SIGTERM") return AS_THERE;
      return SIGNALS.has(signal)
        ? set(keys, "stopsignal", signal.slice(3))
        : lost(`supervisord cannot stop by ${signal}`, "trap SIGTERM in a script around it");
    },
    to: ({ stop }, { keys }) => {
      if (stop.to === "group") return set(keys, "stopasgroup", "true");
      return stop.kill === "process" ? AS_THERE : set(keys, "killasgroup", "true");
    },
    grace: ({ stop }, { keys }) => {
      if (stop.graceMs === DEFAULT_STOP_MS) return AS_THERE;
      const verdict = set(keys, "stopwaitsecs", String(Math.ceil(stop.graceMs / 1_000)));
      return stop.graceMs % 1_000 === 0 ? verdict : changed(verdict.to!, "supervisord counts whole seconds");
    },
    kill: ({ stop }) =>
      stop.kill === "process"
        ? kept("killasgroup=false")
        : changed("killasgroup=true", "what has left the process group is not found", KEEP_TREE),
  },
  log: {
    file: ({ log }, { keys }) => {
      if (log.to === "file" && log.file === null) return AS_THERE;
      keys.set("redirect_stderr", "true");
      return set(
        keys,
        "stdout_logfile",
        log.file !== null ? literal(log.file) : log.to === "null" ? "NONE" : "/dev/stdout",
      );
    },
    max_size: ({ log }, { keys }) => {
      // A stream cannot be rotated.
      if (log.to === "inherit") return set(keys, "stdout_logfile_maxbytes", "0");
      return log.maxBytes === DEFAULT_LOG_BYTES
        ? AS_THERE
        : set(keys, "stdout_logfile_maxbytes", String(log.maxBytes));
    },
    keep: ({ log }, { keys }) =>
      log.keep === DEFAULT_LOG_BACKUPS ? AS_THERE : set(keys, "stdout_logfile_backups", String(log.keep)),
    max_age: ({ log }) =>
      log.maxAgeMs === null ? AS_THERE : lost("supervisord rotates by size alone", "use logrotate"),
    format: ({ log }) =>
      log.format === "raw" ? AS_THERE : changed("plain lines", "supervisord writes what is printed"),
    compress: ({ log }) => log.compress ? lost("supervisord compresses nothing", "use logrotate") : AS_THERE,
  },
  user: ({ privileges }, { keys }) => {
    const user = privileges?.user ?? null;
    return user === null ? AS_THERE : set(keys, "user", literal(String(user)));
  },
  umask: ({ privileges }, { keys }) => {
    const umask = privileges?.umask ?? null;
    return umask === null ? AS_THERE : set(keys, "umask", umask.toString(8).padStart(3, "0"));
  },
};

/** Ours are what the other tool's are not: 50 MB, and ten files. */
const DEFAULT_LOG_BYTES = 50 * 1_024 * 1_024;
const DEFAULT_LOG_BACKUPS = 10;

function write(source: ExportSource): Exported {
  const { plan } = source;
  const told = new Told(source);
  tellVariables(told, source);
  const tree = treeNameOf(plan);
  const names = serviceNames(plan);
  const depths = depthsOf(plan);
  const sections: string[] = [];
  const programs: string[] = [];
  for (const spec of plan.nodes) {
    if (spec.kind === "tree") {
      told.tree(TREE_RULES, spec, null);
      continue;
    }
    const keys = new Map<string, string>();
    told.actor(ACTOR_RULES, spec, { source, keys, depth: depths.get(spec.path)! });
    if (spec.kind === "module") continue;
    if (spec.schedule !== null) keys.set("autostart", "false");
    const name = names.get(spec.path)!;
    programs.push(name);
    sections.push(section(`program:${name}`, keys));
  }
  const group = section(`group:${tree}`, new Map([["programs", programs.join(",")]]));
  return {
    files: [{ name: `${tree}.conf`, text: [...sections, group].join("\n") }],
    findings: told.findings,
  };
}

function section(name: string, keys: ReadonlyMap<string, string>): string {
  return `[${name}]\n${[...keys].map(([key, value]) => `${key}=${value}\n`).join("")}`;
}

function set(keys: Map<string, string>, key: string, value: string): Verdict {
  keys.set(key, value);
  return kept(`${key}=${value.length > LONGEST_TOLD ? "..." : value}`);
}

/** A report says no longer values. */
const LONGEST_TOLD = 60;

/** Nothing in it is an expression. */
function literal(text: string): string {
  return text.replaceAll("%", "%%");
}

/**
 * The text behind a blank and `;` or `#` would be a comment. `%(here)s` is replaced even where its sign is doubled. Lines
 * after the first are indented.
 */
function commandText(words: readonly string[]): string {
  return literal(shellLine(words))
    .replace(/(\s)([;#])/g, "$1'\\$2'")
    .replaceAll("%(here)s", "%''(here)s")
    .replaceAll("\n", "\n  ");
}

/**
 * A value in quotes. Null for one that there is no way to write: with both kinds of quotes, or one at an end, which would be
 * taken off; over several lines; with what would begin a comment.
 */
function quotedValue(value: string): string | null {
  if (/[\r\n]|\s[;#]|%\(here\)s|^['"]|['"]$/.test(value)) return null;
  const mark = value.includes('"') ? "'" : '"';
  return value.includes(mark) ? null : `${mark}${literal(value)}${mark}`;
}
