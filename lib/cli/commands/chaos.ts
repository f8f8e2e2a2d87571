import { SEEDS } from "../../base/chance.ts";
import { ExitCode, signalExitCode } from "../../base/exit_code.ts";
import { nearestName } from "../../base/nearest.ts";
import { type Signal, signalNumber } from "../../base/signals.ts";
import { UserError } from "../../base/user_error.ts";
import { ACTOR_ACTS, OWN_ACTS } from "../../chaos/act.ts";
import { Chaos } from "../../chaos/chaos.ts";
import { Holds } from "../../chaos/holds.ts";
import { openTarget, type Target } from "../../chaos/open_target.ts";
import type { ChaosOptions, ChaosTelling } from "../../chaos/options.ts";
import { reachOf } from "../../chaos/reach.ts";
import { isSound } from "../../chaos/report.ts";
import type { NodeId, Plan } from "../../config/plan.ts";
import { selectOrThrow } from "../../config/select.ts";
import { expectationsOrThrow } from "../../simulation/expect/check.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { Event } from "../../sync/event.ts";
import type { Command, Context } from "../command.ts";
import { usage } from "../option.ts";
import {
  actFields,
  brokenFields,
  describeAct,
  describeBrokenPromise,
  describeDone,
  doneFields,
  reachFields,
  renderReach,
  renderReport,
  reportFields,
} from "../render/chaos.ts";
import { treeOf } from "../which_tree.ts";

/** A day. */
const MINUTES = { least: 1, most: 1_440 };
const COUNTS = { least: 1, most: 100_000 };
const RECOVERIES = { least: 1, most: MINUTES.most * 60_000 };

const ACTS = [...ACTOR_ACTS, ...OWN_ACTS];

/** Signals by which people and machines end a command. */
const ENDINGS = ["SIGINT", "SIGTERM", "SIGHUP"] as const satisfies readonly Signal[];

/** `supervise chaos`. */
export const chaos: Command = {
  usage: "",
  about: [
    "Attacks a running tree: kills, stops, slows and disconnects its actors, one act after the other, drawn by a seed. " +
    "Meanwhile it holds the tree to its promises, which it watches in the process table. The next act waits until all is " +
    "well again. Ends with a report, and with 1 if a promise or an expectation was broken.",
    "Needs a limit (--minutes or --acts), and asks before it begins. Nothing is hit that is not the tree's. Ctrl-C ends " +
    "it, and whatever it has stopped goes on, also when chaos itself is killed.",
    "Supervisor and guardian are killed where the tree survives that. Elsewhere --kill-supervisor has one of them killed " +
    "at the end: then nothing of the tree may be left.",
  ],
  options: [
    { name: "minutes", value: "N", range: MINUTES, doc: "for how long acts are drawn" },
    { name: "acts", value: "N", range: COUNTS, doc: "how many acts are drawn" },
    { name: "only", value: "SEL", takes: "selector", many: true, doc: "hit nothing else" },
    { name: "do", value: "ACT", takes: ACTS, many: true, doc: `only such acts: ${ACTS.join(", ")}` },
    {
      name: "max-down",
      value: "N",
      range: COUNTS,
      doc: "how many actors may be down at a time; 1 by default",
    },
    { name: "seed", value: "N", range: SEEDS, doc: "draws the acts; by default one that the report tells" },
    {
      name: "within",
      value: "DURATION",
      range: RECOVERIES,
      doc: "how long a recovery may take; by default as the file allows",
    },
    {
      name: "expect",
      value: "TEXT",
      many: true,
      doc: 'what must be so meanwhile, such as "never db failed", "api restarts at most 9"',
    },
    {
      name: "kill-supervisor",
      doc: "kill supervisor or guardian of a tree that ends with them, as the last act",
    },
    { name: "dry-run", doc: "list what could be hit, and do nothing" },
    { name: "yes", doc: "do not ask" },
  ],
  examples: [
    ["supervise chaos --dry-run", "what could be hit, and what is spared and why"],
    ["supervise chaos --minutes 5", "five minutes, one actor down at a time"],
    [
      "supervise chaos --acts 20 --only 'api.*' --seed 7 --yes",
      "the same twenty acts each time, for scripts",
    ],
    ["supervise chaos --minutes 30 --expect 'never db failed' --json", "a line for each act and recovery"],
  ],
  words: [0, 0],
  async run(context) {
    const { host, program, ui, args } = context;
    const limits = limitsOf(context);
    const wanted = wantedActs(args.list("do"));
    const target = await openTarget(host, program, treeOf(context));
    try {
      const { plan, first } = target;
      const only = args.list("only");
      const reach = reachOf(plan, first.rows, {
        only: only.length === 0 ? null : new Set(actorsOf(plan, selectOrThrow(plan, only))),
        kinds: wanted,
        maxDown: limits.maxDown,
        killsSupervisor: args.has("kill-supervisor"),
        whyNotCut: host.connections.whyNotCut(),
      });
      const expectations = expectationsOrThrow(plan, args.list("expect"), limits.forMs);
      if (args.has("dry-run")) {
        if (ui.json) await fromPromise(ui.printJson([reachFields(reach)]));
        else await fromPromise(ui.print(renderReach(plan.name, reach, ui.out)));
        return ExitCode.done;
      }
      if (reach.actors.length === 0 && reach.own.length === 0) throw nothingToHit(plan);
      await confirm(context, renderReach(plan.name, reach, ui.err));
      target.refuseUnwell();
      const seed = args.count("seed") ?? host.randomSeed();
      return await attack(context, target, { reach, limits, seed, expectations });
    } finally {
      target.close();
    }
  },
};

type Prepared = Pick<ChaosOptions, "reach" | "limits" | "seed" | "expectations">;

async function attack(context: Context, target: Target, prepared: Prepared): Promise<number> {
  const { host, program, ui } = context;
  const interrupted = new Event();
  let signal: Signal | null = null;
  const stops = ENDINGS.map((one) =>
    program.onSignal(one, () => {
      signal ??= one;
      interrupted.set();
    })
  );
  try {
    if (!ui.json) await fromPromise(ui.say(`seed ${prepared.seed}; Ctrl-C ends it`));
    const chaos = new Chaos({
      host,
      program,
      plan: target.plan,
      watched: target.watched,
      ...prepared,
      command: commandOf(context, prepared.seed),
      holds: new Holds(host, program),
      interrupted,
      telling: tellingOf(context),
    }, target.first);
    const report = await chaos.run();
    if (ui.json) await fromPromise(ui.printJson([reportFields(report)]));
    else await fromPromise(ui.print(renderReport(report, ui.out, ui.columns)));
    if (!isSound(report)) return ExitCode.failed;
    return signal === null ? ExitCode.done : signalExitCode(signalNumber(signal));
  } finally {
    for (const stop of stops) stop();
  }
}

function tellingOf({ ui }: Context): ChaosTelling {
  const tell = async (text: string, fields: Readonly<Record<string, unknown>>) => {
    await fromPromise(ui.json ? ui.printJson([fields]) : ui.print(text));
  };
  return {
    onAct: (act, number, atMs) => tell(describeAct(act, number, atMs, ui.out), actFields(act, number, atMs)),
    onDone: (done) => tell(describeDone(done, ui.out), doneFields(done)),
    onBroken: (broken) => tell(describeBrokenPromise(broken, ui.out), brokenFields(broken)),
  };
}

function limitsOf({ args }: Context): Prepared["limits"] {
  const [minutes, acts] = [args.count("minutes"), args.count("acts")];
  if (minutes === null && acts === null && !args.has("dry-run")) {
    throw usage("chaos/no-limit", "Nothing says when chaos is to end", "add --minutes 5, or --acts 20");
  }
  const forMs = minutes === null ? null : minutes * 60_000;
  return { forMs, acts, maxDown: args.count("max-down") ?? 1, withinMs: args.duration("within") };
}

function wantedActs(names: readonly string[]): ReadonlySet<string> | null {
  const wrong = names.find((name) => !ACTS.some((act) => act === name));
  if (wrong === undefined) return names.length === 0 ? null : new Set(names);
  const nearest = nearestName(wrong, ACTS);
  throw usage(
    "usage/bad-value",
    `--do is "${wrong}"`,
    nearest === null ? `write one of ${ACTS.join(", ")}` : `did you mean "${nearest}"?`,
  );
}

function actorsOf(plan: Plan, nodes: readonly NodeId[]): readonly NodeId[] {
  const isBelow = (path: NodeId) => nodes.some((node) => path === node || path.startsWith(`${node}/`));
  return plan.nodes.filter(({ kind, path }) => kind !== "tree" && isBelow(path)).map(({ path }) => path);
}

async function confirm({ program, ui, args }: Context, reach: string): Promise<void> {
  if (args.has("yes")) return;
  const notConfirmed = (message: string, hint: string) =>
    new UserError("chaos/not-confirmed", message, { exitCode: ExitCode.usage, hint });
  if (!program.canAsk || ui.json) {
    throw notConfirmed(
      "Chaos hits a running tree, and there is nobody to be asked",
      "add --yes; --dry-run shows what could be hit",
    );
  }
  await fromPromise(ui.say(reach));
  await fromPromise(ui.say("Begin? [y/N]"));
  const answer = program.readLine()?.trim().toLowerCase() ?? "";
  if (answer !== "y" && answer !== "yes") throw notConfirmed("Chaos has not begun", "answer y to begin");
}

function nothingToHit({ name }: Plan): UserError {
  return new UserError(
    "chaos/nothing-to-hit",
    `There is nothing in "${name}" that could be hit within these limits`,
    {
      hint: "`supervise chaos --dry-run` says who is spared, and why",
    },
  );
}

/** The command line that does the same again: as it was given, with the seed. */
function commandOf({ program, args }: Context, seed: number): readonly string[] {
  const given = program.args.filter((word) => word !== "--yes" && word !== "--json");
  return ["supervise", ...given, ...(args.count("seed") === null ? ["--seed", String(seed)] : [])];
}
