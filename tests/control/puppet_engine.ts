/** An engine that does nothing by itself: the test says what it answers and what its listeners are told. */
import assert from "node:assert/strict";
import { instant } from "../../lib/base/instant.ts";
import type { NodeId, Plan } from "../../lib/config/plan.ts";
import type { EngineReply, EngineRequest } from "../../lib/engine/engine.ts";
import type { StopAccount } from "../../lib/engine/containment/account.ts";
import { NONE_ENDED } from "../../lib/engine/containment/ledger.ts";
import type { LogLine } from "../../lib/engine/logs/log_format.ts";
import type { JournalEntry } from "../../lib/engine/journal/journal.ts";
import type { Listener } from "../../lib/engine/journal/recorder.ts";
import type { TreeEvent } from "../../lib/supervision/event.ts";
import type { GuestPlace } from "../../lib/engine/run/guests.ts";
import type { ProcessId } from "../../lib/host/ports/processes.ts";
import type { State } from "../../lib/supervision/state.ts";
import { NO_CALENDAR } from "../../lib/supervision/calendar.ts";
import { initialState } from "../../lib/supervision/initial_state.ts";
import { step } from "../../lib/supervision/step.ts";

/** See the module. */
export class PuppetEngine {
  state: State;
  readonly layer = "subreaper";
  readonly isolatorOf = (): null => null;
  readonly nextDate = NO_CALENDAR.next;
  /** What was asked for and is not answered yet. */
  readonly asked: { readonly what: EngineRequest; readonly answer: (reply: EngineReply) => void }[] = [];
  readonly posted: TreeEvent[] = [];
  readonly listeners: Set<Listener> = new Set();
  /** What `sync` gives. */
  lastStamp = 0;
  /** The guests that have been ended, and whether their clients had gone. */
  readonly endedGuests: (readonly [string, boolean])[] = [];
  readonly guests = {
    open: (run: number, client: ProcessId): GuestPlace | null => ({
      id: `guest of ${client.pid} in run ${run}`,
      env: {},
      cwd: "/",
      privileges: null,
      group: null,
      isLimited: false,
    }),
    isWelcome: (id: string): boolean => id.endsWith("in run 1"),
    end: (id: string, isClientGone: boolean): Promise<void> => {
      this.endedGuests.push([id, isClientGone]);
      return Promise.resolve();
    },
  };
  /** Whether a forced teardown was asked for. */
  isHurried = false;
  #seq = 0;

  constructor(plan: Plan) {
    this.state = initialState(plan, 1);
  }

  hurryEnd(): void {
    this.isHurried = true;
  }

  tail(): Promise<readonly LogLine[]> {
    return Promise.resolve([{ at: 1, path: "a", stream: "stderr", text: "oops", cut: false }]);
  }

  logFileOf(path: NodeId): string {
    return `/logs/${path}.log`;
  }

  /** A test may answer here at once what was asked for. */
  untilTaken = (): Promise<void> => Promise.resolve();

  mask(text: string): string {
    return text.replaceAll("hush", "***");
  }

  processesOf(): readonly [] {
    return [];
  }

  unkept(): null {
    return null;
  }

  untilReaped(): Promise<void> {
    return Promise.resolve();
  }

  account(): () => StopAccount {
    return () => ({ processes: [], counts: NONE_ENDED, survivors: [], unattributed: [], leftOnPurpose: [] });
  }

  /** Takes every plan; what comes of it is answered as all that was asked for. */
  apply(plan: Plan, rolling: boolean): Promise<{ readonly reply: Promise<EngineReply> }> {
    const reply = this.ask({ type: "plan_given", plan, rolling });
    this.#happens({ type: "plan_given", plan, rolling, request: null });
    return Promise.resolve({ reply });
  }

  check(): Promise<void> {
    return Promise.resolve();
  }

  ask(what: EngineRequest): Promise<EngineReply> {
    return new Promise((answer) => this.asked.push({ what, answer }));
  }

  post(event: TreeEvent): void {
    this.posted.push(event);
  }

  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  sync(): Promise<number> {
    return Promise.resolve(this.lastStamp);
  }

  /** The first actor runs. */
  runs(pid = 7): void {
    this.#happens({ type: "begun" });
    this.#happens({ type: "spawned", node: this.#first, run: 1, pid });
  }

  /** The first actor runs, and holds a crash. */
  holds(report: string): void {
    this.runs();
    const crash = { id: 1, actor: "a", pid: 7, name: "f", report, inspector: "ws://x" };
    this.#happens({ type: "held", node: this.#first, run: 1, crash });
  }

  get #first(): NodeId {
    return this.state.plan.nodes[1]!.path;
  }

  #happens(event: TreeEvent): void {
    this.state = step(this.state, event, instant(0)).state;
  }

  /** Answers the oldest request. */
  answer(reply: Partial<EngineReply> = {}): void {
    const oldest = this.asked.shift();
    assert.ok(oldest, "nothing was asked for");
    oldest.answer({ ok: true, refusal: null, ...reply });
  }

  /** Says a line as an actor would; returns its stamp. */
  says(text: string, path = "a"): number {
    const at = ++this.lastStamp;
    for (const listener of this.listeners) {
      listener.onLine?.({ at, path, stream: "stdout", text, cut: false });
    }
    return at;
  }

  /** Makes a decision; returns its number. */
  decides(more: Readonly<Record<string, unknown>> = {}): number {
    const seq = ++this.#seq;
    const entry = {
      at: "2026-01-01T00:00:00.000Z",
      seq,
      path: "a",
      event: "ready",
      cause: null,
      ...more,
    } as JournalEntry;
    for (const listener of this.listeners) listener.onEntry(entry);
    return seq;
  }
}
