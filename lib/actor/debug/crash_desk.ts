/** Crashes that are held for somebody to look at them: in a tree, one at a time is offered. */
import { sleepForever } from "../../scope/sleep.ts";
import { StrictFifoLock } from "../../sync/lock.ts";

/** A crash that waits to be inspected. The actor in which it happened stands still in that one task, and answers all else. */
export interface HeldCrash {
  /** Path of the actor. */
  readonly actor: string;
  readonly pid: number;
  /** The function that has failed. */
  readonly name: string;
  /** The error with its stack, as text. */
  readonly report: string;
  /** Where the actor can be inspected. */
  readonly inspector: string;
}

/** Where the root of a tree has its crashes held. */
export interface CrashKeeper {
  /** Holds a crash until the caller is cancelled, which is how it is let go; returns if it is not to be held. */
  hold(crash: HeldCrash): Promise<void>;
}

/** See the module. It stands in the root of a tree. */
export class CrashDesk implements CrashKeeper {
  readonly #turn = new StrictFifoLock();
  readonly #offer: (crash: HeldCrash) => void;

  /** @param offer Shows a crash to those that may inspect it. */
  constructor(offer: (crash: HeldCrash) => void) {
    this.#offer = offer;
  }

  /** Holds a crash until the caller is cancelled, which is how it is let go. */
  async hold(crash: HeldCrash): Promise<never> {
    return await this.#turn.run(async () => {
      this.#offer(crash);
      return await sleepForever();
    });
  }
}

/** The line that offers a crash. */
export function describeHeld({ actor, pid, name, report, inspector }: HeldCrash): string {
  return [
    `Actor "${actor}" (pid ${pid}) is held for inspection: "${name}" has failed`,
    ...report.split("\n").map((line) => `  ${line}`),
    `  inspect it at ${inspector}`,
    `  let it go on with: kill -CONT ${pid}`,
    "",
  ].join("\n");
}

/** Reads what another actor says of its crash. */
export function readHeldCrash(value: unknown): HeldCrash {
  const crash = (value ?? {}) as Partial<HeldCrash>;
  return {
    actor: String(crash.actor),
    pid: Number(crash.pid),
    name: String(crash.name),
    report: String(crash.report),
    inspector: String(crash.inspector),
  };
}
