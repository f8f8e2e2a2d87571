/** The fate of the processes of some actors from a moment on: the source of the receipt of a stop. */
import { isStuck } from "../../host/alive.ts";
import type { Host } from "../../host/ports/host.ts";
import type { ProcessRow } from "../../host/ports/processes.ts";
import type { Containment } from "./containment.ts";
import { pruneGone, survivorOf, WHY_ALIVE } from "./final_sweep.ts";
import { type Counts, countsSince, type Ledger, type ReceiptLine, type Survivor } from "./ledger.ts";

/** See the module. */
export interface StopAccount {
  /** The latest of those that have ended meanwhile: a thousand at most of all of the tree are kept. */
  readonly processes: readonly ReceiptLine[];
  /** How many of them have ended, those that are not kept included. */
  readonly counts: Counts;
  /** Those that could not be ended. */
  readonly survivors: readonly Survivor[];
  /** Those of which it cannot be told which actor of the tree they are of: they end with the tree. */
  readonly unattributed: readonly Survivor[];
  readonly leftOnPurpose: readonly Survivor[];
}

/** The actors of an account, and its parts. */
export interface AccountOptions {
  readonly host: Host;
  readonly containment: Containment;
  readonly ledger: Ledger;
  /** Addresses of the actors. */
  readonly paths: ReadonlySet<string>;
}

/** Begins an account; the returned function closes it. */
export function openAccount({ host, containment, ledger, paths }: AccountOptions): () => StopAccount {
  const before = ledger.endedCount;
  const countsBefore = ledger.counts(paths);
  return () => {
    pruneGone({ host, containment, ledger });
    const isOurs = (path: string | null | undefined) => typeof path === "string" && paths.has(path);
    const strays = containment.unattributed().map((row) => ({ row, path: ledger.pathOf(row) ?? null }));
    // Where orphans come to us all have been found already.
    const escaped = containment.layer === "group" ? containment.escaped() : [];
    return {
      processes: ledger.linesSince(before).filter(({ path }) => isOurs(path)),
      counts: countsSince(countsBefore, ledger.counts(paths)),
      survivors: [
        ...strays.filter(({ path }) => isOurs(path))
          .map(({ row }) => survivorOf(host, row, whyThere(host, row, ledger.wasKilled(row)))),
        ...escaped.filter(({ path }) => isOurs(path))
          .map(({ row, why }) => survivorOf(host, row, why)),
      ],
      unattributed: strays.filter(({ path }) => path === null)
        .map(({ row }) => survivorOf(host, row, "it cannot be told whose it is: it ends with the tree")),
      leftOnPurpose: containment.leftOnPurpose().filter((row) => isOurs(ledger.pathOf(row)))
        .map((row) => survivorOf(host, row, "left on purpose")),
    };
  };
}

/** Why a process of an actor is there that has stopped. */
function whyThere({ processes }: Host, row: ProcessRow, wasKilled: boolean): string {
  if (!wasKilled) return "it was found only after the actor had stopped: it ends with the tree";
  if (isStuck(row)) return WHY_ALIVE.stuck;
  return processes.signal(row, "SIGKILL") === "refused" ? WHY_ALIVE.refused : WHY_ALIVE.outlived;
}
