/**
 * One step in the making: a draft of the next state and the effects so far. It lives inside of `step` only, so that from
 * outside a step is a plain function of values.
 */
import type { Instant } from "../base/instant.ts";
import { invariant } from "../base/invariant.ts";
import type { ActorSpec, NodeId, NodeSpec, Plan, TreeSpec } from "../config/plan.ts";
import { draw } from "../base/chance.ts";
import { Bookkeeper } from "./bookkeeper.ts";
import { type Calendar, NO_CALENDAR } from "./calendar.ts";
import type { Effect } from "./effect.ts";
import type { Entry, EntryData, EntryEvent, EntryOf } from "./journal_entry.ts";
import type { NodeMap } from "./node_map.ts";
import type {
  ActorState,
  IdlePhase,
  NodeState,
  OpenRequest,
  Rollout,
  RunId,
  State,
  TreeState,
} from "./state.ts";
import type { Place, Topology } from "./topology.ts";

/** The result of a step. */
export interface Stepped {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/** Fields of a node that can be changed whatever its kind. */
type SharedFields =
  & Partial<Pick<NodeState, "restarts" | "streak" | "failedStarts" | "ownWindow" | "cause">>
  & { readonly phase?: IdlePhase };

/** See the module. */
export class Turn {
  readonly now: Instant;
  readonly calendar: Calendar;
  plan: Plan;
  topology: Topology;
  #before: State;
  books: Bookkeeper;
  /** Whether there is another plan since the step began, or since an earlier plan was forgotten. */
  isReplanned = false;
  readonly #effects: Effect[] = [];
  #seq: number;
  #runs: number;
  #chance: number;
  requests: readonly OpenRequest[];
  rollouts: readonly Rollout[];
  cancelled: State["cancelled"];
  outcome: State["outcome"];
  holding: State["holding"];

  constructor(before: State, now: Instant, calendar: Calendar = NO_CALENDAR) {
    this.now = now;
    this.calendar = calendar;
    this.plan = before.plan;
    this.topology = before.topology;
    this.#before = before;
    this.books = new Bookkeeper(before.topology, before.nodes, before.books, now);
    this.#seq = before.seq;
    this.#runs = before.runs;
    this.#chance = before.chance;
    this.requests = before.requests;
    this.rollouts = before.rollouts;
    this.cancelled = before.cancelled;
    this.outcome = before.outcome;
    this.holding = before.holding;
  }

  /** The time by which stops are due: it stands still while a crash is held. */
  get stopTime(): Instant {
    return this.holding?.since ?? this.now;
  }

  /** How long it is until `due`, which was reckoned by `stopTime`, if nothing is held from now on. */
  untilStop(due: Instant): number {
    return due - this.stopTime;
  }

  get nodes(): NodeMap<NodeState> {
    return this.books.nodes;
  }

  /** A node; undefined if there is none by now. */
  find(id: NodeId): NodeState | undefined {
    return this.books.node(id);
  }

  node(id: NodeId): NodeState {
    const node = this.find(id);
    invariant(node !== undefined, "there is no node", id);
    return node;
  }

  actor(id: NodeId): ActorState {
    const node = this.node(id);
    invariant(node.kind === "actor", "no actor is the node", id);
    return node;
  }

  tree(id: NodeId): TreeState {
    const node = this.node(id);
    invariant(node.kind === "tree", "no tree is the node", id);
    return node;
  }

  place(id: NodeId): Place {
    const place = this.topology.byId.get(id);
    invariant(place !== undefined, "there is no node", id);
    return place;
  }

  spec(id: NodeId): NodeSpec {
    return this.place(id).spec;
  }

  actorSpec(id: NodeId): ActorSpec {
    const spec = this.spec(id);
    invariant(spec.kind !== "tree", "no actor is the node", id);
    return spec;
  }

  treeSpec(id: NodeId): TreeSpec {
    const spec = this.spec(id);
    invariant(spec.kind === "tree", "no tree is the node", id);
    return spec;
  }

  /** The spec of the run of an actor that has one. */
  runSpec(id: NodeId): ActorSpec {
    const { phase } = this.actor(id);
    invariant("run" in phase, "there is no run of the actor", id);
    return phase.spec;
  }

  /** The nodes as they were when the step began. */
  get nodesBefore(): NodeMap<NodeState> {
    return this.#before.nodes;
  }

  /** Nodes that were started again and again without becoming ready, when the step began. */
  get endlessBefore(): readonly NodeId[] {
    return this.#before.books.endless;
  }

  /** A node and all that is below it, in file order. */
  subtree(id: NodeId): readonly Place[] {
    const { index, end } = this.place(id);
    return this.topology.places.slice(index, end);
  }

  /** Goes on under another plan. @param change Gives the present state under it. */
  replan(change: (state: State) => State): void {
    this.#before = change(this.#state());
    this.plan = this.#before.plan;
    this.topology = this.#before.topology;
    this.books = new Bookkeeper(this.topology, this.#before.nodes, this.#before.books, this.now);
    this.books.settleAll();
    this.isReplanned = true;
  }

  /** Changes fields that actors and trees share. */
  set(id: NodeId, fields: SharedFields): void {
    this.#put({ ...this.node(id), ...fields });
  }

  /** Changes fields of an actor. */
  setActor(id: NodeId, fields: Partial<Omit<ActorState, "id" | "kind">>): void {
    this.#put({ ...this.actor(id), ...fields });
  }

  /** Changes fields of a tree. */
  setTree(id: NodeId, fields: Partial<Omit<TreeState, "id" | "kind">>): void {
    this.#put({ ...this.tree(id), ...fields });
  }

  /** Whether an actor is to outlive the supervisor, should that be killed. */
  survives(id: NodeId): boolean {
    return this.treeSpec(this.spec(id).parent!).onSupervisorDeath === "survive";
  }

  emit(effect: Effect): void {
    this.#effects.push(effect);
  }

  /** Writes a journal entry and returns its number, for what follows from it. */
  record<Event extends EntryEvent>(
    node: NodeId,
    event: Event,
    cause: number | null,
    data: EntryData[Event],
  ): number {
    this.#seq += 1;
    const entry: EntryOf<Event> = { seq: this.#seq, node, event, cause, data };
    this.emit({ type: "record", entry: entry as Entry });
    return this.#seq;
  }

  /** A number for a new run. */
  newRun(): RunId {
    this.#runs += 1;
    return this.#runs;
  }

  /** A number in [0, 1). */
  chance(): number {
    const { value, next } = draw(this.#chance);
    this.#chance = next;
    return value;
  }

  finish(): Stepped {
    return { state: this.#state(), effects: this.#effects };
  }

  #state(): State {
    return {
      ...this.#before,
      nodes: this.books.nodes,
      books: this.books.books,
      seq: this.#seq,
      runs: this.#runs,
      chance: this.#chance,
      requests: this.requests,
      rollouts: this.rollouts,
      cancelled: this.cancelled,
      outcome: this.outcome,
      holding: this.holding,
    };
  }

  #put(node: NodeState): void {
    this.books.put(node);
  }
}
