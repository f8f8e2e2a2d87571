/**
 * Guests: commands that clients run beside an actor, in its environment and place. A guest is the child of its client, who has
 * the terminal. It belongs to the run, bears the run's mark beside one of its own, and ends with the run at the latest, or with
 * its client.
 *
 * A client may die at any time, and its number may be another's then. So nothing is signalled for being its child: what a look
 * takes for a guest bears a mark.
 */
import { KILL_PATIENCE_MS } from "../../base/kill_patience.ts";
import type { NodeId } from "../../config/plan.ts";
import { Hunt, huntDown } from "../../host/hunt.ts";
import { type Find, findAll, findWhere, lookAtAll } from "../../host/look.ts";
import type { Host } from "../../host/ports/host.ts";
import type { Privileges } from "../../host/ports/privileges.ts";
import type { Processes, ProcessId, ProcessRow } from "../../host/ports/processes.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import { sleep } from "../../scope/sleep.ts";
import { moveOnAfter } from "../../scope/timeouts.ts";
import { Event } from "../../sync/event.ts";
import type { RunId } from "../../supervision/state.ts";
import type { Containment } from "../containment/containment.ts";
import { GUEST_VARIABLE } from "../environment.ts";

/** How long SIGTERM is given to what a client leaves behind. */
const GRACE_MS = 1_000;

/** The place in which a process starts to be one of a run. */
export interface GuestPlace {
  /** The guest's own mark. */
  readonly id: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly privileges: Privileges | null;
  /** The control group of the run; null if there is none. */
  readonly group: string | null;
  /** Whether that group is limited. */
  readonly isLimited: boolean;
}

/** A run that guests may come to. */
export interface HostRun {
  readonly run: RunId;
  readonly path: NodeId;
  readonly marker: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly privileges: Privileges | null;
  readonly isLimited: boolean;
}

interface Guest {
  readonly id: string;
  readonly run: RunId;
  readonly path: NodeId;
  readonly forget: () => void;
  /** Set when its run is over: nothing of that is left then. */
  readonly over: Event;
}

/** The parts that contain guests. */
export interface GuestsOptions {
  readonly host: Pick<Host, "processes" | "clock">;
  readonly containment: Containment;
}

/** See the module. */
export class Guests {
  readonly #options: GuestsOptions;
  readonly #runs = new Map<RunId, HostRun>();
  readonly #guests = new Map<string, Guest>();
  #count = 0;

  constructor(options: GuestsOptions) {
    this.#options = options;
  }

  /** A run has begun. */
  runOpened(run: HostRun): void {
    this.#runs.set(run.run, run);
  }

  /** A run is over: nothing of it is left, and what its clients start from now on is no guest. */
  runClosed(run: RunId): void {
    this.#runs.delete(run);
    for (const guest of this.#guests.values()) {
      if (guest.run !== run) continue;
      guest.forget();
      guest.over.set();
    }
  }

  /** Expects a guest of a client. @returns Null if the run is over. */
  open(run: RunId, client: ProcessId): GuestPlace | null {
    const at = this.#runs.get(run);
    if (at === undefined) return null;
    const { containment } = this.#options;
    const id = `${at.marker}.${++this.#count}`;
    const { path, marker, cwd, privileges, isLimited } = at;
    const forget = containment.addGuestsOf(client, marker);
    this.#guests.set(id, { id, run, path, forget, over: new Event() });
    const env = { ...at.env, [GUEST_VARIABLE]: id };
    return { id, env, cwd, privileges, isLimited, group: containment.groupOf(run) };
  }

  /** Whether the run of a guest goes on. */
  isWelcome(id: string): boolean {
    const guest = this.#guests.get(id);
    return guest !== undefined && !guest.over.isSet;
  }

  /**
   * Ends all that is left of a guest. No cancel ends the wait.
   *
   * @param isClientGone Whether its client has died, perhaps while it was starting the command: that may show a moment later.
   */
  async end(id: string, isClientGone: boolean): Promise<void> {
    const guest = this.#guests.get(id);
    if (guest === undefined) return;
    this.#guests.delete(id);
    await new CancelScope({ shield: true }).run(async () => {
      try {
        if (!guest.over.isSet) await this.#hunt(guest, "SIGTERM", GRACE_MS);
        await this.#hunt(guest, "SIGKILL", KILL_PATIENCE_MS);
        // The supervisor does not wait for it when it is about to end itself.
        if (!isClientGone || guest.over.isSet) return;
        await moveOnAfter(GRACE_MS, () => guest.over.wait());
        await this.#hunt(guest, "SIGKILL", KILL_PATIENCE_MS);
      } finally {
        guest.forget();
      }
    });
  }

  async #hunt({ id, path }: Guest, signal: "SIGTERM" | "SIGKILL", withinMs: number): Promise<void> {
    const { host, containment } = this.#options;
    const hunt = new Hunt(host, {
      signal,
      look: () => processesOf(host.processes, id),
      ...(signal === "SIGKILL" ? { onSignal: (row) => containment.willKill(row, path) } : {}),
    });
    await huntDown(host, hunt, { withinMs, listen: () => async (ms) => await sleep(ms), isTwice: true });
  }
}

/** The processes that bear the mark of a guest, wherever they are, and all that are below. */
function processesOf(processes: Processes, id: string): readonly ProcessRow[] {
  return lookAtAll(processes, (find, pids) => {
    const marked = findWhere(find, pids, ({ pid }) => processes.variableOf(pid, GUEST_VARIABLE) === id);
    return withDescendants(processes, marked, find);
  });
}

function withDescendants(
  processes: Processes,
  roots: readonly ProcessRow[],
  find: Find,
): readonly ProcessRow[] {
  const found = new Map<number, ProcessRow>();
  const pending = [...roots];
  for (let row = pending.pop(); row !== undefined; row = pending.pop()) {
    if (found.has(row.pid)) continue;
    found.set(row.pid, row);
    const { pid } = row;
    pending.push(...findAll(find, processes.childrenOf(pid)).filter(({ parent }) => parent === pid));
  }
  return [...found.values()];
}
