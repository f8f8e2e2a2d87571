import { ExitCode } from "../../base/exit_code.ts";
import { UserError } from "../../base/user_error.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { Plan } from "../../config/plan.ts";
import type { ApplyResult } from "../../control/protocol.ts";
import { readWireError } from "../../control/wire_error.ts";
import { connectSupervisor } from "../../daemon/connect_supervisor.ts";
import { readPiped } from "../../daemon/load_plan.ts";
import { treeIdOf } from "../../daemon/tree_id.ts";
import { loadCronDates } from "../../engine/cron_dates.ts";
import type { Command, Context } from "../command.ts";
import { requirePlan, requireSound } from "../require_plan.ts";
import { changeFields, renderChanges, scaledLines } from "../render/changes.ts";
import { tellOtherVariables } from "./apply.ts";
import { PROFILE_OPTION } from "../active_profiles.ts";
import { type NextRuns, planFields, renderPlan } from "../render/plan.ts";
import { fileOf } from "../which_tree.ts";

/** `supervise plan`. */
export const plan: Command = {
  usage: "[FILE]",
  about: [
    "Prints every spawn that the file leads to, with its words, environment, folder, order and rules, all defaults " +
    "filled in. Nothing is started. Values that look secret are masked.",
    "While the tree of the file runs, it also says what `supervise apply` would do and why. With --detailed-exitcode it exits " +
    "with 11 if that is anything, with 0 if it is nothing, and with 3 if the tree does not run.",
  ],
  options: [PROFILE_OPTION, { name: "detailed-exitcode", doc: "exit with 11 if `apply` would do something" }],
  examples: [["supervise plan", "for people"], [
    "supervise plan --json | jq '.spawns[].argv'",
    "for programs",
  ], ["supervise plan --detailed-exitcode", "whether the tree is as the file has it, for CI"]],
  words: [0, 1],
  takes: ["file"],
  async run(context) {
    const { host, ui, args } = context;
    const file = fileOf(context, 0, "may be open");
    const piped = await fromPromise(readPiped(host, file));
    const compiled = await requirePlan(context, file, "tell", piped);
    const found = piped === null ? await pendingChanges(context, file) : null;
    const { changes, scaled } = found ?? { changes: [], scaled: [] };
    const nextRuns = await fromPromise(nextRunsOf(compiled, host.wallClock()));
    await fromPromise(
      ui.json
        ? ui.printJson([planFields(compiled, changeFields(changes, scaled), nextRuns)])
        : ui.print(renderPlan(compiled, ui.out, nextRuns, ui.columns)),
    );
    if (found !== null && !ui.json) await tellChanges(context, found);
    const obstacle = readWireError(found?.obstacle ?? null);
    if (obstacle !== null) await fromPromise(ui.complain(obstacle));
    if (!args.has("detailed-exitcode")) return ExitCode.done;
    if (found === null) {
      const { notRunning } = await import("../../daemon/not_running.ts");
      throw notRunning(host, treeIdOf(host, context.program.uid, file));
    }
    return changes.length > 0 ? ExitCode.changesPending : ExitCode.done;
  },
};

async function nextRunsOf(compiled: Plan, date: number): Promise<NextRuns> {
  const next = await loadCronDates(compiled);
  return new Map(compiled.nodes.flatMap((node) => {
    const timing = node.kind === "tree" ? null : node.schedule?.timing ?? null;
    const coming = timing !== null && "cron" in timing ? next(timing, date) : null;
    return coming === null ? [] : [[node.path, new Date(coming).toISOString()] as const];
  }));
}

/** The changes that `apply` would make, and those that it would leave. */
type Pending = Pick<ApplyResult, "changes" | "scaled" | "obstacle">;

/** See {@linkcode Pending}; null if the tree does not run, or is on its way. */
async function pendingChanges(context: Context, file: string): Promise<Pending | null> {
  const { host, program, ui } = context;
  const client = await fromPromise(connectSupervisor(host, treeIdOf(host, program.uid, file)));
  if (client === null) return null;
  try {
    const found = await fromPromise(client.request("apply", { dry: true, wait: false }));
    // Warnings about a sound file were told when it was read here.
    const { isValid, problems, texts } = found;
    const told = { isValid, problems, texts: new Map(Object.entries(texts)) };
    await tellOtherVariables(context, found);
    if (!isValid) await requireSound(context, file, told, "would be changed");
    return found;
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== "tree/refused") throw error;
    await fromPromise(ui.complain(error));
    return null;
  } finally {
    client.close();
  }
}

async function tellChanges({ ui }: Context, { changes, scaled }: Pending): Promise<void> {
  for (const text of scaledLines(scaled)) await fromPromise(ui.say(text));
  if (changes.length === 0) return await fromPromise(ui.say("the tree runs, and `apply` would do nothing"));
  await fromPromise(ui.print(`\n${ui.out.bold("apply would")}\n${renderChanges(changes, ui.out)}`));
}
