/** `supervise up` in the foreground: shows what happens, passes Ctrl-C on, and lasts as long as the tree. */
import { ExitCode, signalExitCode } from "../../base/exit_code.ts";
import { type Signal, signalNumber } from "../../base/signals.ts";
import { UserError } from "../../base/user_error.ts";
import type { Plan } from "../../config/plan.ts";
import type { ControlClient } from "../../control/client.ts";
import type { EndReport, FollowItem } from "../../control/protocol.ts";
import { launch } from "../../daemon/launch.ts";
import type { LaunchOptions } from "../../daemon/launch_options.ts";
import { orLost } from "../../daemon/lost_supervisor.ts";
import { receiptOf } from "../../daemon/take_down.ts";
import { treeIdOf } from "../../daemon/tree_id.ts";
import { fromPromise } from "../../scope/from_promise.ts";
import { type Nursery, openNursery } from "../../scope/nursery.ts";
import { sleep } from "../../scope/sleep.ts";
import type { Context } from "../command.ts";
import { showProgress } from "../progress.ts";
import { describeEntry, isNews } from "../render/entry.ts";
import { lineFields, LineRenderer } from "../render/log_line.ts";
import { renderReceipt } from "../render/receipt.ts";
import { receiptFields } from "./down.ts";
import { tellCleared } from "../tell_cleared.ts";

/** What is left of every grace period after the second Ctrl-C, and after the third. */
const HURRIED_MS = [1_000, 0];

const SIGNALS: readonly (readonly [Signal, string])[] = [
  ["SIGINT", "interrupt"],
  ["SIGTERM", "terminate"],
  ["SIGHUP", "hangup"],
];

/** Runs the tree in the foreground; returns its exit code. */
export async function upForeground(context: Context, plan: Plan, options: LaunchOptions): Promise<number> {
  const { host, program } = context;
  const { client, cleared } = await fromPromise(launch(host, program, options));
  await tellCleared(context.ui, cleared);
  const foreground = new Foreground(context, plan, client);
  try {
    const tree = treeIdOf(host, program.uid, options.file);
    const report = await orLost(host, tree, () =>
      openNursery(async (nursery) => {
        const ended = await foreground.watch(nursery);
        nursery.cancelScope.cancel("the tree has ended");
        return ended;
      }, { collapse: true }));
    return await foreground.conclude(report!);
  } finally {
    client.close();
  }
}

/** What a foreground `up` shows and does while the tree lives. */
class Foreground {
  readonly #context: Context;
  readonly #client: ControlClient;
  readonly #lines: LineRenderer;
  /** The signal that this program was told to stop by; null if none was. */
  #signal: Signal | null = null;
  #hurries = 0;
  #isLate = false;

  constructor(context: Context, plan: Plan, client: ControlClient) {
    this.#context = context;
    this.#client = client;
    const paths = plan.nodes.filter((node) => node.kind !== "tree").map((node) => node.path);
    this.#lines = new LineRenderer(paths, context.ui.out);
  }

  /** Lets the tree begin and shows what happens until it has ended. */
  async watch(nursery: Nursery): Promise<EndReport> {
    const { program, args } = this.#context;
    const following = this.#client.follow({ lines: true, entries: true }, (items) => this.#show(items));
    const ended = this.#client.request("await_end", {});
    // Whoever waits for the end is told of a lost connection; the other need not be told again.
    following.catch(() => {});
    for (const [signal, cause] of SIGNALS) {
      program.onSignal(signal, () => this.#onSignal(signal, cause, nursery));
    }
    await fromPromise(this.#client.request("begin", { owner: true }));
    const timeoutMs = args.duration("timeout");
    if (timeoutMs !== null) {
      nursery.startSoon(() => this.#giveUpAfter(timeoutMs, nursery), { name: "timeout" });
    }
    const report = await fromPromise(ended);
    await fromPromise(following);
    return report;
  }

  /** Prints how it ended, and the receipt; returns the exit code. */
  async conclude(report: EndReport): Promise<number> {
    const { host, ui } = this.#context;
    const receipt = await fromPromise(receiptOf(host, report));
    const code = receipt.left > 0 ? ExitCode.survivors : this.#exitCode(report);
    if (report.reason !== null) await fromPromise(ui.complain(failure(report)));
    if (this.#isLate) await fromPromise(ui.complain(late()));
    if (ui.json) {
      const { outcome, reason } = report;
      await fromPromise(ui.printJson({ outcome, reason, exitCode: code, ...receiptFields(receipt) }));
    } else await fromPromise(ui.say(renderReceipt(receipt, ui.verbosity === "verbose", ui.err)));
    return code;
  }

  #exitCode(report: EndReport): number {
    if (this.#signal !== null) return signalExitCode(signalNumber(this.#signal));
    return this.#isLate ? ExitCode.timedOut : report.exitCode;
  }

  #onSignal(signal: Signal, cause: string, nursery: Nursery): void {
    if (this.#signal === null) {
      this.#signal = signal;
      this.#takeDown(cause, nursery);
      return;
    }
    const toMs = HURRIED_MS[Math.min(this.#hurries++, HURRIED_MS.length - 1)]!;
    this.#client.request("cut_grace", { toMs }).catch(() => {});
    this.#context.ui.say(
      `${this.#lines.ownPrefix()}${toMs === 0 ? "killing everything" : "cutting the grace short"}`,
    );
  }

  #takeDown(cause: string, nursery: Nursery): void {
    const { ui } = this.#context;
    this.#client.request("down", { cause, withinMs: null }).catch(() => {});
    ui.say(`${this.#lines.ownPrefix()}taking the tree down; Ctrl-C again to hurry, a third time to kill`);
    nursery.startSoon(() => showProgress(ui, this.#client, (row) => row.pid !== null), {
      name: "progress",
    });
  }

  async #giveUpAfter(timeoutMs: number, nursery: Nursery): Promise<void> {
    let isReady = false;
    this.#client.request("await_ready", {}).then(() => isReady = true, () => {});
    await sleep(timeoutMs);
    if (isReady) return;
    this.#isLate = true;
    this.#takeDown("down", nursery);
  }

  async #show(items: readonly FollowItem[]): Promise<void> {
    const { ui } = this.#context;
    const data = items.map((item) => ui.json ? this.#jsonOf(item) : this.#lineOf(item)).filter((text) =>
      text !== null
    );
    if (data.length > 0) await ui.print(data.join("\n"));
    if (ui.json) return;
    const news = items.map((item) => this.#newsOf(item)).filter((text) => text !== null);
    if (news.length > 0) await ui.say(news.join("\n"));
  }

  #jsonOf(item: FollowItem): string | null {
    switch (item.kind) {
      case "line":
        return JSON.stringify(lineFields(item.line));
      case "entry":
        return JSON.stringify(item.entry);
      case "lagged":
        return null;
    }
  }

  #lineOf(item: FollowItem): string | null {
    return item.kind === "line" ? this.#lines.line(item.line, false) : null;
  }

  #newsOf(item: FollowItem): string | null {
    const { ui } = this.#context;
    if (item.kind === "lagged") {
      const verb = item.of === "lines" ? "logs" : "events";
      return `${this.#lines.ownPrefix()}${item.of} were skipped because this terminal is too slow; \`supervise ${verb}\` has them`;
    }
    if (item.kind === "line" || (ui.verbosity !== "verbose" && !isNews(item.entry))) return null;
    return `${this.#lines.ownPrefix()}${describeEntry(item.entry, ui.err)}`;
  }
}

function failure({ outcome, reason }: EndReport): UserError {
  return outcome === "gave_up"
    ? new UserError("tree/gave-up", `The tree gave up: ${reason}`, {
      hint: "`supervise events` shows what led to it, `supervise logs` what was said",
    })
    : new UserError("tree/failed", `The tree failed: ${reason}`, {
      hint: "`supervise logs` shows what was said",
    });
}

function late(): UserError {
  return new UserError(
    "timed-out",
    "Not everything was ready within the given time, so the tree was taken down",
  );
}
