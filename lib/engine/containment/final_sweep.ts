/** The end of a tree: what could not be told to belong to any actor is ended here, and what cannot be ended is named. */
import { KILL_PATIENCE_MS } from "../../base/kill_patience.ts";
import { isDead, presentRow } from "../../host/alive.ts";
import { howAlive, Hunt, huntDown, type LookTime, lookUntilNone, type Sighting } from "../../host/hunt.ts";
import type { Host } from "../../host/ports/host.ts";
import type { ProcessRow } from "../../host/ports/processes.ts";
import type { Event } from "../../sync/event.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import { moveOnAfter } from "../../scope/timeouts.ts";
import type { Containment } from "./containment.ts";
import { describeCommand, type Ledger, type Survivor } from "./ledger.ts";

/** How long SIGTERM is given if nothing else is said. */
const GRACE_MS = 2_000;

/** The parts of a sweep; `deaths` is set anew at each death of an orphan. */
export interface SweepOptions {
  readonly host: Host;
  readonly containment: Containment;
  readonly ledger: Ledger;
  readonly nextDeath: () => Event;
}

/** The result of a sweep. */
interface Swept {
  readonly hunt: Hunt;
  readonly sighting: Sighting;
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
  const { hunt, sighting } = await killAll(options);
  pruneGone(options);
  return survivorsOf(options.host, hunt, sighting);
}

/** The survivors of a hunt to the death, for the receipt. */
export function survivorsOf(host: Host, hunt: Hunt, sighting: Sighting): readonly Survivor[] {
  switch (sighting.seen) {
    case "nothing":
      return [];
    case "unknown":
      return [unseenBy(host, sighting.why)];
    case "some":
      return sighting.rows.map((row) => {
        const isNew = !sighting.survivors.includes(row);
        return survivorOf(
          host,
          row,
          isNew ? "it was found, and killed, only a moment ago" : WHY_ALIVE[howAlive(hunt, row)],
        );
      });
  }
}

/** That nobody could look is told of this very program: nobody is called a survivor who was not seen. */
function unseenBy({ processes }: Host, why: string): Survivor {
  const { ownPid: pid } = processes;
  const command = describeCommand(processes.commandOf(pid), null);
  return { pid, command, why: `it could not look what is left: ${why}` };
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
export async function killAll(options: SweepOptions): Promise<Swept> {
  const swept = await endAll(options, "SIGKILL", KILL_PATIENCE_MS);
  await untilReaped(options);
  return swept;
}

/** A process for the receipt. */
export function survivorOf(host: Host, row: ProcessRow, why: string): Survivor {
  return { pid: row.pid, command: describeCommand(host.processes.commandOf(row.pid), row), why };
}

async function endAll(
  options: SweepOptions,
  signal: "SIGTERM" | "SIGKILL",
  withinMs: number,
): Promise<Swept> {
  const { host, containment, ledger } = options;
  const hunt = new Hunt(host, {
    signal,
    look: (look) => containment.unattributed(look),
    onSignal: (row) => {
      ledger.see(row, null, describeCommand(host.processes.commandOf(row.pid), row), true);
      if (signal === "SIGKILL") ledger.killed(row);
    },
  });
  if (signal === "SIGKILL") containment.killAllTogether();
  return { hunt, sighting: await huntDown(host, hunt, { withinMs, listen: listenerFor(options) }) };
}

/** Waits until the end of all that has died is told. The parent of a zombie after us may not reap it. */
async function untilReaped(options: Pick<SweepOptions, "host" | "containment" | "nextDeath">): Promise<void> {
  await untilNone(options, KILL_PATIENCE_MS, () => options.containment.unreaped);
}

/** Looks at each death, and now and then, until `count` finds none; false if the time is over before. */
export async function untilNone(
  options: Pick<SweepOptions, "host" | "nextDeath">,
  withinMs: number,
  count: () => number,
): Promise<boolean> {
  const listen = listenerFor(options);
  return await lookUntilNone(options.host, { withinMs, listen }, () => count() === 0 ? "nothing" : "some");
}

/** Not every layer hears of every death. */
function listenerFor({ nextDeath }: Pick<SweepOptions, "nextDeath">): LookTime["listen"] {
  return () => {
    const death = nextDeath();
    return (ms) => moveOnAfter(ms, () => death.wait());
  };
}

/** Why a process is there that was killed. */
export const WHY_ALIVE: Readonly<Record<ReturnType<typeof howAlive>, string>> = {
  stuck: "it is in an uninterruptible wait of the kernel",
  refused: "it could not be signalled: it belongs to another user, and we have no right to",
  outlived: "it outlived SIGKILL",
};
