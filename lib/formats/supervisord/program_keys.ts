/** The keys of a program, but for those of its command, its copies and its logs, and what becomes of each. */
import { formatDuration } from "../../base/duration.ts";
import { parseSignal } from "../../base/signals.ts";
import { quote } from "../../config/wording.ts";
import { addTo, type DraftActor, type DraftValue } from "../draft.ts";
import type { LineReport } from "../finding.ts";
import { type IniEntry, pythonBoolean } from "../ini/python_ini.ts";
import { notReadable } from "../not_readable.ts";
import { valueText } from "../write_toml.ts";
import { parseEnvironment } from "./environment.ts";
import { accountOf, readBoolean, readList, readNumber, readSeconds } from "../ini/values.ts";

/** The context that a rule works with. */
export interface ProgramContext {
  readonly actor: DraftActor;
  /** The address of the table: `actors.web`. */
  readonly path: string;
  readonly entries: ReadonlyMap<string, IniEntry>;
  /** The value of an entry, or another text of it, with our placeholders. */
  readonly textOf: (entry: IniEntry, text?: string) => string;
}

/** Does what an entry says, and tells what became of it. */
export type ProgramRule = (context: ProgramContext, entry: IniEntry, report: LineReport) => void;

/** The delays between failed starts grow by so much each. */
const STEP_MS = 1_000;

/** By name. */
export const PROGRAM_RULES: Readonly<Record<string, ProgramRule>> = {
  directory: (context, entry, report) => report.kept(set(context, "cwd", pathOf(context.textOf(entry)))),
  umask: (context, entry, report) => {
    if (!/^[0-7]{1,4}$/.test(entry.value)) {
      throw notReadable(
        entry.file,
        entry.line,
        `umask is ${quote(entry.value)}`,
        "write octal digits, such as 022",
      );
    }
    report.kept(set(context, "umask", entry.value.padStart(4, "0")));
  },
  user: (context, entry, report) => report.kept(set(context, "user", accountOf(context.textOf(entry)))),
  environment: ({ actor, path, textOf }, entry, report) => {
    const variables = [...parseEnvironment(entry)].map(([name, value]) =>
      [name, textOf(entry, value)] as const
    );
    addTo(actor, "env", Object.fromEntries(variables));
    report.kept(`${path} env: ${variables.map(([name]) => name).join(", ")}`);
  },
  autostart: (context, entry, report) => {
    if (readBoolean(entry)) return report.kept(`${context.path}: started with its tree`);
    report.kept(set(context, "autostart", false));
  },
  exitcodes: (context, entry, report) => {
    const codes = readList(entry).map(Number);
    if (codes.some((code) => !Number.isInteger(code) || code < 0 || code > 255)) {
      throw notReadable(
        entry.file,
        entry.line,
        `exitcodes is ${quote(entry.value)}`,
        "write numbers with commas, such as 0,2",
      );
    }
    report.kept(set(context, "success_exit_codes", codes));
  },
  autorestart: restart,
  startsecs,
  startretries,
  stopsignal: ({ actor, path }, entry, report) => {
    const signal = parseSignal(entry.value);
    if (signal === null) {
      throw notReadable(
        entry.file,
        entry.line,
        `stopsignal is ${quote(entry.value)}`,
        "write a signal such as TERM",
      );
    }
    addTo(actor, "stop", { signal });
    report.kept(`${path} stop.signal = "${signal}"`);
  },
  stopwaitsecs: ({ actor, path }, entry, report) => {
    const grace = readSeconds(entry);
    addTo(actor, "stop", { grace });
    report.kept(`${path} stop.grace = "${grace}"`);
  },
  stopasgroup: ({ actor, path }, entry, report) => {
    const to = readBoolean(entry) ? "group" : "process";
    addTo(actor, "stop", { to });
    report.kept(`${path} stop.to = "${to}"`);
  },
  killasgroup: ({ path }, entry, report) => {
    const to = `${path}: all descendants are ended at the end of a stop`;
    if (readBoolean(entry)) report.kept(to);
    else {report.changed(
        to,
        "supervisord kills the process alone",
        'write stop.kill = "process" to leave the others on purpose',
      );}
  },
  priority: ({ path }, entry, report) => {
    readNumber(entry);
    report.changed(
      `${path}: its place in the file`,
      "all start at once as their dependencies allow, and stop in the reverse order of those",
      "write depends_on for what has to be there before, which is then waited for",
    );
  },
  stdout_capture_maxbytes: capture,
  stderr_capture_maxbytes: capture,
  stdout_events_enabled: events,
  stderr_events_enabled: events,
  stdout_syslog: syslog,
  stderr_syslog: syslog,
  serverurl: (_, __, report) =>
    report.lost("there is no server with a URL", "the actor finds its supervisor by SUPERVISE_SOCKET"),
};

/** Sets a key, and gives the words for that. */
export function set(
  { actor, path }: Pick<ProgramContext, "actor" | "path">,
  key: string,
  value: DraftValue,
): string {
  actor.keys.set(key, value);
  return `${path} ${key} = ${valueText(value)}`;
}

/** No shell replaces a `~` at the begin of a path. */
export function pathOf(text: string): string {
  return text.replace(/^~(?=\/|$)/, "${env:HOME}");
}

function restart(context: ProgramContext, entry: IniEntry, report: LineReport): void {
  const value = entry.value.toLowerCase();
  if (value === "unexpected") {
    const to = set(context, "restart", "on-failure");
    return report.changed(
      to,
      "an end with one of success_exit_codes is final as there, and told as a failure, because a daemon has no end",
    );
  }
  if (readBoolean(entry)) return report.kept(set(context, "restart", "always"));
  context.actor.keys.delete("daemon");
  report.changed(
    set(context, "restart", "never"),
    "it is a one-shot: ended with success it has completed, and a tree of one-shots alone ends with the last of them",
  );
}

function startsecs({ actor, path }: ProgramContext, entry: IniEntry, report: LineReport): void {
  const seconds = readNumber(entry);
  if (seconds === 0) return report.kept(`${path}: ready as soon as it runs`);
  const delay = readSeconds(entry);
  // A start has 30 seconds; one that is to last longer needs more.
  const timeout = seconds >= 30 ? { timeout: formatDuration(2 * seconds * 1_000) } : {};
  addTo(actor, "ready", { delay, ...timeout });
  report.changed(
    `${path} ready.delay = "${delay}"`,
    "it is ready when it has run so long; an end before that counts as any other, by its exit code",
    "a probe says more: ready = { tcp = ... }, { http = ... } or { log = ... }",
  );
}

function startretries({ actor, path, entries }: ProgramContext, entry: IniEntry, report: LineReport): void {
  const restarts = readNumber(entry);
  if (pythonBoolean(entries.get("autorestart")?.value ?? "unexpected") === false) {
    if (restarts === 0) return report.kept(`${path}: started once`);
    return report.lost(
      "a one-shot is started once",
      'write restart = "on-failure" and intensity = { restarts, within } to have it tried again',
    );
  }
  const startsecs = entries.get("startsecs");
  const run = startsecs === undefined ? 1 : readNumber(startsecs);
  // The pauses there are 1 s, 2 s, 3 s and so on; each start may last for startsecs.
  const withinMs = Math.min(
    86_400_000,
    (restarts * (restarts + 1) / 2) * STEP_MS + (restarts + 1) * run * 1_000 + STEP_MS,
  );
  const intensity = { restarts: Math.min(restarts, 1_000_000), within: formatDuration(withinMs) };
  actor.keys.set("intensity", intensity);
  addTo(actor, "backoff", { initial: "1s" });
  report.changed(
    `${path} intensity = ${valueText(intensity)}, backoff.initial = "1s"`,
    "supervisord counts failed starts in a row, and restarts without a limit what has run for startsecs; here all restarts within the time count",
  );
}

function capture(_: ProgramContext, __: IniEntry, report: LineReport): void {
  report.lost(
    "the output has no marks that are captured",
    "have the program write to a file or a socket of its own",
  );
}

function events(_: ProgramContext, entry: IniEntry, report: LineReport): void {
  if (!readBoolean(entry)) return report.kept("lines are no events");
  report.lost("lines are no events", "`supervise logs -f --json` follows them");
}

function syslog(_: ProgramContext, entry: IniEntry, report: LineReport): void {
  if (!readBoolean(entry)) return report.kept("lines go to a log of the tree");
  report.lost("nothing is written to syslog", "`supervise logs -f` can be piped into `logger`");
}
