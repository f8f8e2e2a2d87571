/**
 * How a guardian keeps a tree that survives its supervisor: it keeps the actors, their output and how they end, until
 * somebody has a new supervisor go on, has all of it ended, or nothing is left. It decides nothing about the actors.
 */
import type { Containment } from "../../engine/containment/containment.ts";
import { sweepAll } from "../../engine/containment/final_sweep.ts";
import type { Ledger, Survivor } from "../../engine/containment/ledger.ts";
import type { SavedRun, SavedTree } from "../../engine/survival/state_log.ts";
import { keyOf } from "../../host/alive.ts";
import type { Host } from "../../host/ports/host.ts";
import type { ProcessId } from "../../host/ports/processes.ts";
import { openNursery } from "../../scope/nursery.ts";
import { moveOnAfter } from "../../scope/timeouts.ts";
import { Event } from "../../sync/event.ts";
import { type DoorRequest, GuardianDoor } from "./guardian_door.ts";
import type { HeldPipes } from "./held_pipes.ts";
import { keepLogs } from "./kept_logs.ts";
import { endRuns, type Lost } from "../leftovers.ts";

/** How often to look whether anything is left, beside at each death. */
const LOOK_EVERY_MS = 1_000;

/** How long the last lines may take, when nobody is left that could print more. */
const LAST_LINES_MS = 5_000;

/** A tree that is kept. */
export interface KeptTree {
  readonly host: Host;
  readonly uid: number;
  readonly saved: SavedTree;
  readonly lost: Lost;
  readonly containment: Containment;
  readonly ledger: Ledger;
  readonly pipes: HeldPipes;
  readonly runFolder: string;
  readonly stateFolder: string;
  /** Where commands find the guardian: by name, and as this process reaches it. */
  readonly doorName: string;
  readonly door: string;
  /** Set anew at each death. */
  readonly nextDeath: () => Event;
  /** Set anew when the logs are to be opened anew. */
  readonly nextHangup: () => Event;
  /** Set when this program is told to end everything. */
  readonly toldToEnd: Event;
}

/** A client that wants a new supervisor. */
export type Successor = DoorRequest & { readonly op: "resume" };

/** How long what is to end when nobody says otherwise has for it. */
const GRACE_MS = 2_000;

/** Why a tree is kept no longer: somebody goes on with it, it was ended, or all of it has ended by itself. */
export type KeepingEnd = Successor | { readonly how: "ended" | "gone" };

/** Keeps a tree for as long as there is anything to keep. */
export async function keepTree(tree: KeptTree): Promise<KeepingEnd> {
  const door = new GuardianDoor(tree.host, tree.uid);
  await door.open(tree.doorName, tree.door);
  try {
    const end = await openNursery(async (nursery) => {
      const written = new Event();
      nursery.startSoon(() => keepLogs(tree).finally(() => written.set()), { name: "logs" });
      nursery.startSoon(() => endMortals(tree), { name: "what does not survive" });
      const found = await waitForEnd(tree, door);
      // The last lines of the actors are still on their way.
      if ("how" in found) await moveOnAfter(LAST_LINES_MS, () => written.wait());
      nursery.cancelScope.cancel("the tree is kept no longer");
      return found;
    }, { collapse: true });
    return end!;
  } finally {
    door.close();
  }
}

/** The runs that are taken over: those that survive, as far as their processes are known. */
export function survivingRuns({ runs }: SavedTree): readonly SavedRun[] {
  return runs.filter(({ survives }) => survives);
}

async function endMortals({ host, lost, saved }: KeptTree): Promise<void> {
  await endRuns(host, lost, survivingRuns(saved));
}

async function waitForEnd(tree: KeptTree, door: GuardianDoor): Promise<KeepingEnd> {
  while (true) {
    const next = await nextRequest(tree, door);
    if (next === "gone") return { how: next };
    if (next !== "end" && next.op === "resume") return next;
    const survivors = await endAll(tree, next === "end" ? GRACE_MS : next.asked.graceMs);
    if (next !== "end") {
      const { ledger } = tree;
      await next.answer({
        processes: ledger.lines(),
        counts: ledger.counts(),
        survivors,
        unattributed: [],
      });
    }
    if (survivors.length === 0) return { how: "ended" };
  }
}

async function nextRequest(
  { containment, nextDeath, toldToEnd }: KeptTree,
  door: GuardianDoor,
): Promise<DoorRequest | "end" | "gone"> {
  let found: DoorRequest | "end" | "gone" | null = null;
  await openNursery((nursery) => {
    const find = (name: string, look: () => Promise<NonNullable<typeof found>>) =>
      nursery.startSoon(async () => {
        found ??= await look();
        nursery.cancelScope.cancel();
      }, { name });
    find("door", () => door.next());
    find("order to end", async () => {
      await toldToEnd.wait();
      return "end";
    });
    find("last death", async () => {
      while (containment.unattributed().length > 0) {
        const death = nextDeath();
        await moveOnAfter(LOOK_EVERY_MS, () => death.wait());
      }
      return "gone";
    });
  });
  return found!;
}

async function endAll(
  { host, containment, ledger, nextDeath }: KeptTree,
  graceMs: number,
): Promise<readonly Survivor[]> {
  return await sweepAll({ host, containment, ledger, nextDeath }, graceMs);
}

/** The main processes that are kept: how they end is what a new supervisor needs to know. */
export function keptProcesses({ runs }: SavedTree): ReadonlySet<string> {
  return new Set(runs.map((run: ProcessId) => keyOf(run)));
}
