/** Where the output of a program goes: supervisord says it in up to eight keys, and here it is one table. */
import { formatSize } from "../../base/size.ts";
import { valueText } from "../write_toml.ts";
import type { DraftActor } from "../draft.ts";
import type { FindingList } from "../finding.ts";
import { fileOfCopies } from "../log_file.ts";
import type { IniEntry } from "../ini/python_ini.ts";
import { readBoolean, readBytes, readNumber } from "../ini/values.ts";

/** The keys that this reads. */
export const LOG_KEYS = [
  "stdout_logfile",
  "stdout_logfile_maxbytes",
  "stdout_logfile_backups",
  "redirect_stderr",
  "stderr_logfile",
  "stderr_logfile_maxbytes",
  "stderr_logfile_backups",
] as const;

/** The size of a log and the number of old ones that supervisord has by default. */
const USUAL_SIZE = "50MiB";
const USUAL_BACKUPS = 10;
/** As good a word for "never" as there is. */
const NEVER_ROTATED = "1TiB";
const MOST_KEPT = 1_000;
const LEAST_BYTES = 1_024;

/** The standard output of supervisord itself. */
const OWN_OUTPUT = /^\/dev\/(?:stdout|stderr|fd\/[12]|tty|console)$|^\/proc\/(?:self|1)\/fd\/[12]$/;

/** The context that `setLog` works with. */
export interface LogContext {
  readonly label: string;
  readonly path: string;
  readonly actor: DraftActor;
  readonly findings: FindingList;
  /** Expands a value. */
  readonly textOf: (entry: IniEntry) => string;
  /** How many processes the actor has. */
  readonly copies: number;
  /** Files that are the logs of others. */
  readonly taken: Map<string, string>;
}

/** Sets `log` of an actor, and tells what became of each of the keys. */
export function setLog(entries: ReadonlyMap<string, IniEntry>, context: LogContext): void {
  const { label, path, actor, findings, textOf, copies, taken } = context;
  const out = entries.get("stdout_logfile");
  const written = out === undefined ? "AUTO" : textOf(out);
  const report = (key: string) => {
    const entry = entries.get(key);
    return entry === undefined ? null : findings.of(entry.file).at(entry.line, `${label} ${key}`);
  };
  if (written.toUpperCase() === "AUTO" || written === "syslog") {
    const why = written === "syslog" ? "lines go to a log of the tree, and not to syslog" : null;
    if (why === null) {
      report("stdout_logfile")?.kept(`${path}: a log of the tree, which \`supervise logs\` shows`);
    } else report("stdout_logfile")?.changed(`${path}: a log of the tree`, why);
  } else if (written.toUpperCase() === "NONE" || written === "/dev/null" || written === "") {
    const err = entries.get("stderr_logfile");
    const isSilent = err !== undefined && /^(?:NONE|\/dev\/null)$/i.test(err.value) || isMerged(entries);
    if (isSilent) {
      actor.keys.set("log", "null");
      report("stdout_logfile")?.kept(`${path} log = "null"`);
    } else {
      report("stdout_logfile")?.changed(
        `${path}: a log of the tree`,
        "both streams are kept, because standard error is",
        'write log = "null" to keep neither',
      );
    }
  } else if (OWN_OUTPUT.test(written)) {
    actor.keys.set("log", "inherit");
    report("stdout_logfile")?.kept(`${path} log = "inherit"`);
  } else {
    const holder = taken.get(written);
    if (holder !== undefined) {
      report("stdout_logfile")?.lost(
        `${holder} logs to that file, and a file has one writer here`,
        "give it a file of its own; until then its lines are in a log of the tree",
      );
    } else {
      taken.set(written, path);
      const file = copies > 1 ? fileOfCopies(written) : written;
      const log = {
        file,
        ...sizeOf(entries.get("stdout_logfile_maxbytes")),
        ...backupsOf(entries.get("stdout_logfile_backups")),
      };
      actor.keys.set("log", log);
      const to = `${path} log = ${valueText(log)}`;
      if (file === written) report("stdout_logfile")?.kept(to);
      else report("stdout_logfile")?.changed(to, "each copy has a file of its own");
    }
  }
  tellSizes(entries, report, actor, path);
  tellErrors(entries, report, written, path, textOf);
}

type Report = (key: string) => ReturnType<FindingList["at"]> | null;

function sizeOf(entry: IniEntry | undefined): { max_size: string } {
  if (entry === undefined) return { max_size: USUAL_SIZE };
  const bytes = readBytes(entry);
  return { max_size: bytes === 0 ? NEVER_ROTATED : formatSize(Math.max(LEAST_BYTES, bytes)) };
}

function backupsOf(entry: IniEntry | undefined): { keep: number } {
  return { keep: entry === undefined ? USUAL_BACKUPS : Math.min(MOST_KEPT, readNumber(entry)) };
}

function tellSizes(
  entries: ReadonlyMap<string, IniEntry>,
  report: Report,
  actor: DraftActor,
  path: string,
): void {
  const log = actor.keys.get("log");
  const table = typeof log === "object" && "file" in log ? log : null;
  for (
    const [key, ours] of [["stdout_logfile_maxbytes", "max_size"], [
      "stdout_logfile_backups",
      "keep",
    ]] as const
  ) {
    const entry = entries.get(key);
    const isNone = entry !== undefined && readNumberOrBytes(key, entry) === 0;
    if (table === null && isNone) report(key)?.kept(`${path}: nothing is rotated`);
    else if (table === null) {
      report(key)?.lost(
        "there is no file of its own to be rotated",
        "the logs of the tree are rotated by themselves",
      );
    } else report(key)?.kept(`${path} log.${ours}`);
  }
}

function readNumberOrBytes(key: string, entry: IniEntry): number {
  return key.endsWith("maxbytes") ? readBytes(entry) : readNumber(entry);
}

function tellErrors(
  entries: ReadonlyMap<string, IniEntry>,
  report: Report,
  out: string,
  path: string,
  textOf: LogContext["textOf"],
): void {
  const merged = entries.get("redirect_stderr");
  if (merged !== undefined) {
    if (readBoolean(merged)) report("redirect_stderr")?.kept(`${path}: both streams are in one log`);
    else {report("redirect_stderr")?.changed(
        `${path}: both streams are in one log`,
        "`supervise logs --stream stderr` tells them apart",
      );}
  }
  const err = entries.get("stderr_logfile");
  if (err === undefined) return tellErrorSizes(entries, report);
  const written = textOf(err);
  const isSame = written === out || (OWN_OUTPUT.test(written) && OWN_OUTPUT.test(out));
  if (isSame || written.toUpperCase() === "AUTO") {
    report("stderr_logfile")?.kept(`${path}: both streams are in one log`);
  } else {
    report("stderr_logfile")?.changed(
      `${path}: both streams are in one log`,
      "standard error has no file of its own",
      "`supervise logs --stream stderr` tells them apart",
    );
  }
  tellErrorSizes(entries, report);
}

function tellErrorSizes(entries: ReadonlyMap<string, IniEntry>, report: Report): void {
  for (const key of ["stderr_logfile_maxbytes", "stderr_logfile_backups"]) {
    const entry = entries.get(key);
    if (entry !== undefined && readNumberOrBytes(key, entry) === 0) report(key)?.kept("nothing is rotated");
    else {report(key)?.lost(
        "standard error has no file of its own",
        "the log of both streams is rotated as that of standard output",
      );}
  }
}

function isMerged(entries: ReadonlyMap<string, IniEntry>): boolean {
  const merged = entries.get("redirect_stderr");
  return merged !== undefined && readBoolean(merged);
}
