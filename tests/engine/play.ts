/** Plays a configuration on a fake machine in virtual time, and tells what happened at which instant. */
import assert from "node:assert/strict";
import type { ActorRuntime } from "../../lib/actor/runtime.ts";
import { instant } from "../../lib/base/instant.ts";
import { type NodeId, specAt } from "../../lib/config/plan.ts";
import { chooseLayer } from "../../lib/engine/containment/choose_layer.ts";
import type { Engine, EngineEnd } from "../../lib/engine/engine.ts";
import { loadCronDates } from "../../lib/engine/cron_dates.ts";
import { compilePatterns } from "../../lib/engine/run/ready_patterns.ts";
import type { JournalEntryOf } from "../../lib/engine/journal/journal.ts";
import type { EntryEvent } from "../../lib/supervision/journal_entry.ts";
import { wordedEntry } from "../../lib/words/worded_entry.ts";
import type { LayerName } from "../../lib/engine/containment/layer.ts";
import { logFileOf } from "../../lib/engine/state_folder.ts";
import { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import type { FakeProgram } from "../../lib/host/fake/puppet.ts";
import type { ProcessId } from "../../lib/host/ports/processes.ts";
import { RUN_FOLDER, stagedEngine, STATE_FOLDER } from "../../lib/rehearsal/staged_engine.ts";
import { fromPromise } from "../../lib/bridge/from_promise.ts";
import { openNursery } from "../../lib/scope/nursery.ts";
import { sleepUntil } from "../../lib/scope/sleep.ts";
import { runVirtual } from "../../lib/testing/run_virtual.ts";
import { planOf } from "../config/compiling.ts";

/** A play: the configuration, the programs that it names, and what else happens. */
export interface Play {
  readonly config: string;
  /** Programs by path. */
  readonly programs: Readonly<Record<string, FakeProgram>>;
  /** Prepares the machine. */
  readonly arrange?: (machine: FakeMachine) => void;
  /** What happens from outside; the tree may end before it is through. */
  readonly script?: (stage: Stage) => Promise<void>;
  /** Numbers of the processes that are still there at the end, and that the test expects to be. */
  readonly mayRemain?: (machine: FakeMachine) => readonly number[];
  /** What the processes are contained by; by default the strongest layer that the machine has, which lacks control groups. */
  readonly containment?: LayerName;
  /** The processes of supervise beside the one that plays it; none by default. */
  readonly company?: (machine: FakeMachine) => readonly ProcessId[];
  /** Decides the jitter. */
  readonly seed?: number;
}

/** An entry of the journal, its reason in words, and the instant at which it was made. */
export type Happened = JournalEntryOf<EntryEvent> & {
  readonly ms: number;
  readonly [more: string]: unknown;
};

/** A play in progress, as its script sees it. */
export interface Stage {
  readonly machine: FakeMachine;
  /** The supervisor as an actor. */
  readonly runtime: ActorRuntime;
  readonly engine: Engine;
  /** Waits until that many milliseconds after the beginning. */
  at(ms: number): Promise<void>;
  /** Stops an actor or a tree, and waits until it has stopped. */
  stop(path: string): Promise<void>;
  down(): void;
}

/** A play that is over. */
export interface Played {
  readonly machine: FakeMachine;
  readonly runtime: ActorRuntime;
  readonly end: EngineEnd;
  readonly entries: readonly Happened[];
  /** The entries of some kinds, each as `1500 web exited`. */
  lines(...kinds: readonly EntryEvent[]): readonly string[];
  /** The entries of some kinds about one actor or tree, each as `1500 exited`. */
  linesOf(path: string, ...kinds: readonly EntryEvent[]): readonly string[];
  /** The instants of the entries of a kind. */
  instants(path: string, kind: EntryEvent): readonly number[];
  /** The lines of an actor's log, without their stamps. */
  log(path: string): readonly string[];
}

/** Plays to the end, and proves that no process is left. */
export async function play(play: Play): Promise<Played> {
  // What they need is loaded, which takes no virtual time.
  const patterns = await compilePatterns(planOf(play.config));
  const nextDate = await loadCronDates(planOf(play.config));
  return await runVirtual(async (clock) => {
    const machine = new FakeMachine(clock);
    machine.seed = play.seed ?? 1;
    machine.disk.makeFolder("/srv/shop", 0o755);
    machine.disk.makeFolder(STATE_FOLDER, 0o700);
    machine.disk.makeFolder(RUN_FOLDER, 0o700);
    for (const [path, program] of Object.entries(play.programs)) machine.install(path, program);
    if (play.containment === "cgroup") machine.groups.lack = null;
    play.arrange?.(machine);
    const plan = planOf(play.config);
    const { engine, runtime } = stagedEngine({
      plan,
      host: machine.host,
      markOf: (run) => `test.${run}`,
      layer: chooseLayer(machine.host, "test", play.containment ?? null),
      company: play.company?.(machine) ?? [],
      patterns,
      nextDate,
      survival: null,
      resumed: null,
    });
    const idOf = (path: string): NodeId => specAt(plan, path as NodeId).path;
    const stage: Stage = {
      machine,
      runtime,
      engine,
      at: (ms) => sleepUntil(instant(ms)),
      async stop(path) {
        const reply = await fromPromise(engine.ask({ type: "stop_requested", nodes: [idOf(path)] }));
        assert.ok(reply.ok, "it was not stopped");
      },
      down: () => engine.post({ type: "down_requested", request: null, cause: "down", withinMs: null }),
    };
    const entries: Happened[] = [];
    engine.listen({
      onEntry: (entry) => entries.push({ ...wordedEntry(entry), ms: clock.now() } as Happened),
      onLine: () => {},
    });
    let end: EngineEnd | undefined;
    await runtime.run(() =>
      openNursery(async (nursery) => {
        if (play.script !== undefined) nursery.startSoon(() => play.script!(stage), { name: "script" });
        end = await engine.run();
        nursery.cancelScope.cancel("the play is over");
      }, { collapse: true })
    );
    assert.deepEqual(machine.programErrors, []);
    assert.deepEqual(machine.puppets().map(({ pid }) => pid), play.mayRemain?.(machine) ?? []);
    return playedOf(stage, end!, entries);
  });
}

function playedOf({ machine, runtime }: Stage, end: EngineEnd, entries: readonly Happened[]): Played {
  return {
    machine,
    runtime,
    end,
    entries,
    lines: (...kinds) =>
      entries.filter(({ event }) => kinds.includes(event))
        .map(({ ms, path, event }) => `${ms} ${path === "" ? "the tree" : path} ${event}`),
    linesOf: (path, ...kinds) =>
      entries.filter((entry) => entry.path === path && kinds.includes(entry.event))
        .map(({ ms, event }) => `${ms} ${event}`),
    instants: (path, kind) =>
      entries.filter((entry) => entry.path === path && entry.event === kind).map(({ ms }) => ms),
    log: (path) =>
      (machine.host.files.readText(logFileOf(STATE_FOLDER, path)) ?? "").split("\n").slice(0, -1)
        .map((line) => line.slice(line.indexOf(" ") + 1)),
  };
}
