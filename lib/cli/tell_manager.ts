/** Tells the service manager that has started `up` what becomes of its tree. */
import { nameSome } from "../base/name_some.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import type { ControlClient } from "../control/client.ts";
import type { FollowItem, StatusRow } from "../control/protocol.ts";
import type { ServiceManager } from "../daemon/service_manager.ts";
import type { Nursery } from "../scope/nursery.ts";
import { sleep } from "../scope/sleep.ts";
import { Event } from "../sync/event.ts";
import { isUnderWay } from "./progress.ts";

/** However much happens, the status is told no more often. */
const STATUS_EVERY_MS = 1_000;
/** While the tree is handed over, there is nobody to ask. */
const RETRY_MS = 500;

/** See the module. */
export class ManagerTeller {
  readonly #manager: ServiceManager;
  readonly #client: () => ControlClient;
  /** Set by what happens after the last look: one for each of the tasks that look. */
  #changed = new Event();
  #changedSinceAsked = new Event();
  #planned = new Event();
  #isStopping = false;

  /** @param client That of the supervisor that there is now. */
  constructor(manager: ServiceManager, client: () => ControlClient) {
    this.#manager = manager;
    this.#client = client;
  }

  /** Tells of all that happens from now on, until a cancel. */
  startIn(nursery: Nursery): void {
    nursery.startSoon(() => this.#tellReady(), { name: "readiness for the service manager" });
    nursery.startSoon(() => this.#tellStatus(), { name: "status for the service manager" });
    const { everyMs } = this.#manager;
    if (everyMs !== null) nursery.startSoon(() => this.#tellAlive(everyMs), { name: "watchdog" });
  }

  /** Something has happened in the tree. */
  heard(items: readonly FollowItem[]): void {
    const entries = items.flatMap((item) => item.kind === "entry" ? [item.entry] : []);
    if (entries.length === 0) return;
    this.#changed.set();
    this.#changedSinceAsked.set();
    if (entries.some(({ event }) => event === "planned")) this.#planned.set();
  }

  /** Once: what is told after that would say that it goes on. */
  stopping(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#manager.stopping();
  }

  /** A tree that is not ready may come to be, by a restart or by another file. */
  async #tellReady(): Promise<void> {
    while (true) {
      this.#planned = new Event();
      this.#changedSinceAsked = new Event();
      const result = await fromPromise(this.#client().request("await_ready", {}).catch(() => null));
      if (result === null) await sleep(RETRY_MS);
      else if (!result.ok) {
        await this.#changedSinceAsked.wait();
        await sleep(STATUS_EVERY_MS);
      } else {
        if (!this.#isStopping) this.#manager.ready(describe(result.actors));
        await this.#planned.wait();
        if (!this.#isStopping) this.#manager.reloading();
      }
    }
  }

  async #tellStatus(): Promise<void> {
    while (true) {
      await this.#changed.wait();
      this.#changed = new Event();
      const status = await fromPromise(this.#client().request("status", { paths: [] }).catch(() => null));
      if (status !== null && !this.#isStopping) this.#manager.status(describe(status.actors));
      await sleep(STATUS_EVERY_MS);
    }
  }

  /** It is alive if its supervisor answers. */
  async #tellAlive(everyMs: number): Promise<void> {
    while (true) {
      const answer = await fromPromise(this.#client().request("summary", {}).catch(() => null));
      if (answer !== null) this.#manager.alive();
      await sleep(everyMs);
    }
  }
}

/** `3 running, 1 completed`, and who is not there yet. */
function describe(rows: readonly StatusRow[]): string {
  const actors = rows.filter(({ kind }) => kind !== "tree");
  const count = (state: StatusRow["state"]) => actors.filter((row) => row.state === state).length;
  const counts = (["running", "completed"] as const).flatMap((state) =>
    count(state) === 0 ? [] : [`${count(state)} ${state}`]
  );
  const others = actors.filter((row) => isUnderWay(row) || row.state === "failed")
    .map(({ path, state }) => `${path} ${state.replace("_", " ")}`);
  return nameSome([...counts, ...(others.length === 0 ? [] : [nameSome(others, MOST_NAMED)])]);
}

const MOST_NAMED = 3;
