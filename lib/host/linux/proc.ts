/** Reads of /proc. Processes vanish at any moment: what cannot be read is not there. */
import { rawText } from "../../base/raw_text.ts";
import { type Signal, signalName } from "../../base/signals.ts";
import type { ProcessRow } from "../ports/processes.ts";
import { nodeFs } from "../shared/lazy_node.ts";
import { tryList, tryRead } from "./kernel_files.ts";

/** The unit of times in /proc, which Linux fixes for programs whatever the kernel counts in. */
const TICK_MS = 10;

/** Whether the kernel has lists of children; null before that was needed. */
let hasChildrenLists: boolean | null = null;

/** Whether this thread is the first one of the process; null before that was needed. */
let isInFirstThread: boolean | null = null;

/** Whether /proc has the processes by the numbers that this process sees. */
export function isProcOurs(): boolean {
  try {
    return nodeFs().readlinkSync("/proc/self") === String(process.pid);
  } catch {
    return false;
  }
}

/** The numbers of all processes. */
export function readPids(): readonly number[] {
  return listNumbers("/proc");
}

/** All processes. */
export function readTable(pageBytes: number): readonly ProcessRow[] {
  return readPids().map((pid) => readRow(pid, pageBytes)).filter((row) => row !== null);
}

/**
 * The children of a process, of all of its threads. A kernel may be built without the lists, and then the whole table is
 * gone through.
 */
export function readChildren(pid: number, pageBytes: number): readonly number[] {
  hasChildrenLists ??= tryRead(`/proc/self/task/${process.pid}/children`) !== null;
  if (!hasChildrenLists) {
    return readTable(pageBytes).filter((row) => row.parent === pid).map((row) => row.pid);
  }
  return listNumbers(`/proc/${pid}/task`).flatMap((thread) =>
    numbersIn(tryRead(`/proc/${pid}/task/${thread}/children`) ?? "")
  );
}

/**
 * The children of this process, if all that it starts is started by this thread; null if that cannot be told so. Orphans come
 * to the first thread of the process that takes them in, and that has to be this one.
 */
export function readOwnChildren(): readonly number[] | null {
  isInFirstThread ??= readThread() === `${process.pid}/task/${process.pid}`;
  const list = isInFirstThread ? tryRead("/proc/thread-self/children") : null;
  return list === null ? null : numbersIn(list);
}

function readThread(): string | null {
  try {
    return nodeFs().readlinkSync("/proc/thread-self");
  } catch {
    return null;
  }
}

/** Numbers with a space behind each. */
function numbersIn(text: string): readonly number[] {
  return text === "" ? [] : text.trimEnd().split(" ").map(Number);
}

/** One process; null if there is none. */
export function readRow(pid: number, pageBytes: number): ProcessRow | null {
  const stat = tryRead(`/proc/${pid}/stat`);
  return stat === null || stat === "" ? null : parseStat(stat, pageBytes);
}

/** When a process was started, in clock ticks since boot; null if there is none. */
export function readStartTime(pid: number): number | null {
  return readRow(pid, 0)?.startTime ?? null;
}

/** Parses a line of /proc/PID/stat. The name stands in parentheses and may itself hold any character. */
export function parseStat(stat: string, pageBytes: number): ProcessRow {
  const open = stat.indexOf("(");
  const close = stat.lastIndexOf(")");
  const fields = stat.slice(close + 2).split(" ");
  const field = (number: number) => Number(fields[number - 3]);
  return {
    pid: Number(stat.slice(0, open)),
    name: stat.slice(open + 1, close),
    // One whose first thread has ended is shown as a zombie, and lives for as long as another thread of it does.
    state: fields[0] === "Z" && field(20) > 1 ? "S" : fields[0]!,
    parent: field(4),
    group: field(5),
    session: field(6),
    cpuMs: (field(14) + field(15)) * TICK_MS,
    startTime: field(22),
    rss: field(24) * pageBytes,
  };
}

/**
 * The value of one variable in a process's initial environment; null if it has none. Undefined if the environment is empty, as
 * that of a process which has let go of its memory, or cannot be read. All processes of a machine may be asked, and most of
 * them have no such variable: so the bytes are looked through as they are.
 */
export function readVariable(pid: number, name: string): string | null | undefined {
  let bytes: Buffer;
  try {
    bytes = nodeFs().readFileSync(`/proc/${pid}/environ`);
  } catch {
    return undefined;
  }
  if (bytes.length === 0) return undefined;
  const start = startOfEntry(bytes, `${name}=`);
  if (start < 0) return null;
  const end = bytes.indexOf(0, start);
  return rawText(bytes.subarray(start, end < 0 ? bytes.length : end)).slice(name.length + 1);
}

/** Where an entry starts that begins with a text; -1 if none does. */
function startOfEntry(bytes: Buffer, text: string): number {
  let at = bytes.indexOf(text);
  while (at > 0 && bytes[at - 1] !== 0) at = bytes.indexOf(text, at + 1);
  return at;
}

/** The initial environment of a process; null if it cannot be read. */
export function readEnvironment(pid: number): Readonly<Record<string, string>> | null {
  const entries = readEntries(pid);
  if (entries === null) return null;
  return Object.fromEntries(
    entries.filter((entry) => entry.includes("=")).map((entry) => {
      const at = entry.indexOf("=");
      return [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}

/** The entries of a process's initial environment, whatever bytes they are; null if they cannot be read. */
function readEntries(pid: number): readonly string[] | null {
  try {
    return rawText(nodeFs().readFileSync(`/proc/${pid}/environ`)).split("\0");
  } catch {
    return null;
  }
}

/** The user of a process; null if it is of several (real, effective, saved, of files), or there is none. */
export function readUser(pid: number): number | null {
  const [, uids] = tryRead(`/proc/${pid}/status`)?.match(/^Uid:\s+(.*)/m) ?? [];
  const ids = uids?.split(/\s+/) ?? [];
  return new Set(ids).size === 1 ? Number(ids[0]) : null;
}

/** The pipes and sockets that standard output and error lead to, each by its device and number there. */
export function readOutputs(pid: number): readonly string[] {
  return [1, 2].flatMap((descriptor) => {
    try {
      const found = nodeFs().statSync(`/proc/${pid}/fd/${descriptor}`);
      return found.isFIFO() || found.isSocket() ? [`${found.dev}:${found.ino}`] : [];
    } catch {
      return [];
    }
  });
}

/** Tells this life of the machine from any other. */
export function readBootId(): string {
  return (tryRead("/proc/sys/kernel/random/boot_id") ?? "").trim();
}

/** Milliseconds since the machine was started. */
export function readUptimeMs(): number {
  return Number((tryRead("/proc/uptime") ?? "0").split(" ")[0]) * 1_000;
}

/** The command line of a process. */
export function readCommand(pid: number): readonly string[] {
  const text = tryRead(`/proc/${pid}/cmdline`) ?? "";
  return text === "" ? [] : text.replace(/\0$/, "").split("\0");
}

/** The soft limit of open files that a process has; null if it cannot be read. */
export function readOpenFilesLimit(pid: number): number | null {
  const found = tryRead(`/proc/${pid}/limits`)?.match(/^Max open files\s+(\d+)/m);
  return found === null || found === undefined ? null : Number(found[1]);
}

/** The signals that a process ignores; none if that cannot be read. */
export function readIgnoredSignals(pid: number): readonly Signal[] {
  return readSignals(pid, "SigIgn");
}

/** The signals that a process has a handler for; none if that cannot be read. */
export function readCaughtSignals(pid: number): readonly Signal[] {
  return readSignals(pid, "SigCgt");
}

function readSignals(pid: number, line: string): readonly Signal[] {
  const digits = new RegExp(`^${line}:\\s*([0-9a-f]+)$`, "m").exec(tryRead(`/proc/${pid}/status`) ?? "")?.[1];
  const bits = [...BigInt(`0x${digits ?? 0}`).toString(2)].reverse();
  return bits.flatMap((bit, index) => bit === "1" ? [signalName(index + 1)] : []);
}

/** The descriptors that this process has open. */
export function ownDescriptors(): readonly number[] {
  return tryList("/proc/self/fd").map(Number);
}

function listNumbers(folder: string): readonly number[] {
  return tryList(folder).filter((name) => /^\d+$/.test(name)).map(Number);
}
