/** The keys of a watcher, but for those of its command, its sockets and its logs, and what becomes of each. */
import { formatDuration } from "../../base/duration.ts";
import { RESOURCES } from "../../base/resource_limits.ts";
import { parseSignal } from "../../base/signals.ts";
import { quote } from "../../config/wording.ts";
import { addTo, type DraftActor, type DraftValue } from "../draft.ts";
import type { LineReport } from "../finding.ts";
import type { IniEntry } from "../ini/python_ini.ts";
import { accountOf, readBoolean, readInteger, readSeconds } from "../ini/values.ts";
import { notReadable } from "../not_readable.ts";
import { valueText } from "../write_toml.ts";

/** The context that a rule works with. */
export interface WatcherContext {
  readonly actor: DraftActor;
  readonly path: string;
  readonly textOf: (entry: IniEntry) => string;
}

export type WatcherRule = (context: WatcherContext, entry: IniEntry, report: LineReport) => void;

/** Each failed start is tried again at once there, so that retries are soon spent. */
const RETRY_WINDOW_MS = 60_000;

/** By name. */
export const WATCHER_RULES: Readonly<Record<string, WatcherRule>> = {
  numprocesses: (context, entry, report) => {
    const copies = readInteger(entry);
    if (copies === 1) return report.kept(`${context.path}: one process`);
    if (copies < 1) {
      return report.changed(
        set(context, "autostart", false),
        "an actor has at least one copy, and this one is started by hand",
      );
    }
    const to = set(context, "replicas", Math.min(copies, 1_000));
    if (copies > 1_000) report.changed(to, "an actor has at most so many");
    else report.kept(to);
  },
  working_dir: (context, entry, report) =>
    report.kept(set(context, "cwd", context.textOf(entry).replace(/^~(?=\/|$)/, "${env:HOME}"))),
  uid: (context, entry, report) => report.kept(set(context, "user", accountOf(entry.value))),
  gid: (context, entry, report) => report.kept(set(context, "group", accountOf(entry.value))),
  autostart: (context, entry, report) => {
    if (readBoolean(entry)) report.kept(`${context.path}: started with its tree`);
    else report.kept(set(context, "autostart", false));
  },
  copy_env: (context, entry, report) => {
    const isCopied = readBoolean(entry);
    if (isCopied) return report.kept(`${context.path}: inherits the environment of supervise`);
    report.kept(set(context, "inherit_env", false));
  },
  copy_path: ({ actor, path }, entry, report) => {
    if (!readBoolean(entry)) return report.kept(path);
    addTo(actor, "env", { PYTHONPATH: "${env:PYTHONPATH:-}" });
    report.changed(
      `${path} env.PYTHONPATH`,
      "it is the PYTHONPATH of supervise, which has no path of Python modules of its own",
    );
  },
  respawn: (context, entry, report) => {
    if (readBoolean(entry)) return report.kept(`${context.path} restart = "always"`);
    context.actor.keys.delete("daemon");
    report.changed(set(context, "restart", "never"), "it is a one-shot: ended with success it has completed");
  },
  stop_signal: ({ actor, path }, entry, report) => {
    const signal = parseSignal(entry.value);
    if (signal === null) {
      throw notReadable(
        entry.file,
        entry.line,
        `stop_signal is ${quote(entry.value)}`,
        "write a signal such as TERM",
      );
    }
    addTo(actor, "stop", { signal });
    report.kept(`${path} stop.signal = "${signal}"`);
  },
  stop_children: ({ path, actor }, entry, report) => {
    if (readBoolean(entry)) {
      addTo(actor, "stop", { to: "group" });
      return report.kept(`${path} stop.to = "group"`);
    }
    report.changed(
      `${path} stop`,
      "descendants that are left are ended, too",
      'write stop.kill = "process" to leave them on purpose',
    );
  },
  graceful_timeout: ({ actor, path }, entry, report) => {
    const grace = readSeconds(entry);
    addTo(actor, "stop", { grace });
    report.kept(`${path} stop.grace = "${grace}"`);
  },
  max_retry: (context, entry, report) => {
    const restarts = readInteger(entry);
    const intensity = restarts < 0 ? "unlimited" : { restarts, within: formatDuration(RETRY_WINDOW_MS) };
    report.changed(
      set(context, "intensity", intensity),
      "circus counts failed starts in a row; here all restarts within the time count, with a pause before each but the first",
    );
  },
  priority: ({ path }, _, report) =>
    report.changed(
      `${path}: its place in the file`,
      "all start at once as their dependencies allow",
      "write depends_on for what has to be there before",
    ),
  singleton: ({ path }, entry, report) => {
    readBoolean(entry);
    report.kept(`${path}: one process, which \`supervise scale\` refuses to multiply`);
  },
  warmup_delay: ({ path }, entry, report) => {
    if (Number(entry.value) === 0) return report.kept(path);
    report.lost(
      "copies start at once",
      'write start = "sequential" in its tree, and ready.delay, to have one after the other',
    );
  },
  send_hup: (_, entry, report) => {
    if (!readBoolean(entry)) return report.kept("a restart is a stop and a start");
    report.lost(
      "there is no reload by a signal in the place of a restart",
      "`supervise signal HUP` sends one, and watch.signal does when files change",
    );
  },
  check_flapping: (_, __, report) =>
    report.lost("there are no plugins", "intensity and backoff say the same"),
  max_age: ageLost,
  max_age_variance: ageLost,
  on_demand: (_, entry, report) => {
    if (!readBoolean(entry)) return report.kept("started with its tree");
    report.changed("started with its tree", "its sockets are open before, and connections wait in them");
  },
  virtualenv: ({ actor, path, textOf }, entry, report) => {
    const folder = textOf(entry);
    addTo(actor, "env", { VIRTUAL_ENV: folder, PATH: `${folder}/bin:\${env:PATH}` });
    report.changed(
      `${path} env.VIRTUAL_ENV, env.PATH`,
      "the environment names the virtual environment, and PYTHONPATH is not set",
      "name the python in it by its path if the program is not started from it",
    );
  },
  virtualenv_py_ver: (_, __, report) =>
    report.lost("the python of the virtual environment knows its version"),
  close_child_stdin: (context, entry, report) => standardStream(context, entry, report),
  close_child_stdout: (context, entry, report) => standardStream(context, entry, report),
  close_child_stderr: (context, entry, report) => standardStream(context, entry, report),
  stdin_socket: (_, __, report) =>
    report.lost("standard input is a file or nothing", 'write sockets, and shell = "exec ... <&3"'),
  async_kill: (_, __, report) =>
    report.kept("stops do not wait for each other unless one depends on the other"),
  use_papa: (_, __, report) =>
    report.lost("there is no papa", 'write on_supervisor_death = "survive" to have the actors go on'),
  stream_backend: (_, __, report) => report.lost("output is read in one way"),
  executable: (_, __, report) =>
    report.lost("the program is the first word of the command", "write its path there"),
};

/** Limits have a key for each resource. */
export function setLimit({ actor, path }: WatcherContext, entry: IniEntry, report: LineReport): void {
  const name = entry.name.slice("rlimit_".length).toLowerCase();
  if (!RESOURCES.some((resource) => resource === name)) {
    return report.lost("Linux has no limit of that name", `limits are ${RESOURCES.join(", ")}`);
  }
  const limit = /^(?:infinity|unlimited|-1)?$/i.test(entry.value) ? "unlimited" : readInteger(entry);
  addTo(actor, "limits", { [name]: limit });
  report.kept(`${path} limits.${name} = ${valueText(limit)}`);
}

function set({ actor, path }: WatcherContext, key: string, value: DraftValue): string {
  actor.keys.set(key, value);
  return `${path} ${key} = ${valueText(value)}`;
}

function ageLost(_: WatcherContext, __: IniEntry, report: LineReport): void {
  report.lost(
    "a process has no age at which it is restarted",
    "run_timeout ends a run; `supervise restart --rolling` in a schedule is gentler",
  );
}

function standardStream({ path }: WatcherContext, _: IniEntry, report: LineReport): void {
  report.changed(path, "standard input is empty, and output is always read");
}
