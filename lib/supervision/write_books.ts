/** The books of a state, written from nothing, and what an entry of them is. */
import { type Instant, NEVER } from "../base/instant.ts";
import type { NodeId } from "../config/plan.ts";
import { type Books, type Count, EMPTY_COUNT, EMPTY_TALLY, MARKED } from "./books.ts";
import { type Contribution, contributionOf, isLeaving, isSettled, readinessIn } from "./count.ts";
import { isEndless } from "./endless.ts";
import { LeastArray } from "./least_array.ts";
import { NodeMap } from "./node_map.ts";
import { isOver, type NodeState } from "./state.ts";
import { actorDeadline } from "./deadlines.ts";
import { exchanged, shareOf } from "./tally.ts";
import type { Place, Topology } from "./topology.ts";

/** The books of nodes, written from nothing. */
export function booksOf(topology: Topology, nodes: ReadonlyMap<NodeId, NodeState>, now: Instant): Books {
  const { tallies, counts } = countAll(topology, nodes);
  const column = (valueOf: (node: NodeState, place: Place) => number) =>
    LeastArray.from(topology.places.map((place) => valueOf(nodes.get(place.id)!, place)));
  const markOf = (isMarked: boolean) => isMarked ? MARKED : NEVER;
  return {
    tallies: NodeMap.of(topology, (id) => tallies.get(id)!),
    counts: NodeMap.of(topology, (id) => counts.get(id)!),
    due: column(dueOf),
    stopDue: column(stopDueOf),
    regroupDue: column((node) => regroupDueOf(node, now)),
    unsettled: column((node, place) =>
      markOf(place.isInSequence && !isSettled(node, readinessIn(counts.get(place.id)!)))
    ),
    queued: column(() => NEVER),
    regrouping: column((node) => markOf(node.phase.at === "regrouping")),
    left: topology.places.filter(({ id, isLeaving }) => isLeaving && !isOver(nodes.get(id)!)).length,
    holders: topology.places.filter(({ id }) => holds(nodes.get(id)!)).map(({ id }) => id),
    endless: topology.places.filter(({ id }) => isEndless(nodes.get(id)!)).map(({ id }) => id),
  };
}

/** When something is due for a node. */
export function dueOf(node: NodeState): Instant {
  if (node.kind === "tree") return node.phase.at === "backing_off" ? node.phase.until : NEVER;
  return actorDeadline(node);
}

/** When the wait of an actor for its turn to stop is over. */
export function stopDueOf(node: NodeState): Instant {
  const isThere = node.phase.at === "starting" || node.phase.at === "running";
  return node.kind === "actor" && node.doom !== null && isThere ? node.doom.deadline : NEVER;
}

/** When the children of a tree that wait for each other may start; once that has passed it is not due any more. */
export function regroupDueOf(node: NodeState, now: Instant): Instant {
  return node.kind === "tree" && node.regroupAt !== null && node.regroupAt > now ? node.regroupAt : NEVER;
}

/** Whether a crash of a node is held. */
export function holds({ phase }: NodeState): boolean {
  return "hold" in phase && phase.hold !== null;
}

/** A count with one contribution for another. */
export function withContribution(count: Count, before: Contribution, after: Contribution): Count {
  return {
    ...count,
    unready: count.unready + after.unready - before.unready,
    spoilt: count.spoilt + after.spoilt - before.spoilt,
    pending: count.pending + after.pending - before.pending,
    starting: count.starting + after.starting - before.starting,
  };
}

function countAll({ places }: Topology, nodes: ReadonlyMap<NodeId, NodeState>) {
  const tallies = new Map(places.map(({ id }) => [id, EMPTY_TALLY]));
  const counts = new Map(places.map(({ id }) => [id, EMPTY_COUNT]));
  // Children stand after their parents, so that they are counted first this way round.
  for (const place of places.toReversed()) {
    const node = nodes.get(place.id)!;
    if (node.kind === "actor" && isLeaving(node)) {
      const leavingEarly = Number(place.stopsEarly);
      counts.set(place.id, { ...counts.get(place.id)!, leaving: 1, leavingEarly });
    }
    const { parent, dependsOn } = place.spec;
    const own = counts.get(place.id)!;
    if (own.leaving > 0) {
      for (const { on } of dependsOn) counts.set(on, withBlockers(counts.get(on)!, 1));
    }
    if (parent === null) continue;
    tallies.set(parent, exchanged(tallies.get(parent)!, EMPTY_TALLY, shareOf(node, place)));
    const above = withContribution(counts.get(parent)!, EMPTY_COUNT, contributionOf(node, readinessIn(own)));
    counts.set(parent, {
      ...above,
      leaving: above.leaving + own.leaving,
      leavingEarly: above.leavingEarly + own.leavingEarly,
    });
  }
  return { tallies, counts };
}

/** A count with some more, or fewer, that depend on the node and are leaving. */
export function withBlockers(count: Count, more: number): Count {
  return { ...count, blockers: count.blockers + more };
}
