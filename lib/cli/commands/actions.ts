/** `supervise start`, `stop`, `restart` and `reset`: what to do with some actors, done before the command returns. */
import { ExitCode } from "../../base/exit_code.ts";
import { UserError } from "../../base/user_error.ts";
import { receiptOfStop } from "../../daemon/receipt.ts";
import type { ControlClient } from "../../control/client.ts";
import type { ActionResult } from "../../control/protocol.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { openNursery } from "../../scope/nursery.ts";
import { after, NEVER } from "../../base/instant.ts";
import { currentTime } from "../../scope/sleep.ts";
import type { AskingCommand, AskingContext } from "../command.ts";
import { type Option, usage } from "../option.ts";
import { type Awaited, isGoing, isUnderWay, showProgress } from "../progress.ts";
import { receiptFields, renderReceipt } from "../render/receipt.ts";
import { renderRows } from "../render/rows.ts";
import { selectorsOf, withTree } from "../which_tree.ts";

/** How long a command waits. */
export const WAIT_OPTIONS: readonly Option[] = [
  { name: "no-wait", doc: "return at once instead of when it is done" },
  { name: "timeout", short: "t", value: "DURATION", doc: "how long to wait at most" },
];

/** `supervise start`. */
export const start: AskingCommand = {
  usage: "SEL...",
  about: [
    "Starts what is down and returns when it is ready. What it depends on is started too, unless --no-deps.",
  ],
  options: [{ name: "no-deps", doc: "neither start nor wait for what they depend on" }, ...WAIT_OPTIONS],
  examples: [["supervise start api", "and its dependencies"], [
    "supervise start 'pool/*' --no-deps",
    "nothing else",
  ]],
  words: [0, Infinity],
  takes: ["selector"],
  ask: (context) =>
    actAndTell(
      context,
      "start",
      (client, paths, wait) => client.request("start", { paths, deps: !context.args.has("no-deps"), wait }),
    ),
};

/** `supervise stop`. */
export const stop: AskingCommand = {
  usage: "SEL...",
  about: [
    "Stops the named actors and returns when nothing of them is left, in reverse order of dependency. What depends on " +
    "them is left alone. They stay stopped until somebody starts them.",
    "Prints a receipt of every process of theirs that was seen, with --verbose each on a line. Exits with 9 if anything " +
    "survived, and names it.",
  ],
  options: WAIT_OPTIONS,
  examples: [["supervise stop api", "one actor"], ["supervise stop pool", "a tree with all that is in it"]],
  words: [0, Infinity],
  takes: ["selector"],
  async ask(context) {
    const { ui } = context;
    const result = await act(
      context,
      "stop",
      "stopped",
      (client, paths, wait) => client.request("stop", { paths, wait }),
    );
    const { ok, containment, actors, account } = result;
    const receipt = account === null
      ? null
      : receiptOfStop(await fromPromise(context.openHost()), account, containment);
    if (ui.json) {
      const fields = receipt === null ? null : receiptFields(receipt);
      await fromPromise(ui.printJson([{ ok, containment, actors, receipt: fields }]));
    } else {
      await tell(context, result);
      if (receipt !== null) {
        await fromPromise(ui.print(renderReceipt(receipt, ui.verbosity === "verbose", ui.out, ui.columns)));
      }
    }
    if (receipt !== null && receipt.left > 0) return ExitCode.survivors;
    return ok ? ExitCode.done : ExitCode.failed;
  },
};

/** `supervise restart`. */
export const restart: AskingCommand = {
  usage: "SEL... | --halt [SEL...]",
  about: [
    "Stops what runs, starts it again and returns when it is ready. It does not count as a failure.",
    "With --rolling the replicas of an actor are restarted one after the other, each when another one is ready, so that " +
    "one at least is ready at any time. It stops, and says so, when a new one does not become ready; the others are " +
    "then as before. An actor without a second replica is refused.",
    "With --halt the rolling restarts of the named actors are called off, or all of them, those of `apply --rolling` too: a " +
    "replica that has had its turn becomes ready again, and the others stay as they are.",
  ],
  options: [
    { name: "rolling", doc: "one replica after the other, with one ready at any time" },
    { name: "halt", doc: "call off rolling restarts, and stop nothing" },
    ...WAIT_OPTIONS,
  ],
  examples: [
    ["supervise restart api", "one actor"],
    ["supervise restart '**'", "all of them"],
    ["supervise restart --rolling api", "its replicas, one after the other"],
    ["supervise restart --halt", "no more of them than have begun"],
  ],
  words: [0, Infinity],
  takes: ["selector"],
  ask: (context) => {
    const { args } = context;
    if (args.has("halt")) return halt(context);
    const rolling = args.has("rolling");
    return actAndTell(
      context,
      "restart",
      (client, paths, wait) => client.request("restart", { paths, wait, rolling }),
    );
  },
};

async function halt(context: AskingContext): Promise<number> {
  const { args, ui } = context;
  if (args.has("rolling")) {
    throw usage("usage/contradiction", "--halt calls off what --rolling begins", "leave one of them out");
  }
  const paths = args.words.length === 0 ? ["**"] : args.words;
  const result = await withTree(context, (client) => fromPromise(client.request("halt", { paths })));
  if (ui.json) await fromPromise(ui.printJson([result]));
  else await fromPromise(ui.say("called off; what has had its turn becomes ready again"));
  return ExitCode.done;
}

/** `supervise reset`. */
export const reset: AskingCommand = {
  usage: "SEL...",
  about: [
    "Forgets failures: counts of restarts, what is spent of their budgets, and pauses. What has failed, or pauses before " +
    "a restart, starts again at once where its tree is at work, and with it what had failed because of it. What runs, " +
    "or was stopped by hand, goes on as it is.",
    "Returns when what it has started is ready.",
  ],
  options: WAIT_OPTIONS,
  examples: [["supervise reset api", "one actor"], ["supervise reset '**'", "all of them"]],
  words: [0, Infinity],
  takes: ["selector"],
  ask: (context) =>
    actAndTell(context, "reset", (client, paths, wait) => client.request("reset", { paths, wait })),
};

/** Does it, and tells what came of it. */
async function actAndTell(
  context: AskingContext,
  verb: string,
  send: (client: ControlClient, paths: readonly string[], wait: boolean) => Promise<ActionResult>,
): Promise<number> {
  const { ui } = context;
  const result = await act(context, verb, "ready", send);
  if (ui.json) await fromPromise(ui.printJson([result]));
  else await tell(context, result);
  return result.ok ? ExitCode.done : ExitCode.failed;
}

async function act<R extends ActionResult>(
  context: AskingContext,
  verb: string,
  goal: "ready" | "stopped",
  send: (client: ControlClient, paths: readonly string[], wait: boolean) => Promise<R>,
): Promise<R> {
  const { args } = context;
  const paths = selectorsOf(context, verb);
  const timeoutMs = args.duration("timeout");
  return await withTree(context, async (client) => {
    const awaited = goal === "ready" ? { isPending: isUnderWay } : { isPending: isGoing, paths };
    return await withPatience(
      timeoutMs,
      verb,
      () =>
        withProgress(
          context,
          client,
          awaited,
          () => fromPromise(send(client, paths, !args.has("no-wait"))),
        ),
    );
  });
}

async function tell({ ui }: AskingContext, { actors }: ActionResult): Promise<void> {
  await fromPromise(ui.print(renderRows(actors, { flat: true, columns: ui.columns }, ui.out)));
}

/** Runs `body` while telling what it waits for. */
export async function withProgress<T>(
  { ui }: AskingContext,
  client: ControlClient,
  awaited: Awaited,
  body: () => Promise<T>,
): Promise<T> {
  const result = await openNursery(async (nursery) => {
    nursery.startSoon(() => showProgress(ui, client, awaited), { name: "progress" });
    const value = await body();
    nursery.cancelScope.cancel("it is done");
    return { value };
  }, { collapse: true });
  return result!.value;
}

/** Runs `body` for at most `timeoutMs`. @throws {UserError} `timed-out` */
export async function withPatience<T>(
  timeoutMs: number | null,
  what: string,
  body: () => Promise<T>,
): Promise<T> {
  const scope = new CancelScope({ deadline: timeoutMs === null ? NEVER : after(currentTime(), timeoutMs) });
  const result = await scope.run(async () => ({ value: await body() }));
  if (result !== undefined) return result.value;
  throw new UserError("timed-out", `"${what}" is not done within the given time, and goes on`, {
    exitCode: ExitCode.timedOut,
    hint: "`supervise ps` shows what it is waiting for",
  });
}
