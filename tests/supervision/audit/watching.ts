/** Files that have changed: what follows for whoever watches them, when, and for nobody else. */
import assert from "node:assert/strict";
import { after, earliest, type Instant } from "../../../lib/base/instant.ts";
import type { NodeId } from "../../../lib/config/plan.ts";
import type { Entry } from "../../../lib/supervision/journal_entry.ts";
import type { Scene } from "./auditor.ts";
import type { Status } from "./status.ts";

/** A crowd of changes that does not end is acted upon after so many debounces. */
const MOST_DEBOUNCES = 10;

/** Changes of one actor that are waited out. */
export interface Changes {
  readonly since: Instant;
  readonly until: Instant;
}

/** Whether changes mean something to an actor: it runs, has ended, or waits for its next try, and nobody stops it. */
function takesNotice({ ledger, family }: Scene, status: Status, id: NodeId): boolean {
  if (status.at(family.spec(id).parent!) !== "up") return false;
  switch (status.at(id)) {
    case "starting":
    case "running":
      return !ledger.isLeaving(id);
    case "backing_off":
    case "failed":
    case "completed":
      return true;
    default:
      return false;
  }
}

/** Files have changed. */
export function hearFiles(scene: Scene, id: NodeId): void {
  const { ledger, family, now, was } = scene;
  const spec = family.specs.get(id);
  if (spec === undefined || spec.kind === "tree" || spec.watch === null || family.leaving.has(id)) return;
  if (!takesNotice(scene, was, id)) return;
  const { debounceMs } = spec.watch;
  const since = ledger.changes.get(id)?.since ?? now;
  const until = earliest(after(now, debounceMs), after(since, MOST_DEBOUNCES * debounceMs));
  ledger.changes.set(id, { since, until });
}

/** Changes are acted upon. Returns whether that restarts the actor. */
export function auditFiles(
  scene: Scene,
  { node, data }: Entry & { readonly event: "files_changed" },
): boolean {
  const { ledger, family, now, meanwhile } = scene;
  const spec = family.spec(node);
  const changes = ledger.changes.get(node);
  assert.ok(spec.kind !== "tree" && spec.watch !== null, `"${node}" watches nothing`);
  assert.ok(changes !== undefined, `nothing has changed that "${node}" watches`);
  assert.ok(now >= changes.until, `"${node}" takes notice at ${now}, not after ${changes.until}`);
  assert.ok(takesNotice(scene, meanwhile, node), `"${node}" takes notice, and is ${meanwhile.at(node)}`);
  assert.equal(data.signal, spec.watch.signal);
  ledger.changes.delete(node);
  return data.signal === null;
}

/** To be asked when a step is over: changes that are waited out are acted upon, or mean nothing by then. */
export function auditChanges(scene: Scene): void {
  const { ledger, family, event, now, was, is } = scene;
  if (event.type !== "time_passed") return;
  for (const [id, { until }] of ledger.changes) {
    if (now < until) continue;
    ledger.changes.delete(id);
    const spec = family.spec(id);
    const isWatching = spec.kind !== "tree" && spec.watch !== null && !family.leaving.has(id);
    const isPassedOver = isWatching && [was, is].every((status) => takesNotice(scene, status, id));
    assert.ok(!isPassedOver, `"${id}" has taken no notice at ${until}`);
  }
}
