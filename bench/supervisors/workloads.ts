/** What each contender is put through. A workload returns samples of the rows of the table, by their names. */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import process from "node:process";
import type { ProcessId } from "../containment/processes.ts";
import { now, passes } from "./board.ts";
import type { Contender, Words } from "./contender.ts";
import { Lab, type Usage } from "./lab.ts";

/** Takes one sample of a row. */
export type Sample = (row: string, value: number) => void;

/** Why something could not be measured. */
export class CannotMeasure extends Error {}

export interface Settings {
  /** The folder of the run. */
  readonly folder: string;
  /** The program of each service. */
  readonly child: string;
  /** How long an idle supervisor is looked at. */
  readonly idleMs: number;
}

/** Of each tree so many are crashed, in at most so much time. */
const CRASHES = 20;
const CRASHES_MS = 15_000;
/** The peers restart at once whatever has run for longer than this. */
const STEADY_MS = 1_200;
const COMMANDS = 5;
const IDLE_LOOKS = 4;
const ONE_SHOTS = 200;
const LINES = 400_000;
const LAST = "LAST-OF-ALL";

const limitOf = (size: number) => 30_000 + size * 30;

/** Start, crashes, idle, commands and stop of a tree of services that wait. */
export async function tree(
  size: number,
  lab: Lab,
  settings: Settings,
  isFirst: boolean,
  sample: Sample,
): Promise<void> {
  const { contender, board } = lab;
  const plan = lab.tree(size, "wait");
  lab.write(contender.files(plan));
  const began = lab.start();
  const allRun = await board.waitUntil(
    () => board.latest.size === size,
    limitOf(size),
  );
  if (!allRun) {
    throw new CannotMeasure(
      `${board.latest.size} of ${size} ran after ${limitOf(size) / 1_000} s: ${lab.log()}`,
    );
  }
  sample(
    `start ${size}`,
    Math.max(...board.starts.map(({ at }) => at)) - began,
  );
  await lab.hasStarted();
  await passes(STEADY_MS);
  if (size <= 100) await crashes(lab, size, sample);
  const isIdle = isFirst && settings.idleMs > 0;
  const restless = isIdle ? await idle(lab, size, settings.idleMs, sample) : null;
  await commands(lab, `list ${size}`, contender.list, sample);
  await commands(
    lab,
    `status ${size}`,
    contender.status?.("s0") ?? null,
    sample,
  );
  const stopped = await lab.stop(limitOf(size));
  if (stopped === null) {
    throw new CannotMeasure(
      `not stopped after ${limitOf(size) / 1_000} s: ${lab.log()}`,
    );
  }
  sample(`stop ${size}`, stopped);
  if (restless !== null) throw new CannotMeasure(restless);
}

async function crashes(
  { board }: Lab,
  size: number,
  sample: Sample,
): Promise<void> {
  const end = now() + CRASHES_MS;
  for (let n = 0; n < Math.min(size, CRASHES) && now() < end; n++) {
    const before = board.latest.get(`s${n}`)!;
    const killed = now();
    process.kill(before.pid, "SIGKILL");
    const isBack = () => board.latest.get(before.name) !== before;
    if (!await board.waitUntil(isBack, 10_000)) {
      throw new CannotMeasure(`${before.name} was not restarted in 10 s`);
    }
    sample(`crash ${size}`, board.latest.get(before.name)!.at - killed);
  }
}

/** Looks at the supervisor while nothing happens. @returns Why what it uses could not be measured; null if it could. */
async function idle(
  lab: Lab,
  size: number,
  ms: number,
  sample: Sample,
): Promise<string | null> {
  await passes(STEADY_MS);
  const processes = lab.supervisors();
  const used = await usedInTenSeconds(lab, processes, ms);
  sample(`memory ${size}`, lab.memory(processes));
  sample(`processes ${size}`, processes.length);
  if (used === null) return `threads of it ended at each of ${IDLE_LOOKS} looks at what it uses while idle`;
  sample(`idle cpu ${size}`, used.cpuMs);
  sample(`idle wakeups ${size}`, used.wakeups);
  return null;
}

/**
 * A thread that ends meanwhile takes with it the account of what it has used. Then there is another look; null after too many.
 */
async function usedInTenSeconds(
  lab: Lab,
  processes: readonly ProcessId[],
  ms: number,
): Promise<Usage | null> {
  for (let look = 0; look < IDLE_LOOKS; look++) {
    const [before, began] = [lab.usage(processes), now()];
    await passes(ms);
    const after = lab.usage(processes);
    if ([...before.keys()].some((thread) => !after.has(thread))) continue;
    const tens = (now() - began) / 10_000;
    const used = (of: keyof Usage) =>
      [...after].reduce((sum, [thread, usage]) => sum + usage[of] - (before.get(thread)?.[of] ?? 0), 0) /
      tens;
    return { cpuMs: used("cpuMs"), wakeups: used("wakeups") };
  }
  return null;
}

async function commands(
  lab: Lab,
  row: string,
  words: Words | null,
  sample: Sample,
): Promise<void> {
  if (words === null) return;
  for (let n = 0; n < COMMANDS; n++) {
    const { ms, code } = await lab.run(words);
    if (code !== 0) {
      throw new CannotMeasure(
        `${words.join(" ")} ended with ${code}: ${lab.log()}`,
      );
    }
    sample(row, ms);
  }
}

/** Version and help. */
export async function words(lab: Lab, sample: Sample): Promise<void> {
  await commands(lab, "version", lab.contender.version, sample);
  await commands(lab, "help", lab.contender.help, sample);
}

/** Services that end at once: how many are spawned a second, from the first to the last. */
export async function oneShots(lab: Lab, sample: Sample): Promise<void> {
  const { contender, board } = lab;
  lab.write(contender.files(lab.tree(ONE_SHOTS, "exit")));
  lab.start();
  if (!await board.waitUntil(() => board.latest.size === ONE_SHOTS, 60_000)) {
    throw new CannotMeasure(
      `${board.latest.size} of ${ONE_SHOTS} ran after 60 s: ${lab.log()}`,
    );
  }
  const first = new Map(
    board.starts.toReversed().map(({ name, at }) => [name, at]),
  );
  const times = [...first.values()];
  sample(
    "spawns",
    (ONE_SHOTS - 1) / ((Math.max(...times) - Math.min(...times)) / 1_000),
  );
  await lab.hasStarted();
}

/** One service that prints a lot: how long until the last line is in a file. */
export async function lines(
  mode: "blocks" | "lines",
  lab: Lab,
  sample: Sample,
): Promise<void> {
  const { contender, board } = lab;
  lab.write(contender.files(lab.tree(1, mode)));
  lab.start();
  if (!await board.waitUntil(() => board.latest.size === 1, 30_000)) {
    throw new CannotMeasure(lab.log());
  }
  const began = board.latest.get("s0")!.at;
  while (!lab.logFiles().some(endsWithLast)) {
    if (now() - began > 60_000) {
      throw new CannotMeasure("the last line is in no file after 60 s");
    }
    await passes(2);
  }
  const ended = now();
  const kept = lab.logFiles().reduce((sum, file) => sum + countLines(file), 0);
  if (kept !== LINES) {
    throw new CannotMeasure(`${kept} of ${LINES} lines are in the files`);
  }
  sample(mode, ended - began);
  await lab.hasStarted();
}

function endsWithLast(path: string): boolean {
  try {
    const file = openSync(path, "r");
    const tail = new Uint8Array(1_024);
    const length = readSync(
      file,
      tail,
      0,
      tail.length,
      Math.max(0, fstatSync(file).size - tail.length),
    );
    closeSync(file);
    return new TextDecoder().decode(tail.subarray(0, length)).includes(LAST);
  } catch {
    // It has been rotated away meanwhile.
    return false;
  }
}

/** How many lines of the service are in a file. */
function countLines(path: string): number {
  return readFileSync(path, "latin1").split("xxxxxxxxxxxxxxxxxxxx\n").length -
    1;
}

/** Does it in a lab of its own; returns how many processes the supervisor left after its end. */
export async function inLab(
  contender: Contender,
  settings: Settings,
  workload: (lab: Lab) => Promise<void>,
): Promise<number> {
  const lab = new Lab(contender, settings.folder, settings.child);
  let left = 0;
  try {
    await workload(lab);
    await lab.stop(30_000);
    left = lab.everything().length;
  } finally {
    await lab.dispose();
  }
  return left;
}
