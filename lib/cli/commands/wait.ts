/** `supervise wait`: returns when actors have come to where somebody wants them. */
import { ExitCode } from "../../base/exit_code.ts";
import { nameSome } from "../../base/name_some.ts";
import { UserError } from "../../base/user_error.ts";
import { acrossHandOvers } from "../../daemon/across_hand_overs.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { ControlClient } from "../../control/client.ts";
import type { StatusRow } from "../../control/protocol.ts";
import { Event } from "../../sync/event.ts";
import type { Command, Context } from "../command.ts";
import { usage } from "../option.ts";
import { renderRows } from "../render/rows.ts";
import { type Goal, GOALS, isGoal, rowsToJudge, standingOf } from "../wait_goal.ts";
import { selectorsOf, withTree } from "../which_tree.ts";
import { withPatience, withProgress } from "./actions.ts";

/** `supervise wait`. */
export const wait: Command = {
  usage: "SEL...",
  about: [
    "Returns when each of the named actors and trees is as --for says: started, ready, healthy, completed, stopped or " +
    "failed; several goals are alternatives. A tree is judged as a whole, and a glob names actors.",
    "Exits with 1 as soon as one of them has failed or completed, unless that was a goal: nothing that is planned starts " +
    "it again. What is stopped or inactive is waited for, because somebody may start it. Exits with 3 if the tree does " +
    "not run or ends meanwhile, unless that has brought it to its goal, and with 8 after --timeout.",
    "Nothing is changed: what waits for something that it has asked for itself is `start`, `stop` or `restart`.",
  ],
  options: [
    {
      name: "for",
      value: "GOAL",
      takes: GOALS,
      many: true,
      doc: `what to wait for, by commas: ${GOALS.join(", ")}; default: ready,completed`,
    },
    { name: "timeout", short: "t", value: "DURATION", doc: "how long to wait at most" },
  ],
  examples: [
    ["supervise wait api db --timeout 30s", "until both are ready, as `up -d` waits for all"],
    ["supervise wait migrate --for completed", "until a task is done"],
    ["supervise wait '**' --for stopped,completed", "until nothing runs"],
  ],
  words: [0, Infinity],
  takes: ["selector"],
  async run(context) {
    const { host, args, ui } = context;
    const paths = selectorsOf(context, "wait");
    const goals = goalsOf(args.list("for"));
    const rows = await withTree(context, async (first, tree) => {
      if (goals.every((goal) => goal === "healthy")) await requireHealth(first, paths);
      const isPending = (row: StatusRow) => standingOf(row, goals) === "pending";
      const body = () =>
        acrossHandOvers(
          host,
          tree,
          first,
          (client) =>
            withProgress(context, client, { isPending, paths }, () => untilReached(client, paths, goals)),
        );
      return await withPatience(args.duration("timeout"), "wait", body).catch(asWaited(paths, goals));
    });
    const missed = rows.filter((row) => standingOf(row, goals) === "missed");
    if (ui.json) await fromPromise(ui.printJson([{ ok: missed.length === 0, actors: rows }]));
    else await tell(context, rows);
    if (missed.length > 0) await fromPromise(ui.complain(missedGoal(missed, goals)));
    return missed.length === 0 ? ExitCode.done : ExitCode.failed;
  },
};

function goalsOf(words: readonly string[]): readonly Goal[] {
  const goals = words.length === 0 ? ["ready", "completed"] : words;
  return [...new Set(goals)].map((word) => {
    if (isGoal(word)) return word;
    throw usage("usage/bad-value", `--for is "${word}"`, `write ${GOALS.join(", ")}`);
  });
}

/** Nothing says of an actor without a check that it is healthy: nobody is to wait for that. @throws {UserError} `wait/missed` */
async function requireHealth(client: ControlClient, selectors: readonly string[]): Promise<void> {
  const rows = await look(client, selectors);
  const { actors } = await fromPromise(client.request("details", { paths: selectors }));
  const checked = new Set(actors.filter(({ health }) => health !== null).map(({ path }) => path));
  const unchecked = (rows ?? []).filter(({ path, kind }) => kind !== "tree" && !checked.has(path));
  if (unchecked.length === 0) return;
  const names = nameSome(unchecked.map(({ path }) => `"${path}"`));
  throw new UserError("wait/missed", `Nothing says whether it is healthy: ${names}`, {
    hint: "give it a `health` check, or wait with --for healthy,ready, which takes either",
  });
}

/** Looks whenever something is decided in the tree; returns all rows when they have reached a goal, or one never will. */
async function untilReached(
  client: ControlClient,
  selectors: readonly string[],
  goals: readonly Goal[],
): Promise<readonly StatusRow[]> {
  let news = new Event();
  const following = client.follow({ lines: false, entries: true }, () => news.set());
  following.catch(() => {}).then(() => news.set());
  let last: readonly StatusRow[] = [];
  while (true) {
    news = new Event();
    const rows = await look(client, selectors);
    if (rows === null) return await judgeEnded(following, last, goals);
    const standings = rows.map((row) => standingOf(row, goals));
    if (standings.includes("missed") || !standings.includes("pending")) return rows;
    last = rows;
    await news.wait();
  }
}

/** @returns Null if the supervisor does not answer any more. */
async function look(
  client: ControlClient,
  selectors: readonly string[],
): Promise<readonly StatusRow[] | null> {
  try {
    const { actors } = await fromPromise(client.request("status", { paths: selectors }));
    return rowsToJudge(actors, selectors);
  } catch (error) {
    if (error instanceof UserError && error.code === "control/lost") return null;
    throw error;
  }
}

/** @throws {UserError} `control/lost` if the supervisor has died rather than ended, `tree/not-running` */
async function judgeEnded(
  following: Promise<void>,
  last: readonly StatusRow[],
  goals: readonly Goal[],
): Promise<readonly StatusRow[]> {
  await fromPromise(following);
  const rows = last.map((row) => standingOf(row, goals) === "pending" ? asDown(row) : row);
  const pending = rows.filter((row) => standingOf(row, goals) === "pending");
  if (pending.length > 0) throw ended(pending);
  return rows;
}

/** The row of an actor whose tree has ended. */
function asDown(row: StatusRow): StatusRow {
  return { ...row, state: "stopped", ready: null, pid: null, reason: "stopped with its tree" };
}

async function tell({ ui }: Context, rows: readonly StatusRow[]): Promise<void> {
  await fromPromise(ui.print(renderRows(rows, { flat: true, columns: ui.columns }, ui.out)));
}

function missedGoal(missed: readonly StatusRow[], goals: readonly Goal[]): UserError {
  const names = missed.map(({ path, state, reason }) => `${path} (${reason ?? state})`);
  return new UserError(
    "wait/missed",
    `Not ${goals.join(" or ")}, and nothing starts it again: ${nameSome(names)}`,
    {
      hint: missed.some(({ state }) => state === "completed")
        ? "--for completed waits for its end, and `supervise start` runs it again"
        : "--for failed waits for a failure, and `supervise start` starts it again",
    },
  );
}

/** Nothing goes on that was begun: nothing was. */
function asWaited(selectors: readonly string[], goals: readonly Goal[]): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof UserError) || error.exitCode !== ExitCode.timedOut) throw error;
    const names = nameSome(selectors.map((selector) => `"${selector}"`));
    throw new UserError(error.code, `${names} did not become ${goals.join(" or ")} within the given time`, {
      exitCode: error.exitCode,
      hint: "`supervise ps` shows what it is waiting for",
    });
  };
}

function ended(pending: readonly StatusRow[]): UserError {
  const names = nameSome(pending.map(({ path }) => `"${path}"`));
  return new UserError("tree/not-running", `The tree has ended before this was so of ${names}`, {
    exitCode: ExitCode.notRunning,
    hint: "`supervise events` shows why",
  });
}
