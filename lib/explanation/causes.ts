/** The chain of decisions that led to something, from the journal. PURE. */

/** The part of a journal entry that a chain goes by. */
export interface Linked {
  readonly seq: number;
  readonly cause: number | null;
}

/** A decision of a chain. `times`: how many of its kind in a row it stands for, itself included. */
export interface CauseLink<Entry> {
  readonly entry: Entry;
  readonly times: number;
}

/** A loop of restarts of weeks is no longer. */
const MOST = 100_000;

/** The causes of an entry, itself first, back to what came from outside. Those that the journal has no more are left out. */
export function causesOf<Entry extends Linked>(entries: readonly Entry[], seq: number): readonly Entry[] {
  const bySeq = new Map(entries.map((entry) => [entry.seq, entry]));
  const chain: Entry[] = [];
  for (let at: number | null = seq; at !== null && chain.length < MOST;) {
    const entry = bySeq.get(at);
    // An entry is caused by an earlier one; a journal that says otherwise is not followed in circles.
    if (entry === undefined || (chain.length > 0 && entry.seq >= chain.at(-1)!.seq)) break;
    chain.push(entry);
    at = entry.cause;
  }
  return chain;
}

/** A chain in which what repeats is told once. @param kindOf What makes entries the same. */
export function collapsed<Entry extends Linked>(
  chain: readonly Entry[],
  kindOf: (entry: Entry) => string,
): readonly CauseLink<Entry>[] {
  const links: { entry: Entry; times: number }[] = [];
  for (let at = 0; at < chain.length;) {
    const period = periodAt(chain, at, kindOf);
    let times = 1;
    while (repeats(chain, at + period * times, at, period, kindOf)) times += 1;
    for (let offset = 0; offset < period; offset++) links.push({ entry: chain[at + offset]!, times });
    at += period * times;
  }
  return links;
}

/** How many entries make up what comes again from `at` on; 1 if nothing does. */
function periodAt<Entry>(chain: readonly Entry[], at: number, kindOf: (entry: Entry) => string): number {
  for (let period = 1; period <= 6; period++) {
    if (repeats(chain, at + period, at, period, kindOf)) return period;
  }
  return 1;
}

function repeats<Entry>(
  chain: readonly Entry[],
  from: number,
  like: number,
  period: number,
  kindOf: (entry: Entry) => string,
): boolean {
  if (from + period > chain.length) return false;
  for (let offset = 0; offset < period; offset++) {
    if (kindOf(chain[from + offset]!) !== kindOf(chain[like + offset]!)) return false;
  }
  return true;
}
