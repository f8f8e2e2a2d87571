/**
 * A command that a tree has run for itself, and not for one of its actors. It is contained as a run is, under a number that no
 * run has: when it is over, so is all that it has started.
 */
import { fromPromise } from "../../bridge/from_promise.ts";
import type { Host } from "../../host/ports/host.ts";
import { SpawnError } from "../../host/ports/processes.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import type { Exit } from "../../supervision/exit.ts";
import { Event } from "../../sync/event.ts";
import type { Containment } from "../containment/containment.ts";
import { describeCommand, type Ledger } from "../containment/ledger.ts";
import { startChild } from "../run/start_child.ts";

/** Where errands are run. */
export interface ErrandPlace {
  readonly host: Host;
  readonly containment: Containment;
  readonly ledger: Ledger;
}

/** What is to be run. */
export interface ErrandOrder {
  /** Unlike that of any other errand of the tree; from 1. */
  readonly number: number;
  /** Its mark in the environment, which is in `env` too. */
  readonly marker: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** The file that it reads; null for nothing. */
  readonly stdin: string | null;
}

/**
 * Runs a command to its end, and ends what it leaves. A cancel kills it, and returns when nothing of it is left.
 *
 * @throws {SpawnError} If it could not be started.
 */
export async function runErrand(
  { host, containment, ledger }: ErrandPlace,
  order: ErrandOrder,
): Promise<Exit> {
  const { argv, env, cwd, stdin, marker } = order;
  const run = -order.number;
  let main;
  try {
    const group = containment.place(run, marker);
    const placed = group === null ? {} : { group };
    const how = { argv, env, cwd, stdin, output: "null", privileges: null, ...placed } as const;
    main = await startChild(host, containment, how);
  } catch (error) {
    containment.withdraw(run);
    throw error instanceof SpawnError ? error : new SpawnError("start", String(error));
  }
  containment.add({ run, path: "", marker, main, home: null }, describeCommand(argv, null));
  const ended = main.exited.then((exit) => {
    if (exit.how !== "unseen") ledger.ended(main, exit);
    containment.mainEnded(run);
    containment.mainReported(run);
    return exit;
  });
  try {
    return await fromPromise(ended);
  } finally {
    const cleared = new Event();
    containment.end(run, "SIGKILL", () => cleared.set());
    await new CancelScope({ shield: true }).run(() => cleared.wait());
    containment.remove(run);
  }
}
