import type { Instant } from "../base/instant.ts";
import { type NodeId, ROOT } from "../config/plan.ts";
import type { Engine } from "../engine/engine.ts";
import { isDead } from "../host/alive.ts";
import type { Host } from "../host/ports/host.ts";
import type { ProcessRow } from "../host/ports/processes.ts";
import { exitFields } from "../supervision/exit.ts";
import { type View, viewOf } from "../supervision/view.ts";
import { describeWhy } from "../words/describe_why.ts";
import type { StatusRow, TreeStatus } from "./protocol.ts";
import type { ProcessStart, Usage, UsageMeter } from "./usage.ts";

/** The source of a status. */
export type StatusSource = Pick<Engine, "state" | "layer" | "isolatorOf" | "unkept">;

/**
 * The state of the tree, as `ps` shows it: the nodes of `nodes`, in file order. The cost is in proportion to these.
 *
 * @param look Gives processes by number, and all that are below them.
 */
export function treeStatus(
  engine: StatusSource,
  host: Host,
  meter: UsageMeter,
  look: (pids: readonly number[]) => readonly ProcessRow[],
  nodes: readonly NodeId[],
): TreeStatus {
  const { state, layer: containment } = engine;
  const now = host.clock.now();
  const wallNow = host.wallClock();
  const told = new Map(nodes.map((id) => [id, viewOf(state, state.nodes.get(id)!, now)]));
  const table = look([...told.values()].map(({ pid }) => pid).filter((pid) => pid !== null));
  const views = truths(told, table);
  const usages = meter.measure(table, startsIn(views), now);
  const isoOf = (at: Instant) => new Date(wallNow - (now - at)).toISOString();
  const nextOf = ({ next }: View) =>
    next === null
      ? null
      : new Date("date" in next ? next.date : Math.round(wallNow + next.inMs)).toISOString();
  const { name, file } = state.plan;
  return {
    name,
    file,
    state: stateOf(engine, host),
    pid: host.processes.ownPid,
    containment,
    actors: nodes.map((id) => {
      const row = rowOf(engine, id, views.get(id)!, usages, now, isoOf, nextOf);
      return row.kind === "tree" ? { ...row, pid: engine.isolatorOf(id) } : row;
    }),
  };
}

/** The state of the whole tree. */
export function stateOf({ state }: StatusSource, { clock }: Pick<Host, "clock">): TreeStatus["state"] {
  return viewOf(state, state.nodes.get(ROOT)!, clock.now()).state;
}

/**
 * A process that the core takes for alive is looked up: the core is told of a death after the last lines, and keeps the number of one
 * whose descendants are being ended.
 */
function truths(
  views: ReadonlyMap<NodeId, View>,
  table: readonly ProcessRow[],
): ReadonlyMap<NodeId, View> {
  const living = new Set(table.filter((row) => !isDead(row)).map(({ pid }) => pid));
  const truth = (view: View): View =>
    view.pid === null || living.has(view.pid)
      ? view
      : { ...view, state: "stopping", ready: false, pid: null };
  return new Map([...views].map(([id, view]) => [id, truth(view)]));
}

function startsIn(views: ReadonlyMap<NodeId, View>): ReadonlyMap<NodeId, ProcessStart> {
  return new Map(
    [...views].flatMap(([id, { pid, since }]) =>
      pid === null || since === null ? [] : [[id, { pid, startedMs: since }]]
    ),
  );
}

function rowOf(
  engine: StatusSource,
  id: NodeId,
  view: View,
  usages: ReadonlyMap<NodeId, Usage>,
  now: Instant,
  isoOf: (at: Instant) => string,
  nextOf: (view: View) => string | null,
): StatusRow {
  const { state } = engine;
  const spec = state.topology.byId.get(id)!.spec;
  const node = state.nodes.get(id)!;
  const usage = usages.get(id);
  const exit = node.kind === "actor" ? node.lastExit : null;
  return {
    path: spec.path,
    kind: spec.kind,
    daemon: spec.daemon,
    state: view.state,
    ready: view.ready,
    healthy: view.healthy,
    says: view.says,
    pid: view.pid,
    restarts: node.restarts,
    startedAt: view.since === null ? null : isoOf(view.since),
    uptimeMs: view.since === null ? null : Math.max(0, Math.round(now - view.since)),
    cpu: usage?.cpu ?? null,
    rss: usage?.rss ?? null,
    exit: exit === null
      ? null
      : { ...exitFields(exit.exit), reached: exit.exit.reached ?? null, at: isoOf(exit.at) },
    reason: view.why === null ? null : describeWhy(view.why),
    nextRun: nextOf(view),
    error: exit?.error ?? null,
    cgroup: spec.kind === "tree" || spec.cgroup === null
      ? null
      : { ...spec.cgroup, unkept: engine.unkept(spec.cgroup) },
  };
}
