/** Signals that a run gets while it goes on: somebody has asked for each, or it watches files, and each gets its own. */
import assert from "node:assert/strict";
import type { Effect } from "../../../lib/supervision/effect.ts";
import type { Scene } from "./auditor.ts";

/** A run gets a signal. */
export function auditTell(scene: Scene, { node, run, signal }: Effect & { readonly type: "tell" }): void {
  const { ledger, event, known, effects } = scene;
  assert.ok(ledger.run(node, run)?.hasProcess, `"${node}" gets a signal, and there is nobody`);
  const isAsked = event.type === "signal_requested" && event.signal === signal &&
    event.nodes.some((id) => known.specs.has(id) && known.within(id).includes(node));
  const isWatched = effects.some((one) =>
    one.type === "record" && one.entry.event === "files_changed" && one.entry.node === node &&
    one.entry.data.signal === signal
  );
  assert.ok(isAsked || isWatched, `"${node}" gets ${signal}, and nobody wants that`);
}

/** To be asked when a step is over: all that have a process have got it. */
export function auditTells({ ledger, event, known, effects }: Scene): void {
  if (event.type !== "signal_requested") return;
  const named = new Set(event.nodes.filter((id) => known.specs.has(id)).flatMap((id) => known.within(id)));
  const meant = [...ledger.runs.values()].filter(({ node, hasProcess }) => hasProcess && named.has(node));
  const told = effects.flatMap((one) => one.type === "tell" ? [one.run] : []);
  assert.deepEqual(new Set(told), new Set(meant.map(({ run }) => run)), "each process gets the signal");
}
