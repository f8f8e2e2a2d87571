/** All that there is to know of single nodes beside their rows: what a page about them is made of. */
import type { Instant } from "../base/instant.ts";
import type { Location } from "../config/plan.ts";
import { describePrivileges } from "../config/describe_privileges.ts";
import { describeHealth } from "../config/describe_health.ts";
import { describeProbe } from "../config/describe_probe.ts";
import type { Dependency, Intensity, NodeId, RestartPolicy } from "../config/plan.ts";
import type { Engine } from "../engine/engine.ts";
import type { LogLine } from "../engine/logs/log_format.ts";
import { TAIL_LINES } from "../engine/logs/log_tail.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import type { Host } from "../host/ports/host.ts";
import { budgetOf } from "../supervision/budget.ts";
import type { NodeState, State } from "../supervision/state.ts";
import { viewOf, type VisibleState } from "../supervision/view.ts";
import { describeNext } from "../words/describe_next.ts";

/** Logs are read for some: who wants to know of more has `logs`. */
const MOST_TAILS = 20;

/** A dependency, or what has one, as it is now. */
export interface Neighbour {
  readonly path: string;
  readonly condition: Dependency["condition"];
  readonly state: VisibleState;
}

/** See the module. Texts are without secrets; times are ISO 8601. */
export interface NodeDetails {
  readonly path: string;
  /** Since when it is in its state; null if that is not known. */
  readonly since: string | null;
  /** The next event, as a clause. */
  readonly next: string;
  /** Null for a tree; the fields below, too. */
  readonly command: readonly string[] | null;
  readonly cwd: string | null;
  /** As who it runs, and with which limits of resources; null for as the supervisor does. */
  readonly privileges: string | null;
  readonly restart: RestartPolicy;
  readonly budget: {
    readonly intensity: Intensity;
    readonly left: number | null;
    /** The tree whose children share it; null if it is the node's own. */
    readonly sharedBy: string | null;
  } | null;
  /** The probe that shows that it is ready; null if a running program is enough, and for a tree. */
  readonly probe: string | null;
  readonly startTimeoutMs: number | null;
  /** The probe that shows that it still works; null if there is none, and for a tree. */
  readonly health: string | null;
  readonly dependsOn: readonly Neighbour[];
  readonly neededBy: readonly Neighbour[];
  /** Where the file has it. */
  readonly declaredAt: Pick<Location, "file" | "line">;
  /** Null for a tree. */
  readonly logFile: string | null;
  readonly lastLines: readonly Omit<LogLine, "path">[];
}

/** The source of the details. */
export type DetailsSource = Pick<Engine, "state" | "tail" | "logFileOf" | "mask">;

/** The details of some nodes, in their order. */
export async function detailsOf(
  engine: DetailsSource,
  host: Pick<Host, "clock" | "wallClock">,
  nodes: readonly NodeId[],
): Promise<readonly NodeDetails[]> {
  const actors = nodes.filter((id) => engine.state.nodes.get(id)?.kind === "actor").slice(0, MOST_TAILS);
  const tails = new Map<NodeId, readonly LogLine[]>();
  for (const id of actors) tails.set(id, await fromPromise(engine.tail(id, TAIL_LINES)));
  const now = host.clock.now();
  const isoOf = (at: Instant) => new Date(host.wallClock() - (now - at)).toISOString();
  // Another plan may have come while the logs were read.
  return nodes.filter((id) => engine.state.nodes.get(id) !== undefined)
    .map((id) => nodeDetails(engine, id, now, isoOf, tails.get(id) ?? []));
}

function nodeDetails(
  engine: DetailsSource,
  id: NodeId,
  now: Instant,
  isoOf: (at: Instant) => string,
  lines: readonly LogLine[],
): NodeDetails {
  const { state } = engine;
  const { spec } = state.topology.byId.get(id)!;
  const node = state.nodes.get(id)!;
  const since = sinceOf(node);
  const budget = budgetOf(state, id, now);
  const actor = spec.kind === "tree" ? null : spec;
  const { privileges, ready, health } = actor ?? { privileges: null, ready: null, health: null };
  const view = viewOf(state, node, now);
  const neighbour = (other: NodeId, condition: Dependency["condition"]): Neighbour => ({
    path: other,
    condition,
    state: viewOf(state, state.nodes.get(other)!, now).state,
  });
  return {
    path: id,
    since: since === null ? null : isoOf(since),
    next: describeNext({
      path: id,
      state: view.state,
      restart: spec.restart,
      budget,
      hasDate: view.next !== null,
    }),
    command: actor === null ? null : actor.argv.map((word) => engine.mask(word)),
    cwd: actor?.cwd ?? null,
    privileges: privileges === null ? null : describePrivileges(privileges),
    restart: spec.restart,
    budget,
    probe: ready === null ? null : engine.mask(describeProbe(ready.probe)),
    startTimeoutMs: actor?.startTimeoutMs ?? null,
    health: health === null ? null : engine.mask(describeHealth(health)),
    dependsOn: spec.dependsOn.map(({ on, condition }) => neighbour(on, condition)),
    neededBy: dependentsOf(state, id).map(([other, condition]) => neighbour(other, condition)),
    declaredAt: { file: spec.at.file, line: spec.at.line },
    logFile: actor === null ? null : engine.logFileOf(id),
    lastLines: lines.map(({ at, stream, text, cut }) => ({ at, stream, text, cut })),
  };
}

function dependentsOf(
  { topology }: State,
  id: NodeId,
): readonly (readonly [NodeId, Dependency["condition"]])[] {
  return topology.places.flatMap((place) =>
    place.spec.dependsOn.flatMap(({ on, condition }) => on === id ? [[place.id, condition] as const] : [])
  );
}

/** Those without a time of their own have come to it when their last run ended. */
function sinceOf(node: NodeState): Instant | null {
  if ("since" in node.phase) return node.phase.since;
  return node.kind === "actor" ? node.lastExit?.at ?? null : null;
}
