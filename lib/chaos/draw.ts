/**
 * Draws acts by a seed. The next act is a function of the state of the drawing, which the seed begins, and of what is alive:
 * the same seed on the same tree does the same. PURE.
 */
import { draw } from "../base/chance.ts";
import type { NodeId } from "../config/plan.ts";
import type { ProcessId } from "../host/ports/processes.ts";
import { type Act, type ActKind, type ActorAct, isOwnAct, type OwnAct } from "./act.ts";

/** An actor that can be hit now. */
export interface Candidate {
  readonly path: NodeId;
  readonly kinds: readonly ActorAct[];
  readonly main: ProcessId;
  /** The other processes of its run. */
  readonly others: readonly ProcessId[];
  /** Whether any process of its run has a connection that can be cut. */
  readonly isConnected: boolean;
}

/** All that can be hit now. */
export interface Candidates {
  readonly actors: readonly Candidate[];
  /** Processes of supervise itself, by the acts that hit them. */
  readonly own: readonly { readonly kind: OwnAct; readonly process: ProcessId }[];
}

/** How far the drawing has come. */
export interface Drawing {
  readonly chance: number;
  /** The kinds that come before any kind comes again, the next one first. */
  readonly bag: readonly ActKind[];
}

/** An act, and how the drawing goes on. */
export interface DrawnAct {
  /** Null if nothing can be hit now. */
  readonly act: Act | null;
  readonly next: Drawing;
}

/** How long a stop and a slowness last, at least and at most. */
const STOP_MS = [200, 2_000] as const;
const SLOW_MS = [1_000, 4_000] as const;
/** The pause between a tree that is well again and the next act. */
const PAUSE_MS = [200, 2_000] as const;

/** Where a drawing begins. */
export function drawingOf(seed: number): Drawing {
  return { chance: seed >>> 0, bag: [] };
}

/** @param kinds All kinds that this chaos has. Each has its turn before any has another, as far as there is somebody to hit. */
export function drawAct(drawing: Drawing, kinds: readonly ActKind[], candidates: Candidates): DrawnAct {
  const dice = new Dice(drawing.chance);
  const left = drawing.bag.filter((kind) => kinds.includes(kind));
  for (const bag of [left, dice.shuffled(kinds)]) {
    const kind = bag.find((kind) => targetsOf(kind, candidates).length > 0);
    if (kind === undefined) continue;
    const { path, process } = dice.one(targetsOf(kind, candidates));
    const forMs = kind === "stop" ? dice.between(STOP_MS) : kind === "slow" ? dice.between(SLOW_MS) : null;
    const act: Act = { kind, path, target: process, forMs };
    return { act, next: { chance: dice.chance, bag: bag.filter((one) => one !== kind) } };
  }
  // The kinds that nobody could be hit by keep their turn, and the chance is as it was.
  return { act: null, next: drawing };
}

/** The pause before the next act. */
export function drawPause(drawing: Drawing): { readonly ms: number; readonly next: Drawing } {
  const dice = new Dice(drawing.chance);
  const ms = dice.between(PAUSE_MS);
  return { ms, next: { ...drawing, chance: dice.chance } };
}

interface PossibleTarget {
  readonly path: NodeId | null;
  readonly process: ProcessId;
}

/** The possible targets of a kind of act, in the order of the file. */
function targetsOf(kind: ActKind, { actors, own }: Candidates): readonly PossibleTarget[] {
  if (isOwnAct(kind)) {
    return own.filter((one) => one.kind === kind).map(({ process }) => ({ path: null, process }));
  }
  return actors.filter(({ kinds }) => kinds.includes(kind)).flatMap(
    ({ path, main, others, isConnected }): readonly PossibleTarget[] => {
      if (kind === "kill-descendant") return others.map((process) => ({ path, process }));
      return kind === "cut" && !isConnected ? [] : [{ path, process: main }];
    },
  );
}

class Dice {
  chance: number;

  constructor(chance: number) {
    this.chance = chance;
  }

  value(): number {
    const { value, next } = draw(this.chance);
    this.chance = next;
    return value;
  }

  one<T>(all: readonly T[]): T {
    return all[Math.floor(this.value() * all.length)]!;
  }

  between([least, most]: readonly [number, number]): number {
    return Math.round(least + this.value() * (most - least));
  }

  shuffled<T>(all: readonly T[]): readonly T[] {
    return all.map((one) => ({ one, at: this.value() })).toSorted((a, b) => a.at - b.at).map(({ one }) =>
      one
    );
  }
}
