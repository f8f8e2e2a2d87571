import { SEEDS } from "../../base/chance.ts";
import { ExitCode } from "../../base/exit_code.ts";
import { UserError } from "../../base/user_error.ts";
import { currentSignal } from "../../bridge/current_signal.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { Plan } from "../../config/plan.ts";
import { readPiped } from "../../daemon/load_plan.ts";
import { loadCronDates } from "../../engine/cron_dates.ts";
import { lineText } from "../../simulation/check_script.ts";
import { expectationsOrThrow } from "../../simulation/expect/check.ts";
import type { Judged } from "../../simulation/expect/judge.ts";
import { judgeSimulated } from "../../simulation/expect/judge_simulated.ts";
import { LENGTHS } from "../../simulation/lengths.ts";
import { isRunLine, type ScriptLine } from "../../simulation/script.ts";
import {
  LONGEST_MS,
  type Simulated,
  simulateTrace,
  type SimulationOptions,
} from "../../simulation/simulate.ts";
import { PROFILE_OPTION } from "../active_profiles.ts";
import type { Command, Context } from "../command.ts";
import { usage } from "../option.ts";
import { renderVerdict, verdictFields } from "../render/verdict.ts";
import { describeSimulated, describeUnplayed } from "../render/simulated.ts";
import { requirePlan } from "../require_plan.ts";
import { courseJson, courseText } from "../simulate/course.ts";
import { EXPLORE_OPTIONS, isExploration, runExploration } from "../simulate/explore.ts";
import { SCRIPT_OPTIONS, scriptOf } from "../simulate/script_options.ts";
import { fileOf } from "../which_tree.ts";

/** `supervise simulate`. */
export const simulate: Command = {
  usage: "[FILE]",
  about: [
    "Computes what becomes of the tree of a file when things go wrong, on a virtual clock, by the very code that decides " +
    "in production. Nothing is started. Prints the course as `events` does, and a chart of states over time.",
    "A script says what goes wrong, a line an option. Times behind the name of an actor count from the start of its run: " +
    "`db@10s*5` is each of its next five runs, 10 s after it began; `db#3@10s` is its third run. Times without an actor " +
    "count from the beginning of the tree. Where the script says nothing, an actor with a probe is ready after 1s, a task " +
    "is done 1s after that, a process stops within 100ms, and a daemon goes on.",
    "With --explore, scripts are drawn by chance and held to the promises of this program, to the hopes of a sound file " +
    "(`starts`, `rests`, `recovers`), and to what is expected. The first that goes wrong is shrunk, and shown with the command " +
    "that repeats it; the exit code is 1 then.",
    "With --engine the whole engine plays the script: it starts, asks, signals and reaps processes of a machine in memory, " +
    "in virtual time. The course is the same, and takes longer to come by.",
    "It goes on until the tree has ended or nothing more happens, an hour at most, or for as long as --for says.",
  ],
  options: [
    ...SCRIPT_OPTIONS,
    {
      name: "expect",
      value: "TEXT",
      many: true,
      doc:
        'exit with 1 unless it is so, such as "api ready before 60s", "never db failed", "db restarts at most 3"',
    },
    { name: "for", value: "DURATION", range: LENGTHS, doc: "how long to simulate" },
    {
      name: "seed",
      value: "N",
      range: SEEDS,
      doc:
        "draws the jitter of backoffs, what --explore tries, and what is drawn from the journal; 1 by default",
    },
    {
      name: "like-last-week",
      doc:
        "draw how long starts, runs and stops take, and what fails how often, from the last 7 days of the journal",
    },
    {
      name: "replay",
      doc:
        "play what befell the tree in its last life, from its journal, and say where the course would differ",
    },
    {
      name: "engine",
      doc: "play it by the very engine, on a machine in memory, instead of computing it by its rules alone",
    },
    ...EXPLORE_OPTIONS,
    PROFILE_OPTION,
  ],
  examples: [
    ["supervise simulate --slow db=40s --expect 'api ready before 60s'", "a promise of the file, for CI"],
    [
      "supervise simulate --crash db@10s*5 --slow api=40s",
      "a database that keeps crashing, and a slow start",
    ],
    ["supervise simulate --request 'restart api@3m' --kill-supervisor 5m", "what people and kernels do"],
    ["supervise simulate --explore 10000", "does the file get through what goes wrong by chance?"],
    ["supervise simulate --script outage.toml --json", "a script from a file, for programs"],
    ["supervise simulate --like-last-week --for 1d", "a day as they were lately"],
    ["supervise simulate --crash db@10s*2 --engine", "the same course, played by the code that runs trees"],
    ["supervise simulate --replay", "whether the file as it is now would have fared better"],
  ],
  words: [0, 1],
  takes: ["file"],
  async run(context) {
    const { host, args } = context;
    const file = fileOf(context, 0, "may be open");
    const piped = await fromPromise(readPiped(host, file));
    const plan = await requirePlan(context, file, "tell", piped);
    if (args.has("replay")) {
      const { replayJournal } = await fromPromise(import("../simulate/replay_journal.ts"));
      return await replayJournal(context, plan, SCRIPT_OPTIONS);
    }
    const isExploring = isExploration(args);
    const isPlayed = args.has("engine");
    if (isExploring && isPlayed) throw exploredByEngine();
    const script = scriptOf(host, args, plan);
    const { forMs } = script;
    const nextDate = await fromPromise(loadCronDates(plan));
    const seed = script.seed ?? 1;
    const drawn = args.has("like-last-week")
      ? await (await fromPromise(import("../simulate/like_last_week.ts")))
        .drawLastWeek(context, plan, seed, forMs ?? LONGEST_MS)
      : [];
    const lines = [...drawn, ...script.lines];
    const date = host.wallClock();
    const options = { seed: isExploring ? 1 : seed, date, nextDate, ...(forMs === null ? {} : { forMs }) };
    const whole = isPlayed ? await played(plan, lines, options) : simulateTrace(plan, lines, options);
    const isWritten = new Set(script.lines);
    const simulated = { ...whole, unplayed: whole.unplayed.filter(({ line }) => isWritten.has(line)) };
    refuseNeverRun(simulated);
    if (isExploring) {
      const expectations = expectationsOrThrow(plan, script.expect, forMs);
      const limit = forMs === null ? {} : { forMs };
      const exploration = { given: script.lines, expectations, seed, date, nextDate, ...limit };
      return await runExploration(context, plan, exploration);
    }
    const judged = judgeSimulated(simulated, script.expect, forMs);
    await show(context, simulated, { lines, seed, judged });
    return judged.every(({ verdict }) => verdict.is === "kept") ? ExitCode.done : ExitCode.failed;
  },
};

/** The engine is loaded for those alone who want it. */
async function played(
  plan: Plan,
  lines: readonly ScriptLine[],
  options: SimulationOptions,
): Promise<Simulated> {
  const { rehearse } = await fromPromise(import("../../rehearsal/rehearse.ts"));
  return await fromPromise(rehearse(plan, lines, { ...options, signal: currentSignal() }));
}

function exploredByEngine(): UserError {
  return usage(
    "usage/contradiction",
    "--explore and --engine were given",
    "explore without the engine, and play the script that goes wrong with it",
  );
}

/** A line about an actor that has no run at all is a mistake. @throws {UserError} */
function refuseNeverRun({ unplayed, state }: Simulated): void {
  const line = unplayed.map(({ line }) => line).filter(isRunLine)
    .find(({ path }) => state.nodes.get(path)?.starts === 0);
  if (line === undefined) return;
  throw new UserError(
    "simulate/never-runs",
    `\`${lineText(line)}\`: "${line.path}" has no run in this time`,
    {
      exitCode: ExitCode.usage,
      hint: `\`--request "start ${line.path}@1s"\` starts it; --for makes the time longer`,
    },
  );
}

async function show(
  { ui }: Context,
  simulated: Simulated,
  { lines, seed, judged }: {
    readonly lines: readonly ScriptLine[];
    readonly seed: number;
    readonly judged: readonly Judged[];
  },
): Promise<void> {
  const played = { lines, seed };
  if (ui.json) {
    const expectations = judged.map(verdictFields);
    return await fromPromise(ui.printJson([{ ...courseJson(simulated, played), expectations }]));
  }
  await fromPromise(ui.print(courseText(simulated, played, ui)));
  for (const one of simulated.unplayed) await fromPromise(ui.say(`note: ${describeUnplayed(one)}`));
  await fromPromise(ui.say(describeSimulated(simulated)));
  for (const one of judged) await fromPromise(ui.print(renderVerdict(one, ui.out)));
}
