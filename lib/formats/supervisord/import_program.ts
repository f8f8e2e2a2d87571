/** A `[program:x]`, `[fcgi-program:x]` or `[eventlistener:x]` of supervisord as actors of ours. */
import { shellLine } from "../../base/shell_word.ts";
import { nearestName } from "../../base/nearest.ts";
import { didYouMean } from "../../config/wording.ts";
import { addActor, type DraftActor, type DraftTree } from "../draft.ts";
import { FindingList } from "../finding.ts";
import type { IniEntry, MergedSection } from "../ini/python_ini.ts";
import { notReadable } from "../not_readable.ts";
import { splitWords } from "../split_words.ts";
import { valueText } from "../write_toml.ts";
import { expand, type Expansions, padsProcessNumber, usesProcessNumber } from "./expand.ts";
import { PROGRAM_RULES } from "./program_keys.ts";
import { LOG_KEYS, setLog } from "./program_log.ts";
import { readNumber } from "../ini/values.ts";

/** More copies than these are not written out one by one. */
const MOST_WRITTEN_OUT = 100;
const MOST_COPIES = 1_000;

/** Keys that are read for the program as a whole. */
export const COPY_KEYS = ["command", "process_name", "numprocs", "numprocs_start"] as const;
/** Keys of `[fcgi-program:x]` alone. */
export const FCGI_KEYS = ["socket", "socket_owner", "socket_mode", "socket_backlog"] as const;

/** A program, and where it goes. */
export interface ProgramSource {
  readonly section: MergedSection;
  /** The name behind the colon. */
  readonly name: string;
  readonly isFcgi: boolean;
  /** The group that it belongs to, if that is another one than its own. */
  readonly group: string | null;
  readonly tree: DraftTree;
  /** How the tree is addressed: empty, or `trees.x.`. */
  readonly prefix: string;
}

/** The surroundings that all programs share. */
export interface ProgramSurroundings {
  readonly findings: FindingList;
  /** Log files by the actor that has them. */
  readonly taken: Map<string, string>;
}

/** Adds the actors of a program. @throws {UserError} `import/not-readable` */
export function importProgram(source: ProgramSource, surroundings: ProgramSurroundings): void {
  const { section, name } = source;
  const { entries } = section;
  if (!entries.has("command")) {
    throw notReadable(
      section.file,
      section.line,
      `[${section.name}] has no command`,
      "write command = the program to run",
    );
  }
  const first = numberOf(entries, "numprocs_start", 0);
  const copies = numberOf(entries, "numprocs", 1);
  const values = [...entries.values()].filter((entry) => entry.name !== "process_name").map(({ value }) =>
    value
  );
  const needsNumber = values.some(usesProcessNumber);
  const countsAsWeDo = first === 1 && !values.some(padsProcessNumber);
  if (copies === 1 || !needsNumber || countsAsWeDo || copies > MOST_WRITTEN_OUT) {
    const number = copies === 1 ? first : "${replica}";
    const actor = addCopy(source, surroundings, name, number);
    if (copies > 1) actor.keys.set("replicas", Math.min(copies, MOST_COPIES));
    tellCopies(
      source,
      surroundings.findings,
      `${source.prefix}actors.${actor.name}`,
      needsNumber && !countsAsWeDo,
    );
    return;
  }
  const numbers = Array.from({ length: copies }, (_, index) => first + index);
  const names = numbers.map((number, index) => {
    const silent = { ...surroundings, findings: new FindingList(section.file) };
    const written = nameOf(source, number);
    return addCopy(source, index === 0 ? surroundings : silent, written, number).name;
  });
  tellWrittenOut(source, surroundings.findings, names);
}

function addCopy(
  source: ProgramSource,
  surroundings: ProgramSurroundings,
  wanted: string,
  processNumber: Expansions["processNumber"],
): DraftActor {
  const { section: { name: label, entries }, tree, prefix, isFcgi } = source;
  const { findings, taken } = surroundings;
  const actor = addActor(tree, wanted);
  const path = `${prefix}actors.${actor.name}`;
  const expansions = expansionsOf(source, processNumber);
  const textOf = (entry: IniEntry, text = entry.value) =>
    expand(text, expansions, entry, findings.of(entry.file));
  actor.keys.set("daemon", true);
  actor.keys.set("restart", "on-failure");
  setCommand(source, actor, path, textOf, findings);
  for (const entry of entries.values()) {
    if (isReadElsewhere(entry.name, isFcgi)) continue;
    const report = findings.of(entry.file).at(entry.line, `${label} ${entry.name}`);
    const rule = Object.hasOwn(PROGRAM_RULES, entry.name) ? PROGRAM_RULES[entry.name] : undefined;
    if (rule !== undefined) rule({ actor, path, entries, textOf }, entry, report);
    else {
      const near = nearestName(entry.name, [...Object.keys(PROGRAM_RULES), ...COPY_KEYS, ...LOG_KEYS]);
      report.lost(`supervisord knows no such key${didYouMean(near)}`);
    }
  }
  const copies = processNumber === "${replica}" ? numberOf(entries, "numprocs", 1) : 1;
  setLog(entries, { label, path, actor, findings, textOf, copies, taken });
  return actor;
}

function isReadElsewhere(name: string, isFcgi: boolean): boolean {
  const others: readonly string[] = [...COPY_KEYS, ...LOG_KEYS, ...(isFcgi ? FCGI_KEYS : [])];
  return others.includes(name);
}

function expansionsOf(
  { section, name, group }: ProgramSource,
  processNumber: Expansions["processNumber"],
): Expansions {
  const copies = numberOf(section.entries, "numprocs", 1);
  return {
    names: { program_name: name, group_name: group ?? name, numprocs: String(copies) },
    processNumber,
  };
}

function setCommand(
  { section: { entries, name: label }, isFcgi }: ProgramSource,
  actor: DraftActor,
  path: string,
  textOf: (entry: IniEntry, text?: string) => string,
  findings: FindingList,
): void {
  const entry = entries.get("command")!;
  const report = findings.of(entry.file).at(entry.line, `${label} command`);
  const words = splitWords(entry.value, entry.file, entry.line).map((word) => textOf(entry, word));
  const isSplit = /%\(ENV_/.test(entry.value);
  if (isFcgi) return setFcgiCommand(entries, actor, path, words, textOf, label, findings);
  actor.keys.set("exec", words);
  if (isSplit) {
    report.changed(
      `${path} exec`,
      "the value of a variable is one argument, or part of one, also if it holds blanks",
    );
  } else report.kept(`${path} exec`);
}

/** A FastCGI program finds its socket at descriptor 0; the first of those that supervise hands over is 3. */
function setFcgiCommand(
  entries: ReadonlyMap<string, IniEntry>,
  actor: DraftActor,
  path: string,
  words: readonly string[],
  textOf: (entry: IniEntry) => string,
  label: string,
  findings: FindingList,
): void {
  actor.keys.set("shell", `exec ${shellLine(words)} <&3 3<&-`);
  const command = entries.get("command")!;
  findings.of(command.file).at(command.line, `${label} command`).changed(
    `${path} shell`,
    "a shell makes the socket its standard input, where FastCGI programs look for it",
  );
  const socket = entries.get("socket");
  if (socket !== undefined) {
    const address = textOf(socket);
    actor.keys.set("sockets", [address]);
    findings.of(socket.file).at(socket.line, `${label} socket`).kept(
      `${path} sockets = ${valueText([address])}`,
    );
  }
  for (const key of ["socket_owner", "socket_mode", "socket_backlog"]) {
    const entry = entries.get(key);
    if (entry === undefined) continue;
    findings.of(entry.file).at(entry.line, `${label} ${key}`).lost(
      "a socket belongs to the user that runs supervise, with the permissions that its umask leaves",
      key === "socket_backlog"
        ? null
        : "start supervise with such a umask, or change the file in hooks.post_start",
    );
  }
}

/** The name that supervisord gives a copy. */
function nameOf(source: ProgramSource, number: number): string {
  const entry = source.section.entries.get("process_name");
  if (entry === undefined || !usesProcessNumber(entry.value)) return `${source.name}-${number}`;
  return expand(entry.value, expansionsOf(source, number), entry, new FindingList(entry.file));
}

function tellCopies(
  { section: { entries, name: label }, name }: ProgramSource,
  findings: FindingList,
  path: string,
  isCountedOtherwise: boolean,
): void {
  const report = (key: string) => {
    const entry = entries.get(key);
    return entry === undefined ? null : findings.of(entry.file).at(entry.line, `${label} ${key}`);
  };
  const copies = numberOf(entries, "numprocs", 1);
  if (copies === 1) report("numprocs")?.kept(`${path}: one process`);
  else if (copies > MOST_COPIES) {
    report("numprocs")?.changed(`${path} replicas = ${MOST_COPIES}`, "an actor has at most so many");
  } else if (isCountedOtherwise) {
    report("numprocs")?.changed(
      `${path} replicas = ${copies}`,
      "%(process_num) is ${replica}, which counts from 1 and has no leading zeros",
    );
  } else report("numprocs")?.kept(`${path} replicas = ${copies}`);
  if (copies === 1 || isCountedOtherwise) report("numprocs_start")?.kept(`${path}: %(process_num)`);
  else report("numprocs_start")?.changed(`${path} replicas`, "copies are counted from 1");
  const entry = entries.get("process_name");
  if (entry === undefined) return;
  if (copies === 1 && /^%\(program_name\)s$/.test(entry.value) || entry.value === name) {
    return report("process_name")?.kept(path);
  }
  report("process_name")?.changed(
    path,
    copies === 1
      ? "it has the name of the program"
      : "copies are addressed by their number: .1, .2 and so on",
  );
}

function tellWrittenOut(
  { section: { entries, name: label }, prefix }: ProgramSource,
  findings: FindingList,
  names: readonly string[],
): void {
  const to = `${prefix}actors.${names[0]} to ${prefix}actors.${names.at(-1)}`;
  for (const key of ["numprocs", "numprocs_start", "process_name"]) {
    const entry = entries.get(key);
    if (entry === undefined) continue;
    const report = findings.of(entry.file).at(entry.line, `${label} ${key}`);
    if (key !== "numprocs") report.kept(to);
    else {
      report.changed(
        to,
        "each is an actor of its own, because its number stands in other values and is not counted from 1",
        "write replicas and ${replica} instead if the numbers may begin with 1",
      );
    }
  }
}

function numberOf(entries: ReadonlyMap<string, IniEntry>, key: string, byDefault: number): number {
  const entry = entries.get(key);
  if (entry === undefined) return byDefault;
  const number = readNumber(entry);
  if (key === "numprocs" && number === 0) {
    throw notReadable(entry.file, entry.line, "numprocs is 0", "write at least 1, or take the program out");
  }
  return number;
}
