import type { NodeId } from "../config/plan.ts";
import { Draft, PersistentArray } from "./persistent_array.ts";
import type { Topology } from "./topology.ts";

/** Something of every node by its address, in file order, as a value: a change gives another map. */
export class NodeMap<T> implements ReadonlyMap<NodeId, T> {
  readonly #topology: Topology;
  readonly #values: PersistentArray<T>;

  constructor(topology: Topology, values: PersistentArray<T>) {
    this.#topology = topology;
    this.#values = values;
  }

  /** @param valueOf Gives what is kept of each node. */
  static of<T>(topology: Topology, valueOf: (id: NodeId) => T): NodeMap<T> {
    return new NodeMap(topology, PersistentArray.from(topology.places.map(({ id }) => valueOf(id))));
  }

  get size(): number {
    return this.#values.length;
  }

  get(id: NodeId): T | undefined {
    const place = this.#topology.byId.get(id);
    return place === undefined ? undefined : this.#values.at(place.index);
  }

  has(id: NodeId): boolean {
    return this.#topology.byId.has(id);
  }

  /** The value of the node with this index. */
  at(index: number): T {
    return this.#values.at(index);
  }

  /** Another map in the making. */
  draft(): NodeDraft<T> {
    return new NodeDraft(this, this.#topology, this.#values);
  }

  /** The entries that are different in a map that came from this one by changes; the cost is in proportion to them. */
  changedIn(after: NodeMap<T>): readonly T[] {
    if (after.#topology !== this.#topology) return [...after.values()];
    return this.#values.differences(after.#values).map((index) => after.#values.at(index));
  }

  keys(): MapIterator<NodeId> {
    return this.#topology.byId.keys();
  }

  values(): MapIterator<T> {
    return this.#values[Symbol.iterator]() as MapIterator<T>;
  }

  *entries(): MapIterator<[NodeId, T]> {
    for (const { id, index } of this.#topology.places) yield [id, this.#values.at(index)];
  }

  [Symbol.iterator](): MapIterator<[NodeId, T]> {
    return this.entries();
  }

  forEach(act: (value: T, id: NodeId, map: ReadonlyMap<NodeId, T>) => void): void {
    for (const [id, value] of this) act(value, id, this);
  }
}

/** A map in the making; see `Draft`. */
export class NodeDraft<T> {
  #map: NodeMap<T>;
  readonly #topology: Topology;
  #values: PersistentArray<T>;
  /** Null before the first change. */
  #draft: Draft<T> | null = null;

  constructor(map: NodeMap<T>, topology: Topology, values: PersistentArray<T>) {
    this.#map = map;
    this.#topology = topology;
    this.#values = values;
  }

  at(index: number): T {
    return (this.#draft ?? this.#values).at(index);
  }

  set(index: number, value: T): void {
    this.#draft ??= new Draft(this.#values);
    this.#draft.set(index, value);
  }

  /** The map as it is by now. */
  get whole(): NodeMap<T> {
    const values = this.#draft?.whole ?? this.#values;
    if (values !== this.#values) this.#map = new NodeMap(this.#topology, values);
    this.#values = values;
    return this.#map;
  }
}
