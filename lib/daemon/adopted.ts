/**
 * The duty of a program to the processes that become its own when their parents die, as process 1 of a container or as a
 * subreaper: it reaps them at once, and ends them before it ends itself.
 */
import { SubreaperLayer } from "../engine/containment/descent_layers.ts";
import { Containment } from "../engine/containment/containment.ts";
import { sweepAll } from "../engine/containment/final_sweep.ts";
import { Ledger, type ReceiptLine, type Survivor } from "../engine/containment/ledger.ts";
import type { Host } from "../host/ports/host.ts";
import type { CancelScope } from "../scope/cancel_scope.ts";
import { Event } from "../sync/event.ts";

/** The fate of the processes that were still there in the end. */
export interface Rest {
  /** The latest of those that ended: a thousand at most. */
  readonly ended: readonly ReceiptLine[];
  /** How many ended. */
  readonly count: number;
  readonly survivors: readonly Survivor[];
}

/** See the module. */
export class Adopted {
  readonly #host: Host;
  readonly #ledger = new Ledger();
  readonly #containment: Containment;
  #death = new Event();

  /** Adopts and reaps from now on. */
  constructor(host: Host) {
    this.#host = host;
    this.#containment = new Containment(host, this.#ledger, new SubreaperLayer());
    host.processes.adoptOrphans(({ row, status }) => {
      this.#ledger.ended(row, status);
      this.#death.set();
      this.#death = new Event();
    });
  }

  /**
   * Ends all descendants that are left: SIGTERM, a grace, SIGKILL, and a look that finds none of them. Children that were
   * started here must have ended before.
   *
   * @param grace To be cancelled if it is not to be given any longer.
   */
  async endRest(graceMs: number, grace?: CancelScope): Promise<Rest> {
    const survivors = await sweepAll(
      {
        host: this.#host,
        containment: this.#containment,
        ledger: this.#ledger,
        nextDeath: () => this.#death,
      },
      graceMs,
      grace,
    );
    return { ended: this.#ledger.lines(), count: this.#ledger.counts().total, survivors };
  }
}
