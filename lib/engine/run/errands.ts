/**
 * Commands that are run beside the actors: for one of them, such as a check, or for the tree. Each is contained as a run is,
 * under a number that no run has: when it is over, so is all that it has started.
 */
import { KILL_PATIENCE_MS } from "../../base/kill_patience.ts";
import { messageOf } from "../../base/user_error.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { Host } from "../../host/ports/host.ts";
import type { Privileges } from "../../host/ports/privileges.ts";
import { SpawnError } from "../../host/ports/processes.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import { Cancelled } from "../../scope/cancelled.ts";
import { moveOnAfter } from "../../scope/timeouts.ts";
import type { Exit } from "../../supervision/exit.ts";
import type { RunId } from "../../supervision/state.ts";
import { Event } from "../../sync/event.ts";
import type { Containment } from "../containment/containment.ts";
import { describeCommand, type Ledger } from "../containment/ledger.ts";
import { startChild, type StartedProcess } from "./start_child.ts";

/** Where errands are run. */
export interface ErrandPlace {
  readonly host: Host;
  readonly containment: Containment;
  readonly ledger: Ledger;
  /** The mark of a run, by its number. */
  readonly markOf: (run: RunId) => string;
}

/** The name of an errand. */
export interface ErrandId {
  /** Unlike that of any other errand of the tree; from 1. */
  readonly number: number;
  /** Its mark, which is to be in its environment. */
  readonly marker: string;
}

/** An errand that is to be run. */
export interface ErrandOrder extends ErrandId {
  /** Address of the actor that it is for; empty for the tree. */
  readonly path: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** The file that it reads; null for nothing. */
  readonly stdin: string | null;
  readonly privileges: Privileges | null;
  /** Whether receipts tell of it. They tell of what it leaves in any case. */
  readonly isTold: boolean;
}

/** See the module. */
export class Errands {
  readonly #place: ErrandPlace;
  #count = 0;

  constructor(place: ErrandPlace) {
    this.#place = place;
  }

  /** The name of the next one. */
  next(): ErrandId {
    const number = ++this.#count;
    return { number, marker: this.#place.markOf(runOf(number)) };
  }

  /**
   * Runs a command to its end, and ends what it leaves. A cancel kills it, and returns when nothing of it is left.
   *
   * @throws {SpawnError} If it could not be started.
   */
  async run(order: ErrandOrder): Promise<Exit> {
    const { containment, ledger } = this.#place;
    const { argv, path, marker, isTold } = order;
    const run = runOf(order.number);
    const main = await this.#start(run, order);
    const command = isTold ? describeCommand(argv, null) : null;
    containment.add({ run, path, marker, main, home: null }, command);
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
      await new CancelScope({ shield: true }).run(async () => {
        await fromPromise(ended);
        await moveOnAfter(KILL_PATIENCE_MS, () => cleared.wait());
      });
      containment.remove(run);
    }
  }

  async #start(run: RunId, order: ErrandOrder): Promise<StartedProcess> {
    const { host, containment } = this.#place;
    const { argv, env, cwd, stdin, privileges, marker } = order;
    try {
      const group = containment.place(run, marker);
      const placed = group === null ? {} : { group };
      return await startChild(host, containment, {
        argv,
        env,
        cwd,
        stdin,
        output: "null",
        privileges,
        ...placed,
      });
    } catch (error) {
      containment.withdraw(run);
      if (error instanceof SpawnError || error instanceof Cancelled) throw error;
      throw new SpawnError("start", messageOf(error));
    }
  }
}

/** Runs of actors, and their hooks, have numbers above zero. */
function runOf(number: number): RunId {
  return -number;
}
