/** The end of a tree: what could not be told to belong to any actor is ended here, and what cannot be ended is named. */
import { isDead, isStuck, keyOf, presentRow } from "../../host/alive.ts";
import type { Host } from "../../host/ports/host.ts";
import type { ProcessRow } from "../../host/ports/processes.ts";
import type { Event } from "../../sync/event.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import { moveOnAfter } from "../../scope/timeouts.ts";
import type { Containment } from "./containment.ts";
import { describeCommand, type Ledger, type Survivor } from "./ledger.ts";

/** How long SIGTERM is given if nothing else is said, and how long SIGKILL. */
const GRACE_MS = 2_000;
const PATIENCE_MS = 5_000;
/** How long to wait for a death before looking anyway, at first and at most. */
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 250;

/** What the sweep works on; `deaths` is set anew at each death of an orphan. */
export interface SweepOptions {
  readonly host: Host;
  readonly containment: Containment;
  readonly ledger: Ledger;
  readonly nextDeath: () => Event;
}

/**
 * Ends every descendant that is left and returns those that could not be ended.
 *
 * @param graceMs How long SIGTERM is given.
 * @param grace To be cancelled if it is not to be given any longer.
 */
export async function sweepAll(
  options: SweepOptions,
  graceMs: number = GRACE_MS,
  grace: CancelScope = new CancelScope(),
): Promise<readonly Survivor[]> {
  await grace.run(() => endAll(options, "SIGTERM", graceMs));
  await killAll(options);
  pruneGone(options);
  return options.containment.unattributed().map((row) =>
    survivorOf(options.host, row, whyAlive(options.host, row))
  );
}

/** Notes what has ended under parents of its own, whether these have reaped it or not. */
export function pruneGone(
  { host: { processes }, containment, ledger }: Pick<SweepOptions, "host" | "containment" | "ledger">,
): void {
  ledger.prune((process) => {
    const row = presentRow(processes, process);
    return row !== null && (!isDead(row) || containment.willTellOf(row));
  });
}

/** Kills every descendant that is left, and returns when all are gone and reaped, or will not go. */
export async function killAll(options: SweepOptions): Promise<void> {
  await endAll(options, "SIGKILL", PATIENCE_MS);
  await untilReaped(options);
}

/** A process for the receipt. */
export function survivorOf(host: Host, row: ProcessRow, why: string): Survivor {
  return { pid: row.pid, command: describeCommand(host.processes.commandOf(row.pid), row), why };
}

async function endAll(options: SweepOptions, signal: "SIGTERM" | "SIGKILL", withinMs: number): Promise<void> {
  const signalled = new Set<string>();
  if (signal === "SIGKILL") options.containment.killAllTogether();
  await untilNone(options, withinMs, () => {
    const left = options.containment.unattributed();
    for (const row of left) {
      if (!signalled.has(keyOf(row))) end(options, row, signal);
      signalled.add(keyOf(row));
    }
    return left.length;
  });
}

/** Waits until the end of all that has died is told. Who becomes the parent of a zombie after us may not reap it. */
async function untilReaped(options: Pick<SweepOptions, "containment" | "nextDeath">): Promise<void> {
  await untilNone(options, PATIENCE_MS, () => options.containment.unreaped);
}

/** Looks at each death, and now and then, until `count` finds none; false if the time is over before. */
export async function untilNone(
  { nextDeath }: Pick<SweepOptions, "nextDeath">,
  withinMs: number,
  count: () => number,
): Promise<boolean> {
  const isNone = await moveOnAfter(withinMs, async () => {
    for (let pause = FIRST_PAUSE_MS;; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      const death = nextDeath();
      if (count() === 0) return true;
      // Not every layer hears of every death.
      await moveOnAfter(pause, () => death.wait());
    }
  });
  return isNone === true;
}

function end({ host, ledger }: SweepOptions, row: ProcessRow, signal: "SIGTERM" | "SIGKILL"): void {
  ledger.see(row, null, describeCommand(host.processes.commandOf(row.pid), row), true);
  host.processes.signal(row, signal);
  if (signal === "SIGKILL") ledger.killed(row);
  else host.processes.signal(row, "SIGCONT");
}

/** Why a process is still there that was to be ended. */
export function whyAlive({ processes }: Host, row: ProcessRow): string {
  if (isStuck(row)) return "it is in an uninterruptible wait of the kernel";
  return processes.signal(row, "SIGKILL") === "refused"
    ? "it could not be signalled: it belongs to another user, and we have no right to"
    : "it outlived SIGKILL";
}
