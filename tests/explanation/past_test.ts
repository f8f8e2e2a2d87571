import assert from "node:assert/strict";
import type { NodeId } from "../../lib/config/plan.ts";
import { culpritOf, type PastEntry, pastOf } from "../../lib/explanation/past.ts";
import { test } from "../harness/test.ts";

const entry = (seq: number, cause: number | null, path = "a", event = "started"): PastEntry => ({
  seq,
  cause,
  path: path as NodeId,
  event,
});

function pastText(entries: readonly PastEntry[], ...seqs: number[]): string {
  const { links, lost } = pastOf(entries, seqs);
  const told = links.map(({ entry, times }) => `${entry.seq}${times === 1 ? "" : `x${times}`}`);
  return `${told.join(" ")} lost ${lost}`;
}

test("past: the chain of causes, the first one first", () => {
  assert.equal(
    pastText([entry(1, null), entry(2, 1, "b"), entry(3, 1, "c"), entry(4, 3)], 4),
    "1 3 4 lost nothing",
  );
});

test("past: two chains are one, each decision once", () => {
  const entries = [entry(1, null, ""), entry(2, 1, "a"), entry(3, 1, "b"), entry(4, 2, "a", "failed")];
  assert.equal(pastText(entries, 3, 4), "1 2 3 4 lost nothing");
});

test("past: what repeats is told once", () => {
  const loop = (at: number) => [entry(at, at - 1, "a", "exited"), entry(at + 1, at, "a", "restarted")];
  assert.equal(pastText([entry(1, null), ...loop(2), ...loop(4), ...loop(6)], 7), "1 2x3 3x3 lost nothing");
});

test("past: a journal that does not go back to the beginning says so", () => {
  assert.equal(pastText([entry(7, 6), entry(8, 7, "b")], 8), "7 8 lost beginning");
});

test("past: a journal without the entry has lost all", () => {
  assert.equal(pastText([entry(1, null), entry(2, 1)], 40), " lost all");
  assert.equal(pastText([], 40), " lost all");
});

test("past: nothing has led to what was never decided", () => {
  assert.equal(pastText([], 0), " lost nothing");
});

test("past: a journal that says that an effect comes before its cause is not followed", () => {
  assert.equal(pastText([entry(1, 2, "b"), entry(2, 1)], 2), "1 2 lost beginning");
});

test("past: the culprit is the first that has failed, and not who was asked to stop", () => {
  const exited = (seq: number, path: string, code: number | null) => ({
    ...entry(seq, seq - 1, path, "exited"),
    code,
  });
  const stopping = entry(2, 1, "a", "stopping");
  assert.equal(culpritOf([entry(1, null, "a"), exited(2, "a", 3), entry(3, 2, "b", "failed")]), "a");
  assert.equal(culpritOf([entry(1, null, "a"), stopping, exited(3, "a", null)]), null);
  assert.equal(culpritOf([stopping, exited(3, "a", null), entry(4, 3, "a"), exited(5, "a", null)]), "a");
  assert.equal(culpritOf([entry(1, null, "a"), exited(2, "a", 0), entry(3, 2, "", "cancelled")]), null);
});
