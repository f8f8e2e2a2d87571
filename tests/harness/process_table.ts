/** The process table, as the kernel shows it to anybody. What vanishes while it is read is not there. */
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";

/** A process that is not mistaken for a later one with its number. */
export interface ProcessName {
  readonly pid: number;
  /** In clock ticks since boot. */
  readonly startTime: number;
}

/** One line of the table. */
export interface Row extends ProcessName {
  /** The kernel's letter; `Z` is a zombie, `T` is stopped. */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
}

/** One line; null if there is no such process. */
export function rowOf(pid: number): Row | null {
  const text = tryRead(`/proc/${pid}/stat`);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [parent, group, session] = fields.slice(1, 4).map(Number);
  return {
    pid,
    startTime: Number(fields[19]),
    state: fields[0]!,
    parent: parent!,
    group: group!,
    session: session!,
  };
}

/** All lines, zombies included. */
export function table(): readonly Row[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name))
    .map((pid) => rowOf(Number(pid))).filter((row) => row !== null);
}

/** Whether a process is there and is no zombie. */
export function isAlive({ pid, startTime }: ProcessName): boolean {
  const row = rowOf(pid);
  return row !== null && row.startTime === startTime && !isDead(row);
}

/** Whether a line is of one that has died. */
export function isDead({ state }: Row): boolean {
  return state === "Z" || state === "X";
}

/** The numbers of the children of a process, zombies included. */
export function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      (tryRead(`/proc/${pid}/task/${thread}/children`) ?? "").split(" ").filter((text) => text !== "").map(
        Number,
      )
    );
  } catch {
    return [];
  }
}

/** The children of a process that are zombies. */
export function zombiesOf(pid: number): readonly Row[] {
  return childrenOf(pid).map(rowOf).filter((row) =>
    row !== null && row.parent === pid && isDead(row)
  ) as Row[];
}

/** All living processes below another. */
export function descendantsOf(root: number): readonly Row[] {
  const rows = table().filter((row) => !isDead(row));
  const found: Row[] = [];
  const pending = [root];
  while (pending.length > 0) {
    const parent = pending.pop()!;
    const children = rows.filter((row) => row.parent === parent);
    found.push(...children);
    pending.push(...children.map(({ pid }) => pid));
  }
  return found;
}

/** What a process found in its environment; empty if that is not to be read, as that of a zombie. */
export function environmentOf(pid: number): ReadonlyMap<string, string> {
  const entries = (tryRead(`/proc/${pid}/environ`) ?? "").split("\0").filter((entry) => entry.includes("="));
  return new Map(
    entries.map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]),
  );
}

/** The words of a process's command, with zeros between them; empty if it is a zombie or gone. */
export function commandOf(pid: number): string {
  return (tryRead(`/proc/${pid}/cmdline`) ?? "").replace(/\0$/, "");
}

/** The processes with a text in their command. */
export function programsWith(text: string): readonly { readonly pid: number; readonly command: string }[] {
  return table().map(({ pid }) => ({ pid, command: commandOf(pid) })).filter(({ command }) =>
    command.includes(text)
  );
}

/** Signals a process, if it is there. */
export function signalIfThere(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function tryRead(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
