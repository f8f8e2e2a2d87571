/** What is done to a supervisor with two services full of traps, and what is left of them. */
import type { Lab } from "./lab.ts";
import type { Peer } from "./peer.ts";
import { isAlive, type ProcessId, signal, statOf } from "./processes.ts";
import { isComplete, type TrapProcess } from "./records.ts";

/** The events, with their titles. */
export const EVENTS = {
  stop: "stop of one service",
  down: "full stop",
  kill: "SIGKILL of the supervisor",
  restart: "restart of one service",
  guardian: "SIGKILL of the guardian",
  both: "SIGKILL of both",
} as const;

export type Event = keyof typeof EVENTS;

/** What an event has left. */
export interface Outcome {
  readonly left: readonly TrapProcess[];
  /** How many processes of the traps there were when it began, or were born since. */
  readonly of: number;
  /** When the command had returned, or after a SIGKILL when the last change was seen. */
  readonly doneMs: number;
  /** How many there were when the command returned. */
  readonly leftWhenDone: number;
  /** The exit code of the command; null if it did not return, or the supervisor did not end. */
  readonly code: number | null;
  /** Dead children that the supervisor has not waited for. */
  readonly zombies: number;
  /** Whether the main process of the restarted service was seen twice at once. */
  readonly sawTwo: boolean;
  /** Whether the restarted service stood again. */
  readonly stands: boolean;
  /** Whether the main process of the service that was not meant has ended. */
  readonly hitTheOther: boolean;
}

const LIMIT_MS = {
  start: 20_000,
  command: 20_000,
  quiet: 3_000,
  settle: 15_000,
};

/** Starts the supervisor and waits until both services have sprung all their traps. */
export async function start(lab: Lab, peer: Peer): Promise<void> {
  for (const [name, text] of Object.entries(peer.files(lab.command))) {
    lab.write(name, text!);
  }
  const running = lab.run(peer.start, 120_000);
  if (peer.pidOf === undefined) lab.setPeer(running.pid);
  else {
    await Promise.race([running.done, passes(LIMIT_MS.start)]);
    lab.setPeer(peer.pidOf(lab));
  }
  const begin = performance.now();
  const isSet = () =>
    isComplete(lab.records(), "a") &&
    (peer.hasOneService || isComplete(lab.records(), "b"));
  while (!isSet()) {
    if (performance.now() - begin > LIMIT_MS.start) {
      throw new Error(`the traps are not set: ${lab.log()}`);
    }
    await passes(20);
  }
}

/** Lets an event happen and counts what is left once nothing changes any more. */
export async function measure(
  lab: Lab,
  peer: Peer,
  event: Event,
): Promise<Outcome> {
  const isOfOne = event === "stop" || event === "restart";
  const before = lab.records().filter((one) => isAlive(one));
  const wasKnown = new Set(lab.records().map(nameOf));
  const generation = before.find(({ service, kind }) => service === "a" && kind === "main")!
    .generation;
  // What a stop is undone by counts as well; what a restart starts does not.
  const isMeant = (one: TrapProcess) =>
    !isOfOne || (one.service === "a" && (event === "stop" || one.generation === generation));
  const left = () => lab.records().filter((one) => isMeant(one) && isAlive(one));

  const begin = performance.now();
  const watch = event === "restart" ? watchMain(lab) : null;
  const code = await act(lab, peer, event);
  const leftWhenDone = left().length;
  const commandMs = performance.now() - begin;
  const quietMs = await settle(left, begin);
  const of = new Set(
    [...before, ...lab.records().filter((one) => !wasKnown.has(nameOf(one)))]
      .filter(isMeant).map(nameOf),
  );
  return {
    left: left(),
    of: of.size,
    doneMs: event in COMMANDS ? commandMs : quietMs,
    leftWhenDone,
    code,
    zombies: zombiesOf(lab),
    sawTwo: watch?.() ?? false,
    stands: event !== "restart" ||
      lab.records().some((one) => one.generation !== generation && one.service === "a" && isAlive(one)),
    hitTheOther: isOfOne &&
      before.some((one) => one.service === "b" && one.kind === "main" && !isAlive(one)),
  };
}

const COMMANDS = { stop: true, down: true, restart: true };

/** Does it; returns the exit code of the command, if it and all that it asked for ended. */
async function act(lab: Lab, peer: Peer, event: Event): Promise<number | null> {
  if (event === "stop" || event === "down" || event === "restart") {
    const code = await lab.run(peer[event]!, LIMIT_MS.command).done;
    return event === "down" && !await hasEnded(lab.peer) ? null : code;
  }
  const supervisor = lab.peer;
  if (event === "kill") {
    signal(supervisor, "SIGKILL");
    return 0;
  }
  const guardian = statOf(statOf(supervisor.pid)!.parent)!;
  // Held still, so that it sees nothing before its own end.
  if (event === "both") signal(guardian, "SIGSTOP");
  if (event === "both") signal(supervisor, "SIGKILL");
  signal(guardian, "SIGKILL");
  return 0;
}

async function hasEnded(id: ProcessId): Promise<boolean> {
  const begin = performance.now();
  while (isAlive(id) && performance.now() - begin < LIMIT_MS.command) {
    await passes(10);
  }
  return !isAlive(id);
}

/** Returns when the count has stayed the same for a while; tells when it last changed. */
async function settle(
  left: () => readonly TrapProcess[],
  begin: number,
): Promise<number> {
  const settling = performance.now();
  let [count, changed] = [-1, performance.now()];
  while (
    performance.now() - changed < LIMIT_MS.quiet &&
    performance.now() - settling < LIMIT_MS.settle
  ) {
    const now = left().length;
    if (now !== count) [count, changed] = [now, performance.now()];
    await passes(20);
  }
  return changed - begin;
}

/** Looks again and again how many main processes of service `a` there are; the function ends it and tells what was seen. */
function watchMain(lab: Lab): () => boolean {
  let sawTwo = false;
  const timer = setInterval(() => {
    const mains = lab.records().filter((one) => one.service === "a" && one.kind === "main" && isAlive(one));
    if (mains.length > 1) sawTwo = true;
  }, 10);
  return () => {
    clearInterval(timer);
    return sawTwo;
  };
}

function zombiesOf(lab: Lab): number {
  const peers = new Set(lab.peers().map(({ pid }) => pid));
  return lab.records().filter((one) => {
    const stat = statOf(one.pid);
    return stat?.state === "Z" && stat.startTime === one.startTime &&
      peers.has(stat.parent);
  }).length;
}

function nameOf({ pid, startTime }: ProcessId): string {
  return `${pid} ${startTime}`;
}

function passes(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
