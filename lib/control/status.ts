import type { Instant } from "../base/instant.ts";
import { type NodeId, ROOT } from "../config/plan.ts";
import type { Engine } from "../engine/engine.ts";
import type { Host } from "../host/ports/host.ts";
import type { ProcessRow } from "../host/ports/processes.ts";
import { exitFields } from "../supervision/describe_reason.ts";
import { type View, viewsOf } from "../supervision/view.ts";
import type { StatusRow, TreeStatus } from "./protocol.ts";
import type { Usage, UsageMeter } from "./usage.ts";

/** What a status is read from. */
export type StatusSource = Pick<Engine, "state" | "layer" | "isolatorOf" | "unkept">;

/** What the tree is doing, as `ps` shows it: the nodes of `nodes`, in file order. @param table The processes of the machine. */
export function treeStatus(
  engine: StatusSource,
  host: Host,
  meter: UsageMeter,
  table: readonly ProcessRow[],
  nodes: readonly NodeId[],
): TreeStatus {
  const { state, layer: containment } = engine;
  const now = host.clock.now();
  const wallNow = host.wallClock();
  const views = truths(viewsOf(state, now), table);
  const started = new Map(
    views.flatMap(({ pid, since }) => pid === null || since === null ? [] : [[pid, since as number]]),
  );
  const usages = meter.measure(table, started, now);
  const isoOf = (at: Instant) => new Date(wallNow - (now - at)).toISOString();
  const { name, file } = state.plan;
  return {
    name,
    file,
    state: views[ROOT]!.state,
    pid: host.processes.ownPid,
    containment,
    actors: nodes.map((id) => {
      const row = rowOf(engine, id, views[id]!, usages, now, isoOf);
      return row.kind === "tree" ? { ...row, pid: engine.isolatorOf(id) } : row;
    }),
  };
}

/**
 * What the core takes for alive is looked up: it is told of a death after the last lines, and keeps the number of a process
 * whose descendants are being ended.
 */
function truths(views: readonly View[], table: readonly ProcessRow[]): readonly View[] {
  const living = new Set(table.filter(({ state }) => state !== "Z").map(({ pid }) => pid));
  return views.map((view): View =>
    view.pid === null || living.has(view.pid) ? view : { ...view, state: "stopping", ready: false, pid: null }
  );
}

function rowOf(
  engine: StatusSource,
  id: NodeId,
  view: View,
  usages: ReadonlyMap<number, Usage>,
  now: Instant,
  isoOf: (at: Instant) => string,
): StatusRow {
  const { state } = engine;
  const spec = state.plan.nodes[id]!;
  const node = state.nodes[id]!;
  const usage = view.pid === null ? undefined : usages.get(view.pid);
  const exit = node.kind === "actor" ? node.lastExit : null;
  return {
    path: spec.path,
    kind: spec.kind,
    daemon: spec.daemon,
    state: view.state,
    ready: view.ready,
    healthy: null,
    pid: view.pid,
    restarts: node.restarts,
    startedAt: view.since === null ? null : isoOf(view.since),
    uptimeMs: view.since === null ? null : Math.max(0, Math.round(now - view.since)),
    cpu: usage?.cpu ?? null,
    rss: usage?.rss ?? null,
    exit: exit === null
      ? null
      : { ...exitFields(exit.exit), reached: exit.exit.reached ?? null, at: isoOf(exit.at) },
    reason: view.reason,
    error: exit?.error ?? null,
    cgroup: spec.kind === "tree" || spec.cgroup === null
      ? null
      : { ...spec.cgroup, unkept: engine.unkept(spec.cgroup) },
  };
}
