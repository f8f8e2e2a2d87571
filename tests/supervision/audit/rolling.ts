/**
 * Rolling restarts: one replica of an actor at a time, the next when that is ready again, and none after one that failed.
 * That the last one that is ready has no turn is checked where its turn is heard.
 */
import assert from "node:assert/strict";
import { after } from "../../../lib/base/instant.ts";
import { type NodeId, ROOT } from "../../../lib/config/plan.ts";
import { withoutReplica } from "../../../lib/config/replica_path.ts";
import type { Entry } from "../../../lib/supervision/journal_entry.ts";
import type { RunId } from "../../../lib/supervision/state.ts";
import type { Scene } from "./auditor.ts";
import type { Family } from "./family.ts";

/** What has to have run for so long, if nothing tells that it is ready. */
const LASTING_MS = 100;

/** A replica that has had its turn. */
interface Member {
  readonly id: NodeId;
  /** The run that it had then, or the last one before. */
  readonly run: RunId;
  hasFailed: boolean;
  isDone: boolean;
}

/** A rolling restart, as far as its turns are known. */
interface Rolling {
  readonly members: Map<NodeId, Member>;
  /** Actors of which one that was ready has had its turn. */
  readonly actors: Set<string>;
  isOver: boolean;
}

/** See the module. */
export class Rollings {
  /** By the journal number of what has asked for them. */
  readonly #known = new Map<number, Rolling>();
  readonly #runs = new Map<NodeId, RunId>();

  spawned(id: NodeId, run: RunId): void {
    this.#runs.set(id, run);
  }

  /** To be told of each entry before it is written into the ledger. */
  hear(scene: Scene, entry: Entry): void {
    const { node } = entry;
    switch (entry.event) {
      case "rolling":
        return this.#begin(scene, node, entry.cause!);
      case "restarted":
      case "failed":
        for (const { members } of this.#open()) {
          const member = members.get(node);
          if (member !== undefined && !member.isDone) member.hasFailed = true;
        }
        return;
      case "rolled": {
        const rolling = this.#known.get(entry.cause!);
        const left = [...rolling?.members.values() ?? []].find((one) =>
          !one.isDone && !this.#isBack(scene, one)
        );
        assert.equal(left, undefined, `a rolling restart is done before "${left?.id}" is back`);
        if (rolling !== undefined) rolling.isOver = true;
        return;
      }
      case "roll_halted": {
        const rolling = this.#known.get(entry.cause!);
        const { why } = entry.data;
        if (why.kind === "failed") {
          assert.ok(rolling?.members.get(why.at)?.hasFailed, `it halts at "${why.at}", which has not failed`);
        } else if (why.kind === "alone") {
          const other = othersOf(scene.family, why.at).find((one) => isReady(scene, one));
          assert.equal(other, undefined, `it halts at "${why.at}" beside "${other}"`);
        } else if (why.kind === "called_off") {
          assert.equal(scene.event.type, "halt_requested", "it is called off by nobody");
        }
        if (rolling !== undefined) rolling.isOver = true;
      }
    }
  }

  /** To be asked when a step is over: one that has failed has ended the whole. */
  audit(scene: Scene): void {
    const { family, is, ledger, effects } = scene;
    for (const { members, actors } of this.#open()) {
      for (const member of members.values()) {
        const { id, hasFailed } = member;
        member.isDone ||= this.#isBack(scene, member);
        if (member.isDone || !hasFailed || !actors.has(withoutReplica(id))) continue;
        const isAtWork = family.above(id).every((tree) => is.at(tree) === "up");
        const hasTurn = effects.some((one) =>
          one.type === "record" && one.entry.event === "rolling" && one.entry.node === id
        );
        const isExcused = !isAtWork || hasTurn || ledger.stoppedByHand.has(id);
        assert.ok(isExcused, `"${id}" has failed, and the rolling restart goes on`);
      }
    }
  }

  #begin(scene: Scene, id: NodeId, asked: number): void {
    const rolling = this.#known.get(asked) ?? { members: new Map(), actors: new Set(), isOver: false };
    this.#known.set(asked, rolling);
    assert.ok(!rolling.isOver, `"${id}" has its turn in a rolling restart that is over`);
    const actor = withoutReplica(id);
    if (isReady(scene, id)) {
      rolling.actors.add(actor);
      const away = [...rolling.members.values()].find((one) =>
        one.id !== id && withoutReplica(one.id) === actor && !one.isDone && !this.#isBack(scene, one)
      );
      assert.equal(away, undefined, `"${id}" has its turn before "${away?.id}" is back`);
    }
    const run = this.#runs.get(id) ?? 0 as RunId;
    rolling.members.set(id, { id, run, hasFailed: false, isDone: false });
  }

  /** Whether a replica has another run that is ready and lasts, or is nothing to wait for any more. */
  #isBack(scene: Scene, { id, run }: Member): boolean {
    const { family, is, ledger, now } = scene;
    if (!family.specs.has(id) || family.leaving.has(id) || family.spec(id).kind === "tree") return true;
    const phase = is.phase(id);
    if (
      phase.at === "inactive" || phase.at === "scheduled" ||
      (phase.at === "stopped" && phase.why === "request")
    ) return true;
    const isNew = (this.#runs.get(id) ?? 0) > run;
    if (phase.at === "completed" || !isNew) return isNew;
    const known = ledger.runs.get(id);
    if (known === undefined || known.readyAt === null || ledger.isLeaving(id)) return false;
    return !known.spec.daemon || known.spec.ready !== null || now >= after(known.startsAt, LASTING_MS);
  }

  #open(): readonly Rolling[] {
    return [...this.#known.values()].filter(({ isOver }) => !isOver);
  }
}

/** Whether a replica is ready, and is not to stop. */
export function isReady({ ledger }: Scene, id: NodeId): boolean {
  return (ledger.runs.get(id)?.readyAt ?? null) !== null && !ledger.isLeaving(id);
}

/** The other replicas of its actor. */
export function othersOf(family: Family, id: NodeId): readonly NodeId[] {
  const actor = withoutReplica(id);
  return family.children(family.spec(id).parent ?? ROOT).filter((one) =>
    one !== id && withoutReplica(one) === actor && family.spec(one).kind !== "tree"
  );
}
