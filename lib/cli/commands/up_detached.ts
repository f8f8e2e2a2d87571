/** `supervise up -d`: starts the tree in the background and returns when it is ready, or has failed and is gone. */
import { grouped } from "../../base/counted.ts";
import { nameSome } from "../../base/name_some.ts";
import { ExitCode, signalExitCode } from "../../base/exit_code.ts";
import { type Signal, signalNumber } from "../../base/signals.ts";
import { UserError } from "../../base/user_error.ts";
import type { Plan } from "../../config/plan.ts";
import type { ControlClient } from "../../control/client.ts";
import type { ActionResult, EndReport, StatusRow } from "../../control/protocol.ts";
import { awaitEnd } from "../../daemon/end_report.ts";
import { launch, type Launched } from "../../daemon/launch.ts";
import { orLost } from "../../daemon/lost_supervisor.ts";
import { receiptOf } from "../../daemon/receipt.ts";
import { type TreeId, treeIdOf } from "../../daemon/tree_id.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { Context } from "../command.ts";
import { printable } from "../render/printable.ts";
import { renderReceipt } from "../render/receipt.ts";
import { renderRows } from "../render/rows.ts";
import { tellUnlimited } from "../tell_unlimited.ts";
import { tellCleared } from "../tell_cleared.ts";
import { type LastWords, lastWordsOf, tellLastWords } from "../last_words.ts";
import type { UpOrder } from "../up_order.ts";
import { isGoing, isUnderWay } from "../progress.ts";
import { withPatience, withProgress } from "./actions.ts";
import { unlessLost } from "../take_down.ts";

/** Why the wait for readiness ended early. */
type Interruption = { readonly signal: Signal } | { readonly timedOut: UserError };

/** Starts the tree in the background; returns the exit code. */
export async function upDetached(
  context: Context,
  { tree: handed, options, prepared }: UpOrder,
): Promise<number> {
  const { host, program, ui } = context;
  const launched = await fromPromise(launch(host, program, options, { tree: handed, prepared }));
  const { client } = launched;
  await tellCleared(ui, launched);
  const tree = treeIdOf(host, program.uid, options.file);
  try {
    return await orLost(
      host,
      tree,
      () => bringUp(context, handed.plan, launched, tree, options.stateFolder),
    );
  } finally {
    client.close();
  }
}

async function bringUp(
  context: Context,
  plan: Plan,
  launched: Launched,
  tree: TreeId,
  folder: string,
): Promise<number> {
  const { host, ui, args } = context;
  const { client, adopted } = launched;
  // Actors that have outlasted a supervisor are not ended because something beside them fails.
  const isKept = args.has("keep") || adopted > 0;
  // All is asked for before anything can end, so that a tree that goes by itself is heard of, too.
  const ended = awaitEnd(host, tree, client);
  ended.catch(() => {});
  const ready = client.request("await_ready", {});
  ready.catch(() => {});
  const begunAt = host.wallClock();
  await fromPromise(client.request("begin", { owner: false }));
  if (args.has("no-wait")) return await tellBegun(context, client);
  const result = await awaitReady(context, client, ready);
  if ("ok" in result) await tellUnlimited(ui, result.actors);
  if ("ok" in result && result.ok) {
    await tell(context, plan, result);
    return ExitCode.done;
  }
  const failed = failureOf(result, isKept);
  if ("ok" in result) {
    const source = { files: host.files, folder, plan };
    const words = await lastWordsOf(client, source, result.actors.filter(hasFailed), begunAt);
    await tell(context, plan, withLastLines(result, words));
    await tellLastWords(ui, words);
    await fromPromise(ui.complain(failed));
  } else await fromPromise(ui.fail(failed));
  if (isKept) return failed.exitCode;
  return await takeDown(context, tree, client, ended, failed.exitCode);
}

/** It goes on by itself from here. */
async function tellBegun({ ui }: Context, client: ControlClient): Promise<number> {
  const { containment, actors } = await fromPromise(client.request("status", { paths: [] }));
  if (ui.json) await fromPromise(ui.printJson([{ ok: true, containment, actors }]));
  else await fromPromise(ui.say("begun; `supervise wait '**'` waits until all is ready"));
  return ExitCode.done;
}

async function awaitReady(
  context: Context,
  client: ControlClient,
  ready: Promise<ActionResult>,
): Promise<ActionResult | Interruption> {
  const interrupted = new CancelScope();
  let signal: Signal | null = null;
  const stops = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((name) =>
    context.program.onSignal(name, () => {
      signal = name;
      interrupted.cancel(name);
    })
  );
  try {
    const wait = () =>
      withProgress(
        context,
        client,
        { isPending: isUnderWay },
        () => fromPromise(ready),
      );
    const result = await interrupted.run(() => withPatience(context.args.duration("timeout"), "up", wait));
    return result ?? { signal: signal! };
  } catch (error) {
    if (error instanceof UserError && error.exitCode === ExitCode.timedOut) return { timedOut: error };
    throw error;
  } finally {
    for (const stop of stops) stop();
  }
}

async function tell({ ui }: Context, plan: Plan, result: ActionResult): Promise<void> {
  if (ui.json) return await fromPromise(ui.printJson([result]));
  if (result.ok) {
    const text = `${printable(plan.name)}, ${summarize(result.actors)}; \`supervise ps\` shows them`;
    return await fromPromise(
      ui.say(`${ui.err.green("ready")}: ${text}`),
    );
  }
  const failed = result.actors.filter((row) => row.state !== "running" && row.state !== "completed");
  await fromPromise(ui.print(renderRows(failed, { flat: true, columns: ui.columns }, ui.out)));
}

/** How many actors are in which state, without those that nobody has started. */
function summarize(rows: readonly StatusRow[]): string {
  const counts = new Map<string, number>();
  for (const { kind, state } of rows) {
    if (kind !== "tree" && state !== "inactive") counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  const states = [...counts].map(([state, count]) => `${grouped(count)} ${state.replace("_", " ")}`);
  return states.length === 0 ? "nothing starts by itself" : states.join(", ");
}

/** An actor that backs off has failed so often that nobody waits for it any longer. */
function hasFailed({ state }: StatusRow): boolean {
  return state === "failed" || state === "backing_off";
}

/** For programs: beside the row of each that has failed stands what it has said. */
function withLastLines(result: ActionResult, words: readonly LastWords[]): ActionResult {
  const lines = new Map(words.map((one) => [one.path, one.lines]));
  const actors = result.actors.map((row) => {
    const lastLines = lines.get(row.path);
    return lastLines === undefined ? row : { ...row, lastLines };
  });
  return { ...result, actors };
}

function failureOf(result: ActionResult | Interruption, isKept: boolean): UserError {
  if ("signal" in result) {
    const exitCode = signalExitCode(signalNumber(result.signal));
    return new UserError("interrupted", `Interrupted by ${result.signal} before everything was ready`, {
      exitCode,
    });
  }
  if ("timedOut" in result) {
    const { exitCode } = result.timedOut;
    return new UserError("timed-out", "Not everything was ready within the given time", { exitCode });
  }
  const names = result.actors.filter(hasFailed).map((row) => `${row.path} (${row.reason})`);
  const what = names.length === 0 ? "not everything became ready" : nameSome(names);
  const fate = isKept ? "it is left" : "--keep leaves such a tree";
  return new UserError("tree/failed", `The tree failed to come up: ${what}`, {
    hint: `\`supervise logs\` shows what was said; ${fate} as it is`,
  });
}

async function takeDown(
  context: Context,
  tree: TreeId,
  client: ControlClient,
  ended: Promise<EndReport>,
  exitCode: number,
): Promise<number> {
  const { host, ui } = context;
  await fromPromise(client.request("down", { cause: "down", withinMs: null }).catch(unlessLost));
  const report = await withProgress(context, client, { isPending: isGoing }, () => fromPromise(ended));
  const receipt = await fromPromise(receiptOf(host, tree, report));
  await fromPromise(ui.say(renderReceipt(receipt, ui.verbosity === "verbose", ui.err, ui.talkColumns)));
  if (receipt.left > 0) return ExitCode.survivors;
  return report.outcome === "gave_up" ? ExitCode.gaveUp : exitCode;
}
