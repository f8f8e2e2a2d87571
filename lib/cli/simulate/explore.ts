/** `simulate --explore N`: what goes wrong by chance, and the shortest script that leads there. */
import { grouped } from "../../base/counted.ts";
import { ExitCode } from "../../base/exit_code.ts";
import { shellLine } from "../../base/shell_word.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { formatDuration } from "../../base/duration.ts";
import { type Plan, specAt } from "../../config/plan.ts";
import { checkpoint } from "../../scope/park.ts";
import { currentTime } from "../../scope/sleep.ts";
import { type Broken, type HopeName, HOPES } from "../../simulation/explore/broken.ts";
import { explore, type Explored, type ExploreOptions, type Found } from "../../simulation/explore/explore.ts";
import { FAULTS } from "../../simulation/explore/random_script.ts";
import type { ScriptLine } from "../../simulation/script.ts";
import { writeLine } from "../../simulation/script_text.ts";
import type { Context } from "../command.ts";
import { type Option, type Parsed, usage } from "../option.ts";
import { describeExplored, describeFound } from "../render/explored.ts";
import { courseJson, courseText } from "./course.ts";

const HOPE_NAMES = Object.keys(HOPES) as readonly HopeName[];

/** More scripts take hours. */
const MOST_RUNS = 10_000_000;
const MOST_FAULTS = 100;

/** The options of an exploration. */
export const EXPLORE_OPTIONS: readonly Option[] = [
  {
    name: "explore",
    value: "N",
    range: { least: 1, most: MOST_RUNS },
    doc: "try N scripts by chance, and shrink the first that goes wrong",
  },
  {
    name: "faults",
    value: "N",
    range: { least: 0, most: MOST_FAULTS },
    doc: `how many runs fail in one of them, at most; ${FAULTS} by default`,
  },
  {
    name: "except",
    value: "HOPE",
    many: true,
    doc: `a hope that they are not held to: ${HOPE_NAMES.join(", ")}`,
  },
];

/** A simulation that is explored. */
export type Exploration = Omit<ExploreOptions, "runs" | "faults" | "hopes">;

/** Whether it is asked for. @throws {UserError} If something is that goes with it alone. */
export function isExploration(args: Parsed): boolean {
  if (args.count("explore") !== null) {
    if (!args.has("like-last-week")) return true;
    throw usage(
      "usage/contradiction",
      "--explore and --like-last-week were given",
      "the one makes scripts up, the other draws one from the journal: leave one of them out",
    );
  }
  const lone = ["faults", "except"].find((name) => args.text(name) !== null);
  if (lone === undefined) return false;
  throw usage("usage/bad-value", `--${lone} is about scripts by chance`, "give --explore N, too");
}

/** Explores, and prints what was found. @returns The exit code. @throws {UserError} */
export async function runExploration(
  context: Context,
  plan: Plan,
  exploration: Exploration,
): Promise<number> {
  const { ui, args } = context;
  const runs = args.count("explore")!;
  const faults = args.count("faults") ?? FAULTS;
  const hopes = hopesOf(args);
  const explored = await tryAll(context, plan, { ...exploration, runs, faults, hopes });
  const { found } = explored;
  const command = found === null ? null : commandOf(context, exploration, found);
  if (ui.json) await fromPromise(ui.printJson([jsonOf(explored, { ...exploration, faults }, command)]));
  else await fromPromise(ui.print(textOf(context, explored, { ...exploration, faults }, command)));
  return found === null ? ExitCode.done : ExitCode.failed;
}

/** Other tasks have their turn now and then, and people are told how far it is. */
async function tryAll({ ui }: Context, plan: Plan, options: ExploreOptions): Promise<Explored> {
  const explorer = explore(plan, options);
  let toldAt = currentTime();
  for (let step = explorer.next();; step = explorer.next()) {
    if (step.done === true) return step.value;
    await checkpoint();
    if (currentTime() - toldAt < TELL_EVERY_MS) continue;
    toldAt = currentTime();
    await fromPromise(ui.live(`explored ${grouped(step.value)} of ${grouped(options.runs)}`));
  }
}

const TELL_EVERY_MS = 100;

function hopesOf(args: Parsed): readonly HopeName[] {
  const except = args.list("except");
  const unknown = except.find((name) => !HOPE_NAMES.some((hope) => hope === name));
  if (unknown === undefined) return HOPE_NAMES.filter((hope) => !except.includes(hope));
  throw usage("usage/bad-value", `--except is "${unknown}"`, `it can be ${HOPE_NAMES.join(", ")}`);
}

interface Settings {
  readonly faults: number;
  readonly given?: readonly ScriptLine[];
  readonly seed?: number;
}

function textOf(
  { ui }: Context,
  explored: Explored,
  settings: Settings,
  command: string | null,
): string {
  const line = describeExplored(explored, settings);
  const { found } = explored;
  if (found === null) return line;
  const lines = [...settings.given ?? [], ...found.script];
  return [line, `  ${command}`, "", courseText(found.simulated, { lines, seed: found.seed }, ui)].join("\n");
}

function jsonOf({ runs, found }: Explored, settings: Settings, command: string | null) {
  return {
    explored: runs,
    seed: settings.seed ?? 1,
    faults: settings.faults,
    found: found === null ? null : {
      broken: brokenFields(found.broken),
      reason: describeFound(found),
      command,
      ...courseJson(found.simulated, {
        lines: [...settings.given ?? [], ...found.script],
        seed: found.seed,
      }),
    },
  };
}

function brokenFields({ kind, name, path, atMs }: Broken) {
  return { kind, name, path, atMs };
}

/** The command that computes this course again, and fails as it does. */
function commandOf({ args }: Context, { given = [] }: Exploration, found: Found): string {
  const { script, seed } = found;
  const lines = [...given, ...script].flatMap((line) => {
    const [kind, text] = writeLine(line);
    return [`--${kind}`, text];
  });
  const where = args.words.length > 0 ? args.words : optionsOf(args, ["file", "name"]);
  return shellLine([
    "supervise",
    "simulate",
    ...where,
    ...lines,
    ...(seed === 1 ? [] : ["--seed", String(seed)]),
    ...args.list("profile").flatMap((profile) => ["--profile", profile]),
    ...(expectationOf(found) ?? []).flatMap((text) => ["--expect", text]),
  ]);
}

/** An expectation that is broken where a hope is; none for a promise, which is no matter of the file. */
function expectationOf({ broken, simulated }: Found): readonly string[] | null {
  const { kind, name, path } = broken;
  if (kind === "expectation") return [name];
  if (kind === "promise" || path === "") return null;
  if (name === "rests") return [`${path} restarts at most ${MANY_RESTARTS}`];
  const isTask = !specAt(simulated.plan, path).daemon;
  const seconds = Math.ceil(simulated.untilMs / 1_000);
  return [isTask ? `${path} completed` : `${path} ready after ${formatDuration(seconds * 1_000)}`];
}

/** Restarts without an end are more. */
const MANY_RESTARTS = 10;

function optionsOf(args: Parsed, names: readonly string[]): readonly string[] {
  return names.flatMap((name) => {
    const value = args.text(name);
    return value === null ? [] : [`--${name}`, value];
  });
}
