/** The difference of two plans: the nodes that the second adds, removes and changes, and by which keys. */
import { isSameData } from "../../base/same_data.ts";
import { type NodeId, type NodeSpec, type Plan, ROOT, type TreeSpec } from "../plan.ts";
import { withoutReplica } from "../replica_path.ts";
import { ACTOR_SPEC_KEYS, type ChangedKey, changedKeys, TREE_SPEC_KEYS } from "./spec_keys.ts";

/**
 * The change of a node: `restart` ends its process and starts another, `start` starts what has ended or never was, `change`
 * has it go on by other rules, `refuse` is for what stands as long as the supervisor does.
 */
export type ChangeAction = "add" | "remove" | "restart" | "start" | "change" | "refuse";

/** The change of one node. */
export interface PlanChange {
  readonly path: NodeId;
  readonly action: ChangeAction;
  /** The keys that are different, as the file has them; `order` for the order of a tree's children. */
  readonly keys: readonly string[];
  /** Whether it has no process that would have to be another one: its next will be. */
  readonly isForLater?: true;
}

/**
 * The changes of all nodes when `after` takes the place of `before`, in the order of the file, with removed nodes at the
 * end. Empty if nothing is different but how it is written.
 */
export function diffPlans(before: Plan, after: Plan): readonly PlanChange[] {
  const known = new Map(before.nodes.map((node) => [node.path, node]));
  const planned = new Map(after.nodes.map((node) => [node.path, node]));
  const stays = (id: NodeId) => isSameKind(known.get(id), planned.get(id));
  const survives = before.nodes.some(isSurvivor);
  const replicated = new Set(before.nodes.flatMap(({ path }) => stays(path) ? sharedPathOf(path) : []));
  const countOf = (path: NodeId) =>
    sharedPathOf(path).some((shared) => replicated.has(shared)) ? ["replicas"] : [];
  const present = after.nodes.flatMap((spec): readonly PlanChange[] => {
    const { path } = spec;
    if (!stays(path)) {
      // A supervisor writes down from its start what the next one needs, or never does.
      const isRefused = isSurvivor(spec) && !survives;
      return [
        isRefused ? refusal(path, ["on_supervisor_death"]) : { path, action: "add", keys: countOf(path) },
      ];
    }
    const keys = [
      ...(path === ROOT ? rootKeysBetween(before, after) : []),
      ...keysBetween(known.get(path)!, spec),
      ...orderBetween(known.get(path)!, spec, stays),
    ];
    return keys.length === 0 ? [] : [changeBy(path, keys)];
  });
  const gone = before.nodes.filter(({ path }) => !stays(path))
    .map(({ path }): PlanChange => ({ path, action: "remove", keys: countOf(path) }));
  return [...present, ...gone];
}

function changeBy(path: NodeId, changed: readonly ChangedKey[]): PlanChange {
  const refused = changed.filter(({ effect }) => effect === "refused").map(({ name }) => name);
  if (refused.length > 0) return refusal(path, refused);
  const isRestarted = changed.some(({ effect }) => effect === "restart");
  return { path, action: isRestarted ? "restart" : "change", keys: changed.map(({ name }) => name) };
}

function refusal(path: NodeId, keys: readonly string[]): PlanChange {
  return { path, action: "refuse", keys };
}

/** The keys of the whole file. */
function rootKeysBetween(before: Plan, after: Plan): readonly ChangedKey[] {
  const isOther = { name: before.name !== after.name, alerts: !isSameData(before.alerts, after.alerts) };
  return Object.entries(isOther).filter(([, is]) => is).map(([name]) => ({ name, effect: "in_place" }));
}

function keysBetween(before: NodeSpec, after: NodeSpec): readonly ChangedKey[] {
  if (before.kind === "tree") return changedKeys(TREE_SPEC_KEYS, before, after as TreeSpec);
  return after.kind === "tree" ? [] : changedKeys(ACTOR_SPEC_KEYS, before, after);
}

/** Whether those children stand in another order that both plans have. */
function orderBetween(
  before: NodeSpec,
  after: NodeSpec,
  stays: (id: NodeId) => boolean,
): readonly ChangedKey[] {
  if (before.kind !== "tree" || after.kind !== "tree") return [];
  const [one, other] = [before.children.filter(stays), after.children.filter(stays)];
  return isSameData(one, other) ? [] : [{ name: "order", effect: "in_place" }];
}

function isSameKind(one: NodeSpec | undefined, other: NodeSpec | undefined): boolean {
  return one !== undefined && other !== undefined && (one.kind === "tree") === (other.kind === "tree");
}

/** The path that a copy shares with the others of its actor; none for what is no copy. */
function sharedPathOf(path: NodeId): readonly string[] {
  const shared = withoutReplica(path);
  return shared === path ? [] : [shared];
}

function isSurvivor(spec: NodeSpec): boolean {
  return spec.kind === "tree" && spec.onSupervisorDeath === "survive";
}
