/**
 * Keeps the books of a state during a step, and finds out what is to be settled again after a change.
 *
 * Most columns are as the nodes are at this moment. The counts are not: they stand as they were when a pass began, so that
 * all decisions of a pass go by the same ones, and are brought up to date between passes (`recount`).
 *
 * A node is settled by the following, and is settled again when one of them changes:
 * 1. itself, and its supervisor;
 * 2. what it depends on: their phases, and the readiness of trees;
 * 3. for its turn to start: the siblings before it in a sequential tree, the number of those that start in others;
 * 4. for its turn to stop: what depends on it or on a tree around it, and the one-shots of a teardown;
 * 5. for a tree: its children.
 */
import { type Instant, NEVER } from "../base/instant.ts";
import { invariant } from "../base/invariant.ts";
import type { NodeId } from "../config/plan.ts";
import { Agenda, Queue } from "./agenda.ts";
import { type Books, type Count, MARKED, type Tally } from "./books.ts";
import { contributionOf, isLeaving, isSettled, JUST_ACTIVATED, readinessIn } from "./count.ts";
import { hasStarted, type TreeReadiness } from "./dependencies.ts";
import { isEndless } from "./endless.ts";
import { LeastDraft } from "./least_array.ts";
import type { NodeDraft, NodeMap } from "./node_map.ts";
import { isOver, type NodeState } from "./state.ts";
import { exchanged, shareOf } from "./tally.ts";
import type { Place, Topology } from "./topology.ts";
import { dueOf, holds, regroupDueOf, stopDueOf, withBlockers, withContribution } from "./write_books.ts";

type Column = "due" | "stopDue" | "regroupDue" | "unsettled" | "queued" | "regrouping";

/** By index, the counts that are others by now, as they were. */
type Recount = Map<number, Count>;

/** See the module. */
export class Bookkeeper {
  readonly #topology: Topology;
  readonly #now: Instant;
  readonly #agenda = new Agenda();
  /** The nodes as they are. */
  readonly #nodes: NodeDraft<NodeState>;
  readonly #tallies: NodeDraft<Tally>;
  readonly #counts: NodeDraft<Count>;
  readonly #columns: Readonly<Record<Column, LeastDraft>>;
  #left: number;
  #holders: readonly NodeId[];
  #endless: readonly NodeId[];
  /** By index, those that have changed since the counts were right, as they were then. */
  readonly #counted = new Map<number, NodeState>();
  /** Their indexes, below zero: the last is counted first. */
  readonly #uncounted = new Queue();
  /** Trees that were put to work since. */
  readonly #justActivated = new Set<NodeId>();
  /** How many children of trees were started since. */
  readonly #started = new Map<NodeId, number>();

  constructor(topology: Topology, nodes: NodeMap<NodeState>, books: Books, now: Instant) {
    this.#topology = topology;
    this.#now = now;
    this.#nodes = nodes.draft();
    this.#tallies = books.tallies.draft();
    this.#counts = books.counts.draft();
    this.#columns = {
      due: new LeastDraft(books.due),
      stopDue: new LeastDraft(books.stopDue),
      regroupDue: new LeastDraft(books.regroupDue),
      unsettled: new LeastDraft(books.unsettled),
      queued: new LeastDraft(books.queued),
      regrouping: new LeastDraft(books.regrouping),
    };
    this.#left = books.left;
    this.#holders = books.holders;
    this.#endless = books.endless;
  }

  /** A node as it is; undefined if there is none. */
  node(id: NodeId): NodeState | undefined {
    const place = this.#topology.byId.get(id);
    return place === undefined ? undefined : this.#nodes.at(place.index);
  }

  /** All nodes as they are; to look at one of them, `node` is enough. */
  get nodes(): NodeMap<NodeState> {
    return this.#nodes.whole;
  }

  /** The books as they are. */
  get books(): Books {
    const { due, stopDue, regroupDue, unsettled, queued, regrouping } = this.#columns;
    return {
      tallies: this.#tallies.whole,
      counts: this.#counts.whole,
      due: due.whole,
      stopDue: stopDue.whole,
      regroupDue: regroupDue.whole,
      unsettled: unsettled.whole,
      queued: queued.whole,
      regrouping: regrouping.whole,
      left: this.#left,
      holders: this.#holders,
      endless: this.#endless,
    };
  }

  /** How many of the nodes that the plan has no more are not over. */
  get left(): number {
    return this.#left;
  }

  /** Actors with a crash that is held, in file order. */
  get holders(): readonly NodeId[] {
    return this.#holders;
  }

  /** Nodes that are started again and again without becoming ready; another list whenever others are. */
  get endless(): readonly NodeId[] {
    return this.#endless;
  }

  tally(tree: NodeId): Tally {
    return this.#tallies.at(this.#place(tree).index);
  }

  count(id: NodeId): Count {
    return this.#counts.at(this.#place(id).index);
  }

  readiness(tree: NodeId): TreeReadiness {
    return this.#justActivated.has(tree) ? JUST_ACTIVATED : readinessIn(this.count(tree));
  }

  /** A node is another by now. */
  put(node: NodeState): void {
    const place = this.#place(node.id);
    const before = this.#nodes.at(place.index);
    this.#nodes.set(place.index, node);
    if (isEndless(before) !== isEndless(node)) this.#endless = this.#exchanged(this.#endless, node);
    if (isSameByRules(before, node)) return;
    if (!this.#counted.has(place.index)) this.#counted.set(place.index, before);
    this.#uncounted.add(-place.index);
    this.#mark("due", place, dueOf(node));
    this.#mark("stopDue", place, stopDueOf(node));
    this.#mark("regroupDue", place, regroupDueOf(node, this.#now));
    this.#mark("regrouping", place, node.phase.at === "regrouping" ? MARKED : NEVER);
    if (node.phase.at !== "waiting") this.#mark("queued", place, NEVER);
    if (holds(before) !== holds(node)) this.#holders = this.#exchanged(this.#holders, node);
    if (place.isLeaving) this.#left += Number(!isOver(node)) - Number(!isOver(before));
    this.#settleAgain(place);
    this.#putInTree(place, before, node);
    // Whether it is the turn of another to stop depends on whether this one has, and the counts do not know it yet.
    if (!isLeavingActor(before) && isLeavingActor(node)) this.#agenda.breakOff();
    if (!looksSame(before, node)) this.#settleDependents(place);
    if (node.kind === "tree" && before.phase.at !== node.phase.at) this.#treeTurned(place, before, node);
  }

  /** A tree was put to work by what is being settled: until the next pass it has yet to start its children. */
  justActivated(tree: NodeId): void {
    this.#justActivated.add(tree);
    this.#markUnsettled(this.#place(tree));
  }

  /** Whether a tree that starts some children at a time has room for one more. */
  hasRoom(tree: NodeId, concurrency: number): boolean {
    return this.count(tree).starting + (this.#started.get(tree) ?? 0) < concurrency;
  }

  /** A child is started by what is being settled. */
  start(tree: NodeId): void {
    this.#started.set(tree, (this.#started.get(tree) ?? 0) + 1);
  }

  /** A waiting child lacks nothing but its turn. */
  queue(id: NodeId, isQueued: boolean): void {
    this.#mark("queued", this.#place(id), isQueued ? MARKED : NEVER);
  }

  /** The first child of a tree, after another, that is marked in a column. */
  firstChild(tree: NodeId, column: "unsettled" | "queued" | "regrouping", after?: NodeId): NodeId | null {
    const { index, end } = this.#place(tree);
    let from = after === undefined ? index + 1 : this.#place(after).end;
    for (;;) {
      const found = this.#columns[column].firstUpTo(MARKED, from);
      if (found < 0 || found >= end) return null;
      const place = this.#topology.places[found]!;
      if (place.spec.parent === tree) return place.id;
      // It is in a tree of its own, whose end comes before the next child.
      const child = place.ancestors[place.ancestors.indexOf(tree) - 1]!;
      from = this.#place(child).end;
    }
  }

  /** The first node from an index on for which something is due; null if there is none. */
  firstDue(from: number, isHolding: boolean): Place | null {
    const due = this.#columns.due.firstUpTo(this.#now, from);
    const stopDue = isHolding ? -1 : this.#columns.stopDue.firstUpTo(this.#now, from);
    const index = due < 0 || stopDue < 0 ? Math.max(due, stopDue) : Math.min(due, stopDue);
    return index < 0 ? null : this.#topology.places[index]!;
  }

  /** Actors that are to stop and still have a process, in file order, as the counts have them. */
  leavingActors(): readonly NodeId[] {
    return [...this.#leavingIn(this.#topology.places[0]!)].filter(({ spec }) => spec.kind !== "tree")
      .map(({ id }) => id);
  }

  /** Actors that wait for their turn to stop, but not for ever, in file order. */
  *doomedActors(): Iterable<NodeId> {
    const next = (from: number) => this.#columns.stopDue.firstUpTo(Number.MAX_VALUE, from);
    for (let at = next(0); at >= 0; at = next(at + 1)) yield this.#topology.places[at]!.id;
  }

  /** Has everything settled again. */
  settleAll(): void {
    for (const place of this.#topology.places) this.#settleAgain(place);
  }

  settleAgain(id: NodeId): void {
    this.#settleAgain(this.#place(id));
  }

  /** Begins another pass; false if there is nothing to settle. */
  beginPass(): boolean {
    this.#agenda.rewind();
    this.#settleGroups();
    this.#recount();
    return !this.#agenda.isEmpty;
  }

  /** The next node of the pass; null ends it. */
  next(): NodeId | null {
    const index = this.#agenda.take();
    return index === undefined ? null : this.#topology.places[index]!.id;
  }

  #place(id: NodeId): Place {
    const place = this.#topology.byId.get(id);
    invariant(place !== undefined, "there is no node", id);
    return place;
  }

  #mark(column: Column, { index }: Place, value: number): void {
    this.#columns[column].set(index, value);
  }

  #settleAgain({ index }: Place): void {
    this.#agenda.add(index);
  }

  #settleDependents({ dependents }: Place): void {
    for (const id of dependents) {
      const { at } = this.#nodes.at(this.#place(id).index).phase;
      if (at === "waiting" || at === "failed") this.settleAgain(id);
    }
  }

  /** A list of nodes in file order without one that it has, or with one that it has not. */
  #exchanged(list: readonly NodeId[], { id }: NodeState): readonly NodeId[] {
    const { index } = this.#place(id);
    const others = list.filter((one) => one !== id);
    if (others.length < list.length) return others;
    const at = others.findIndex((one) => this.#place(one).index > index);
    return others.toSpliced(at < 0 ? others.length : at, 0, id);
  }

  #putInTree(place: Place, before: NodeState, after: NodeState): void {
    const { parent } = place.spec;
    if (parent === null) return;
    this.settleAgain(parent);
    if (place.isInSequence) this.#markUnsettled(place);
    const [share, other] = [shareOf(before, place), shareOf(after, place)];
    const tally = this.tally(parent);
    const isSame = share.alive === other.alive && share.started === other.started &&
      share.ended === other.ended && share.decisive === other.decisive &&
      share.leavingGroup === other.leavingGroup;
    if (!isSame) this.#tallies.set(this.#place(parent).index, exchanged(tally, share, other));
  }

  /** The next child in a sequential tree has its turn when this one is settled. */
  #markUnsettled(place: Place): void {
    if (!place.isInSequence) return;
    const isUnsettled = !isSettled(this.#nodes.at(place.index), this.readiness(place.id));
    this.#mark("unsettled", place, isUnsettled ? MARKED : NEVER);
    if (!isUnsettled) this.#settleFirst(place.spec.parent!, "unsettled");
  }

  /** Its children may start when it is at work, and what depends on them starts them unless it is gone. */
  #treeTurned(place: Place, before: NodeState, after: NodeState): void {
    const { spec, index, end } = place;
    if (spec.kind === "tree") {
      for (const child of spec.children) this.settleAgain(child);
    }
    if (!isGone(before) || isGone(after)) return;
    for (let at = index + 1; at < end; at++) this.#settleDependents(this.#topology.places[at]!);
  }

  /** Time has come for groups of children that wait for each other. */
  #settleGroups(): void {
    for (let at = this.#firstGroup(); at >= 0; at = this.#firstGroup()) {
      this.#agenda.add(at);
      this.#mark("regroupDue", this.#topology.places[at]!, NEVER);
    }
  }

  #firstGroup(): number {
    return this.#columns.regroupDue.firstUpTo(this.#now);
  }

  /** Brings the counts up to date. Children stand after their parents, so that they are counted before them. */
  #recount(): void {
    for (const id of this.#justActivated) this.#uncounted.add(-this.#place(id).index);
    const before: Recount = new Map();
    for (let index = this.#uncounted.take(); index !== undefined; index = this.#uncounted.take()) {
      this.#recountNode(this.#topology.places[-index]!, before);
    }
    this.#counted.clear();
    // A start of the last pass may need no room any more, without a count that tells of it.
    for (const tree of this.#started.keys()) this.#settleFirst(tree, "queued");
    this.#started.clear();
    for (const [index, count] of before) {
      this.#settleByCount(this.#topology.places[index]!, count, this.#counts.at(index));
    }
  }

  #recountNode(place: Place, before: Recount): void {
    const { id, index, spec } = place;
    const now = this.#nodes.at(index);
    const old = this.#counted.get(index) ?? now;
    this.#recountLeaving(place, isLeavingActor(old), isLeavingActor(now), before);
    const count = this.#counts.at(index);
    const counted = before.get(index) ?? count;
    const leaves = Number(count.leaving > 0) - Number(counted.leaving > 0);
    if (leaves !== 0) {
      for (const { on } of spec.dependsOn) {
        this.#recounted(this.#place(on), before, (other) => withBlockers(other, leaves));
      }
    }
    const [was, is] = [readinessIn(counted), readinessIn(count)];
    if (spec.parent !== null) {
      const [share, other] = [contributionOf(old, was), contributionOf(now, is)];
      const isSame = share.unready === other.unready && share.spoilt === other.spoilt &&
        share.pending === other.pending && share.starting === other.starting;
      if (!isSame) {
        const above = this.#place(spec.parent);
        this.#recounted(above, before, (its) => withContribution(its, share, other));
        this.#uncounted.add(-above.index);
      }
    }
    const wasActivated = this.#justActivated.delete(id);
    const isSame = was.ready === is.ready && was.spoilt === is.spoilt && was.pending === is.pending;
    if (!wasActivated && isSame) return;
    this.#settleAgain(place);
    this.#settleDependents(place);
    this.#markUnsettled(place);
  }

  #recountLeaving(place: Place, was: boolean, is: boolean, before: Recount): void {
    const more = Number(is) - Number(was);
    if (more === 0) return;
    const early = place.stopsEarly ? more : 0;
    const change = (count: Count) => ({
      ...count,
      leaving: count.leaving + more,
      leavingEarly: count.leavingEarly + early,
    });
    this.#recounted(place, before, change);
    for (const id of place.ancestors) {
      const above = this.#place(id);
      this.#recounted(above, before, change);
      this.#uncounted.add(-above.index);
    }
  }

  #recounted({ index }: Place, before: Recount, change: (count: Count) => Count): void {
    const count = this.#counts.at(index);
    if (!before.has(index)) before.set(index, count);
    this.#counts.set(index, change(count));
  }

  /** Lets those have their turn that other counts allow it. */
  #settleByCount(place: Place, was: Count, is: Count): void {
    const isUnblocked = was.blockers > 0 && is.blockers === 0;
    const isTurnOfDaemons = was.leavingEarly > 0 && is.leavingEarly === 0;
    if (isUnblocked || isTurnOfDaemons) this.#settleLeaving(place);
    if (is.starting < was.starting) this.#settleFirst(place.id, "queued");
  }

  #settleFirst(tree: NodeId, column: "queued" | "unsettled"): void {
    const first = this.firstChild(tree, column);
    if (first !== null) this.settleAgain(first);
  }

  #settleLeaving(place: Place): void {
    for (const one of this.#leavingIn(place)) this.#settleAgain(one);
  }

  /** An actor itself; of a tree, all that is below it and that leaves, or in which something leaves. */
  *#leavingIn(place: Place): Iterable<Place> {
    if (place.spec.kind !== "tree") return yield place;
    for (let at = place.index + 1; at < place.end;) {
      const one = this.#topology.places[at]!;
      const leaves = this.#counts.at(at).leaving > 0;
      if (leaves) yield one;
      // Trees in which nothing leaves are passed over.
      at = leaves ? at + 1 : one.end;
    }
  }
}

/** Whether two states of a node differ only in what no rule goes by: numbers and causes for people, and budgets. */
function isSameByRules(one: NodeState, other: NodeState): boolean {
  if (one.phase !== other.phase) return false;
  return one.kind === "actor"
    ? other.kind === "actor" && one.doom === other.doom && one.skipDeps === other.skipDeps &&
      one.filesChanged === other.filesChanged && one.appointment === other.appointment
    : other.kind === "tree" && one.regroupAt === other.regroupAt;
}

/** Whether what depends on a node sees no difference. */
function looksSame({ phase: one }: NodeState, { phase: other }: NodeState): boolean {
  if (one.at !== other.at) return false;
  if (one.at === "stopped" && other.at === "stopped") return one.why === other.why;
  if (one.at === "running" && other.at === "running") return one.health?.healthy === other.health?.healthy;
  return hasStarted({ phase: one }) === hasStarted({ phase: other });
}

function isLeavingActor(node: NodeState): boolean {
  return node.kind === "actor" && isLeaving(node);
}

/** Whether a supervisor has ended, so that nothing in it starts by itself. */
export function isGone({ phase }: NodeState): boolean {
  return phase.at === "stopped" || phase.at === "completed" || phase.at === "failed";
}
