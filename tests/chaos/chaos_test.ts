/** The loop of chaos on a tree that is data, in virtual time. */
import assert from "node:assert/strict";
import { UserError } from "../../lib/base/user_error.ts";
import { Chaos } from "../../lib/chaos/chaos.ts";
import type { ChaosOptions } from "../../lib/chaos/options.ts";
import { reachOf } from "../../lib/chaos/reach.ts";
import type { ChaosReport, DoneAct } from "../../lib/chaos/report.ts";
import type { Seen } from "../../lib/chaos/sighting.ts";
import type { Look } from "../../lib/chaos/watched_tree.ts";
import type { NodeId } from "../../lib/config/plan.ts";
import { currentTime, sleep } from "../../lib/scope/sleep.ts";
import type { RunId } from "../../lib/supervision/state.ts";
import type { JournalEntry } from "../../lib/supervision/journal_entry.ts";
import { Event } from "../../lib/sync/event.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { planOf } from "../harness/plan.ts";
import { statusRow } from "../harness/status_row.ts";
import { test } from "../harness/test.ts";

const WEB = "web" as NodeId;
const PLAN = planOf({ children: { web: { daemon: true } } });
const MAIN: Seen = { pid: 10, startTime: 1, path: WEB, run: 1 as RunId, isGuest: false };

interface Played {
  readonly report: ChaosReport;
  readonly told: readonly DoneAct[];
  /** The signals that processes got. */
  readonly signals: readonly string[];
}

/** Attacks a tree of one actor that nothing changes. @param entriesAt What the journal tells, by the number of the look. */
async function play(
  limits: Partial<ChaosOptions["limits"]>,
  { kinds, interruptAtMs = null, entries = {}, silentFrom = Infinity, state = "S" }: {
    readonly kinds: readonly string[];
    readonly interruptAtMs?: number | null;
    readonly entries?: Readonly<Record<number, readonly JournalEntry[]>>;
    /** From which look on the supervisor does not answer. */
    readonly silentFrom?: number;
    /** Of the main process, by the process table. */
    readonly state?: string;
  },
): Promise<Played> {
  const rows = [statusRow("web")];
  const sighting = { seen: [MAIN], lasting: () => true };
  const interrupted = new Event();
  const signals: string[] = [];
  const told: DoneAct[] = [];
  let looks = 0;
  const beganAt = currentTime();
  const look = (): Look => ({
    atMs: currentTime() - beganAt,
    rows,
    sighting,
    entries: entries[++looks] ?? [],
    broken: [],
  });
  const watched = {
    date: 0,
    history: [],
    restarts: [],
    looks: 0,
    get nowMs() {
      return currentTime() - beganAt;
    },
    look: () => {
      const silence = new UserError("control/no-answer", "The supervisor has not answered for 10 s");
      return looks < silentFrom ? Promise.resolve(look()) : Promise.reject(silence);
    },
    mainOf: () => MAIN,
    mainsIn: () => new Map([[WEB, 1]]),
    ownByName: () => ({ supervisor: null, guardian: null }),
  };
  const processes = { find: () => ({ ...MAIN, parent: 1, state }) };
  const host = { processes, connections: { countOf: () => 0 }, boot: () => ({ uptimeMs: 100_000 }) };
  const holds = {
    stop: () => signals.push("SIGSTOP") > 0,
    letGo: () => void signals.push("SIGCONT"),
    letAllGo: () => {},
    close: () => Promise.resolve(),
  };
  const chaos = new Chaos({
    host,
    program: { selfCommand: [], environment: {} },
    plan: PLAN,
    watched,
    reach: reachOf(PLAN, rows, {
      only: null,
      kinds: new Set(kinds),
      maxDown: 1,
      killsSupervisor: false,
      whyNotCut: null,
    }),
    limits: { forMs: null, acts: null, maxDown: 1, withinMs: null, ...limits },
    seed: 1,
    expectations: [],
    command: [],
    holds,
    interrupted,
    telling: {
      onAct: () => Promise.resolve(),
      onDone: (done: DoneAct) => Promise.resolve(void told.push(done)),
      onBroken: () => Promise.resolve(),
    },
  } as unknown as ChaosOptions, look());
  const running = chaos.run();
  if (interruptAtMs !== null) {
    await sleep(interruptAtMs);
    interrupted.set();
  }
  return { report: await running, told, signals };
}

const shortly = ({ number, cameTo }: DoneAct) => [number, cameTo];

test("chaos: an act that nobody has noticed is over a while after it", () =>
  runVirtual(async () => {
    const { report, told } = await play({ acts: 2 }, { kinds: ["stop"] });
    assert.equal(report.why, "acts");
    assert.deepEqual(report.acts.map(shortly), [[1, "nothing"], [2, "nothing"]]);
    assert.deepEqual(told, report.acts);
  }));

test("chaos: the act that is done when it is interrupted is in its report, and what is stopped goes on", () =>
  runVirtual(async () => {
    const { report, told, signals } = await play({ acts: 5 }, { kinds: ["stop"], interruptAtMs: 100 });
    assert.equal(report.why, "interrupted");
    assert.deepEqual(report.acts.map(shortly), [[1, "unknown"]]);
    assert.deepEqual(told, report.acts);
    assert.equal(signals.at(-1), "SIGCONT");
  }));

test("chaos: the act that is done when another plan is applied is in its report", () =>
  runVirtual(async () => {
    const data = { added: [], removed: [], outdated: [], changed: [WEB] };
    const at = new Date(100).toISOString();
    const planned = {
      at,
      seq: 1,
      path: "",
      event: "planned",
      cause: null,
      ...data,
    } as unknown as JournalEntry;
    const { report } = await play({ acts: 5 }, { kinds: ["stop"], entries: { 4: [planned] } });
    assert.equal(report.why, "planned");
    assert.deepEqual(report.acts.map(shortly), [[1, "unknown"]]);
  }));

test("chaos: a supervisor that does not answer is told in the report, which is not lost", () =>
  runVirtual(async () => {
    const { report } = await play({ acts: 5 }, { kinds: ["stop"], silentFrom: 4 });
    assert.equal(report.why, "not-well");
    assert.deepEqual(report.broken.map(({ promise, seen }) => [promise, seen]), [
      ["recovery", "the supervisor has not answered for 10 s"],
    ]);
    assert.deepEqual(report.acts.map(shortly), [[1, "not-well"]]);
  }));

test("chaos: where nothing can be hit it ends, unless it has a time to end at", () =>
  runVirtual(async () => {
    const idle = await play({ acts: 1 }, { kinds: ["cut"] });
    assert.deepEqual([idle.report.why, idle.report.acts], ["nothing-to-hit", []]);
    assert.ok(idle.report.lastedMs >= 30_000 && idle.report.lastedMs <= 61_000, String(idle.report.lastedMs));
    const timed = await play({ acts: 1, forMs: 300_000 }, { kinds: ["cut"] });
    assert.equal(timed.report.why, "minutes");
  }));

test("chaos: a process that somebody else has stopped is left alone", () =>
  runVirtual(async () => {
    const { report, signals } = await play({ acts: 1 }, { kinds: ["stop", "slow", "kill"], state: "T" });
    assert.deepEqual([report.why, report.acts, signals], ["nothing-to-hit", [], []]);
  }));
