/** Chaos in words and as data: what could be hit, what is done, what came of it. */
import { counted } from "../../base/counted.ts";
import { describeDuration, formatDuration } from "../../base/duration.ts";
import { nameSome } from "../../base/name_some.ts";
import { shellLine } from "../../base/shell_word.ts";
import type { Act } from "../../chaos/act.ts";
import type { BrokenPromise, PromiseName } from "../../chaos/promise_watch.ts";
import type { Reach, Spared, SpareReason } from "../../chaos/reach.ts";
import { type ChaosReport, type DoneAct, isSound, recoveriesOf, type WhyOver } from "../../chaos/report.ts";
import type { Painter } from "./paint.ts";
import { type Cell, renderTable } from "./table.ts";
import { renderVerdict, verdictFields } from "./verdict.ts";

const SPARED: Readonly<Record<SpareReason, (detail: string | null) => string>> = {
  "not-named": () => "not among --only",
  "not-running": (state) => `it is ${state?.replace("_", " ")}`,
  task: () => "a task, which is to come to its end",
  scheduled: () => "it runs by a schedule",
  "not-restarted": (restart) => `it is not started again: restart = "${restart}"`,
  "too-many-at-once": (count) => `its tree takes ${count} actors down with it: more than --max-down`,
  "cannot-cut": (why) => String(why),
  "no-quota": () => "no quota of its own: its files share their file system with others",
  "ends-tree": () => "the tree would end; --kill-supervisor has it done at the end",
};

const PROMISES: Readonly<Record<PromiseName, string>> = {
  "left-behind": "nothing of a run that has ended is alive",
  "two-mains": "no actor has two main processes at once",
  budget: "restarts are no more than the budget grants",
  backoff: "restarts come no sooner than the backoff has them",
  status: "status tells of processes that are there",
  recovery: "the tree is well again in time",
  "nothing-left": "nothing is left of a tree that has ended",
  kept: "what survives the supervisor is kept",
};

const OVER: Readonly<Record<WhyOver, string>> = {
  minutes: "the time is over",
  acts: "all acts are done",
  interrupted: "interrupted",
  "not-well": "ended, because the tree was not well again in time",
  planned: "ended, because the tree goes by another plan now",
  ended: "the tree has ended",
  "nothing-to-hit": "ended, because nothing could be hit by the acts that are wanted",
};

/** The list of those that could be hit, and of those that are spared. */
export function renderReach(name: string, reach: Reach, paint: Painter): string {
  const hits = reach.actors.map(({ path, kinds }) => `  ${path}: ${kinds.join(", ")}`);
  const own = reach.own.length === 0 ? [] : [
    `  supervise itself: ${reach.own.join(", ")}${
      reach.endsWithSupervisor ? ` ${paint.yellow("(one of them, at the end: the tree ends with it)")}` : ""
    }`,
  ];
  const could = [...hits, ...own];
  return [
    could.length === 0 ? `Nothing in "${name}" could be hit.` : `Could be hit in "${name}":`,
    ...could,
    ...renderSpared(reach.spared, paint),
  ].join("\n");
}

/** Those who are spared for one reason stand in one line. */
function renderSpared(spared: readonly Spared[], paint: Painter): readonly string[] {
  if (spared.length === 0) return [];
  const groups = Map.groupBy(spared, ({ kind, why, detail }) => `${kind ?? ""} ${why} ${detail ?? ""}`);
  const lines = [...groups.values()].map((all) => {
    const { kind, why, detail } = all[0]!;
    const who = nameSome(all.flatMap(({ path }) => path ?? []));
    const what = kind === null ? "" : `${kind}${who === "" ? "" : " "}`;
    return paint.dim(`  ${what}${kind === null || who === "" ? who : `of ${who}`}: ${SPARED[why](detail)}`);
  });
  return ["Spared:", ...lines];
}

/** The same as data. */
export function reachFields(reach: Reach): Readonly<Record<string, unknown>> {
  const spared = reach.spared.map(({ path, kind, why, detail }) => ({
    path,
    kind,
    why,
    reason: SPARED[why](detail),
  }));
  return { event: "dry-run", ...reach, spared };
}

/** An act as a line, when it is done. */
export function describeAct(act: Act, number: number, atMs: number, paint: Painter): string {
  return `${at(atMs, paint)} ${paint.yellow(`#${number}`)} ${wordsOf(act)}`;
}

function wordsOf({ kind, path, target, forMs }: Act): string {
  const lasts = forMs === null ? "" : ` for ${describeDuration(forMs)}`;
  switch (kind) {
    case "kill":
      return `${path}: SIGKILL to its main process ${target.pid}`;
    case "kill-descendant":
      return `${path}: SIGKILL to its process ${target.pid}`;
    case "stop":
      return `${path}: process ${target.pid} is stopped${lasts}`;
    case "slow":
      return `${path}: process ${target.pid} is slowed${lasts}`;
    case "cut":
      return `${path}: its connections are cut`;
    case "kill-supervisor":
      return `SIGKILL to the supervisor ${target.pid}`;
    case "kill-guardian":
      return `SIGKILL to the guardian ${target.pid}`;
  }
}

/** The outcome of an act. */
export function describeDone(done: DoneAct, paint: Painter): string {
  return `${at(done.overMs, paint)} ${paint.yellow(`#${done.number}`)} ${outcomeOf(done, paint)}`;
}

function outcomeOf({ act, recoveryMs, computedMs, cameTo }: DoneAct, paint: Painter): string {
  const who = act.path ?? "the tree";
  const after = recoveryMs === null ? "" : ` after ${describeDuration(recoveryMs)}`;
  switch (cameTo) {
    case "not-well":
      return paint.red(`${who} is not well again`);
    case "nothing":
      return paint.dim(`${who} goes on as if nothing had happened`);
    case "unknown":
      return paint.dim(`chaos ends before it is clear what becomes of ${who}`);
    case "gone":
      return `${paint.green("nothing is left")}${after}`;
    case "well": {
      const computed = computedMs === null ? "" : paint.dim(` (computed: ${describeDuration(computedMs)})`);
      return `${paint.green("well again")}${after}${computed}`;
    }
  }
}

/** A promise that was broken, as two lines. */
export function describeBrokenPromise({ promise, path, atMs, seen }: BrokenPromise, paint: Painter): string {
  const who = path === null ? "" : `${path}: `;
  return `${at(atMs, paint)} ${paint.red("broken")}: ${PROMISES[promise]}\n  ${who}${seen}`;
}

/** The report. */
export function renderReport(report: ChaosReport, paint: Painter, columns: number): string {
  const { why, lastedMs, acts, looks, broken, judged, command } = report;
  const head = `${counted(acts.length, "act")} in ${describeDuration(lastedMs)}, ${
    counted(looks, "look")
  } at the process table: ${OVER[why]}`;
  const rows = recoveriesOf(acts).map(({ kind, count, noticed, medianMs, worstMs, computedMs }) => [
    kind,
    String(count),
    String(noticed),
    shown(medianMs),
    shown(worstMs),
    shown(computedMs),
  ]);
  const table = rows.length === 0
    ? []
    : [renderTable([HEADER.map((text) => ({ text, paint: paint.dim })), ...rows.map(cellsOf)], columns)];
  const whichCameTo = (end: DoneAct["cameTo"]) =>
    nameSome(acts.filter(({ cameTo }) => cameTo === end).map(({ number }) => `#${number}`));
  const [unwell, unknown] = [whichCameTo("not-well"), whichCameTo("unknown")];
  return [
    "",
    head,
    ...table,
    ...(unwell === "" ? [] : [paint.red(`not well again: ${unwell}`)]),
    ...(unknown === "" ? [] : [`not waited for: ${unknown}`]),
    broken.length === 0
      ? paint.green("no promise was broken")
      : paint.red(counted(broken.length, "broken promise")),
    ...broken.map((one) => describeBrokenPromise(one, paint)),
    ...judged.map((one) => renderVerdict(one, paint)),
    `again: ${shellLine(command)}`,
  ].join("\n");
}

const HEADER = ["act", "count", "noticed", "median", "worst", "computed"];

function cellsOf(row: readonly string[]): readonly Cell[] {
  return row.map((text, column) => ({ text, right: column > 0 }));
}

function shown(ms: number | null): string {
  return ms === null ? "-" : describeDuration(ms);
}

function at(ms: number, paint: Painter): string {
  return paint.dim(formatDuration(Math.round(ms / 100) * 100).padStart(7));
}

/** An act as data. */
export function actFields(act: Act, number: number, atMs: number): Readonly<Record<string, unknown>> {
  const { kind, path, target, forMs } = act;
  return { event: "act", number, kind, path, pid: target.pid, forMs, atMs: Math.round(atMs) };
}

/** The outcome as data. */
export function doneFields(done: DoneAct): Readonly<Record<string, unknown>> {
  const { number, act, recoveryMs, computedMs, overMs, cameTo } = done;
  const { kind, path } = act;
  return { event: "done", number, kind, path, cameTo, recoveryMs, computedMs, overMs: Math.round(overMs) };
}

/** A broken promise as data. */
export function brokenFields(
  { promise, path, atMs, seen }: BrokenPromise,
): Readonly<Record<string, unknown>> {
  return { event: "broken", promise, path, atMs: Math.round(atMs), seen };
}

/** The report as data. */
export function reportFields(report: ChaosReport): Readonly<Record<string, unknown>> {
  const { why, seed, command, lastedMs, looks, acts, broken, judged } = report;
  return {
    event: "report",
    ok: isSound(report),
    why,
    seed,
    command,
    lastedMs,
    looks,
    recoveries: recoveriesOf(acts),
    acts: acts.map((done) => ({
      ...doneFields(done),
      pid: done.act.target.pid,
      forMs: done.act.forMs,
      atMs: Math.round(done.atMs),
    })),
    broken: broken.map(brokenFields),
    expectations: judged.map(verdictFields),
  };
}
