/** `supervise up` in the foreground: shows what happens, passes Ctrl-C on, and lasts as long as the tree. */
import { ExitCode, signalExitCode } from "../../base/exit_code.ts";
import { type Signal, SIGNAL_NUMBERS, signalNumber } from "../../base/signals.ts";
import { UserError } from "../../base/user_error.ts";
import { nodeAt, type NodeId, type Plan } from "../../config/plan.ts";
import type { ControlClient } from "../../control/client.ts";
import type { EndReport, FollowItem } from "../../control/protocol.ts";
import { acrossHandOvers } from "../../daemon/across_hand_overs.ts";
import { connectTree } from "../../daemon/find_tree.ts";
import { awaitEnd } from "../../daemon/end_report.ts";
import { launch } from "../../daemon/launch.ts";
import { orLost } from "../../daemon/lost_supervisor.ts";
import { receiptOf } from "../../daemon/receipt.ts";
import { ServiceManager } from "../../daemon/service_manager.ts";
import { UNHEEDED } from "../../daemon/unheeded_signals.ts";
import { type TreeId, treeIdOf } from "../../daemon/tree_id.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { type Nursery, openNursery } from "../../scope/nursery.ts";
import { sleep } from "../../scope/sleep.ts";
import type { Context } from "../command.ts";
import { isGoing, showProgress } from "../progress.ts";
import { keptLastWords, MOST_TOLD, tellLastWords } from "../last_words.ts";
import { Feed } from "../feed.ts";
import { LineRenderer } from "../render/log_line.ts";
import { receiptFields, renderReceipt } from "../render/receipt.ts";
import { unlessLost } from "../take_down.ts";
import { tellCleared } from "../tell_cleared.ts";
import { ManagerTeller } from "../tell_manager.ts";
import type { UpOrder } from "../up_order.ts";
import { untilReaderGone } from "../while_read.ts";

const EVERYTHING = { lines: true, entries: true };

/** The rest of every grace period after the second Ctrl-C, and after the third. */
const HURRIED_MS = [1_000, 0];

const SIGNALS: readonly (readonly [Signal, string])[] = [
  ["SIGINT", "interrupt"],
  ["SIGTERM", "terminate"],
  ["SIGHUP", "hangup"],
];

/** Some images have their containers stopped with the last. */
const SIGNALS_TO_PROCESS_1: typeof SIGNALS = [...SIGNALS, ["SIGQUIT", "terminate"]];

/** Runs the tree in the foreground; returns its exit code. */
export async function upForeground(
  context: Context,
  { tree: handed, options, prepared, listen, isPassing }: UpOrder,
): Promise<number> {
  const { host, program } = context;
  host.processes.outlive(UNHEEDED);
  const launched = await fromPromise(launch(host, program, options, { tree: handed, prepared }));
  const { client } = launched;
  await tellCleared(context.ui, launched);
  const foreground = new Foreground(context, handed.plan, client, { folder: options.stateFolder, isPassing });
  const tree = treeIdOf(host, program.uid, options.file);
  let feeder: ControlClient | null = null;
  try {
    // On a connection of its own, so that no flood of lines holds up what is asked and answered.
    feeder = await fromPromise(connectTree(host, tree));
    const following = await foreground.follow(feeder);
    const report = await orLost(host, tree, () =>
      openNursery(async (nursery) => {
        const ended = await foreground.watch(following, nursery, listen);
        nursery.cancelScope.cancel("the tree has ended");
        return ended;
      }, { collapse: true }));
    return await foreground.conclude(report!);
  } finally {
    feeder?.close();
    client.close();
  }
}

/** The output and the actions of a foreground `up` while the tree lives. */
class Foreground {
  readonly #context: Context;
  /** That of the supervisor that there is now. */
  #client: ControlClient;
  readonly #tree: TreeId;
  readonly #lines: LineRenderer;
  readonly #feed: Feed;
  readonly #plan: Plan;
  readonly #folder: string;
  readonly #isPassing: boolean;
  /** Null if no service manager has asked. */
  readonly #manager: ManagerTeller | null;
  /** Why not all could be printed; null if it could. */
  #outputError: unknown = null;
  /** The signal that this program was told to stop by; null if none was. */
  #signal: Signal | null = null;
  #hurries = 0;
  #isLate = false;
  #isUnread = false;

  constructor(
    context: Context,
    plan: Plan,
    client: ControlClient,
    { folder, isPassing }: { readonly folder: string; readonly isPassing: boolean },
  ) {
    this.#context = context;
    this.#client = client;
    const actors = plan.nodes.filter((node) => node.kind !== "tree");
    const paths = actors.map(({ path }) => path);
    const inherited = new Set(actors.filter(({ log }) => log.to === "inherit").map(({ path }) => path));
    this.#lines = new LineRenderer(paths, context.ui);
    this.#plan = plan;
    this.#folder = folder;
    this.#isPassing = isPassing;
    this.#tree = treeIdOf(context.host, context.program.uid, plan.file);
    const manager = ServiceManager.of(context.host.notices, context.program);
    this.#manager = manager === null ? null : new ManagerTeller(manager, () => this.#client);
    this.#feed = new Feed(context, this.#lines, { folder, paths, inherited });
  }

  /** Follows what happens, from the very begin. The promise `shown` of the result resolves when all of it has been shown. */
  async follow(feeder: ControlClient): Promise<{ readonly shown: Promise<void> }> {
    const { host } = this.#context;
    const shown = acrossHandOvers(
      host,
      this.#tree,
      feeder,
      (client, isNext) =>
        isNext ? this.#followNext(client) : client.follow(EVERYTHING, (items) => this.#showSent(items)),
    )
      .catch(() => this.#show(() => this.#feed.finish()));
    await fromPromise(feeder.request("sync", {}));
    return { shown };
  }

  /** Lines and entries that were kept meanwhile are shown before those that the next supervisor sends. */
  async #followNext(client: ControlClient): Promise<void> {
    let early: FollowItem[] | null = [];
    const following = client.follow(EVERYTHING, async (items) => {
      // Nothing else is read from this connection until this is done, the answer below among it.
      if (early === null) await this.#showSent(items);
      else early.push(...items);
    });
    await fromPromise(client.request("sync", {}));
    await this.#show(() => this.#feed.resume());
    while (early.length > 0) await this.#showSent(early.splice(0));
    early = null;
    await fromPromise(following);
  }

  #showSent(items: readonly FollowItem[]): Promise<void> {
    this.#manager?.heard(items);
    return this.#show(() => this.#feed.show(items));
  }

  /** Lets the tree begin and waits until it has ended and all of it has been shown. */
  async watch(
    { shown }: { readonly shown: Promise<void> },
    nursery: Nursery,
    onListening: () => void,
  ): Promise<EndReport> {
    const { host, program, args } = this.#context;
    const ended = acrossHandOvers(host, this.#tree, this.#client, async (client, isNext) => {
      this.#client = client;
      if (isNext) {
        await fromPromise(client.request("begin", { owner: true }));
        await this.#context.ui.say(`${this.#lines.ownPrefix()}another program supervises the tree by now`);
      }
      return await fromPromise(awaitEnd(host, this.#tree, client));
    });
    ended.catch(() => {});
    for (const [signal, cause] of program.pid === 1 ? SIGNALS_TO_PROCESS_1 : SIGNALS) {
      program.onSignal(signal, () => this.#onSignal(signal, cause, nursery));
    }
    onListening();
    await fromPromise(this.#client.request("begin", { owner: true }));
    this.#manager?.startIn(nursery);
    if (program.stdout.isPipe) nursery.startSoon(() => this.#endUnread(), { name: "reader watch" });
    const timeoutMs = args.duration("timeout");
    if (timeoutMs !== null) {
      nursery.startSoon(() => this.#giveUpAfter(timeoutMs), { name: "timeout" });
    }
    const report = await fromPromise(ended);
    this.#manager?.stopping();
    await fromPromise(shown);
    return report;
  }

  /** Prints how it ended, and the receipt; returns the exit code. */
  async conclude(report: EndReport): Promise<number> {
    const { host, ui } = this.#context;
    const receipt = await fromPromise(receiptOf(host, this.#tree, report));
    const code = receipt.left > 0 ? ExitCode.survivors : this.#exitCode(report);
    if (report.reason !== null) {
      await this.#tellLastWords();
      await fromPromise(ui.complain(failure(report, this.#isPassing)));
    }
    if (this.#isLate) await fromPromise(ui.complain(late()));
    if (ui.json) {
      const { outcome, reason } = report;
      await fromPromise(ui.printJson([{ outcome, reason, exitCode: code, ...receiptFields(receipt) }]));
      return code;
    }
    const all = ui.verbosity === "verbose";
    await fromPromise(ui.say(renderReceipt(receipt, all, ui.err, ui.talkColumns)));
    return code;
  }

  /** They were shown among what others have printed, perhaps long before the end. */
  async #tellLastWords(): Promise<void> {
    const { host, ui } = this.#context;
    const failed = [...this.#feed.failed].filter((path) =>
      nodeAt(this.#plan, path as NodeId)?.kind !== "tree"
    );
    const source = { files: host.files, folder: this.#folder, plan: this.#plan };
    const words = await keptLastWords(source, failed.slice(-MOST_TOLD));
    await tellLastWords(ui, words);
  }

  #exitCode(report: EndReport): number {
    if (this.#signal !== null) return signalExitCode(signalNumber(this.#signal));
    if (this.#isLate) return ExitCode.timedOut;
    if (this.#isUnread) return signalExitCode(SIGNAL_NUMBERS.SIGPIPE);
    return this.#outputError !== null && report.exitCode === ExitCode.done
      ? ExitCode.failed
      : report.exitCode;
  }

  #onSignal(signal: Signal, cause: string, nursery: Nursery): void {
    if (this.#signal === null) {
      this.#signal = signal;
      nursery.startSoon(() => this.#takeDown(cause), { name: "teardown" });
      return;
    }
    // A user in such a hurry does not want to read, either.
    if (this.#hurries > 0) this.#feed.abandon();
    const toMs = HURRIED_MS[Math.min(this.#hurries++, HURRIED_MS.length - 1)]!;
    this.#client.request("cut_grace", { toMs }).catch(() => {});
    this.#context.ui.say(
      `${this.#lines.ownPrefix()}${toMs === 0 ? "killing everything" : "cutting the grace short"}`,
    );
  }

  async #takeDown(cause: string): Promise<void> {
    const { ui } = this.#context;
    try {
      await fromPromise(this.#client.request("down", { cause, withinMs: null }).catch(unlessLost));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#signal = null;
      this.#hurries = 0;
      this.#isLate = false;
      this.#isUnread = false;
      return await fromPromise(ui.complain(error));
    }
    this.#manager?.stopping();
    this.#feed.skipGaps();
    await fromPromise(
      ui.say(`${this.#lines.ownPrefix()}taking the tree down; Ctrl-C again to hurry, a third time to kill`),
    );
    await showProgress(ui, this.#client, { isPending: isGoing });
  }

  /** A tree in the foreground is there for its reader, and goes down with it, as with a terminal that is closed. */
  async #endUnread(): Promise<void> {
    await untilReaderGone(this.#context);
    this.#isUnread = true;
    await this.#takeDown("hangup");
  }

  async #giveUpAfter(timeoutMs: number): Promise<void> {
    let isReady = false;
    this.#client.request("await_ready", {}).then(() => isReady = true, () => {});
    await sleep(timeoutMs);
    if (isReady) return;
    this.#isLate = true;
    await this.#takeDown("down");
  }

  /** Must not throw: a follower that throws is told of nothing any more. */
  async #show(some: () => Promise<void>): Promise<void> {
    try {
      await some();
    } catch (error) {
      if (this.#outputError === null) await this.#context.ui.complain(error);
      this.#outputError = error;
    }
  }
}

function failure({ outcome, reason }: EndReport, isPassing: boolean): UserError {
  const hint = (text: string) => isPassing ? {} : { hint: text };
  return outcome === "gave_up"
    ? new UserError(
      "tree/gave-up",
      `The tree gave up: ${reason}`,
      hint("`supervise events` shows what led to it, `supervise logs` what was said"),
    )
    : new UserError(
      "tree/failed",
      `The tree failed: ${reason}`,
      hint("`supervise logs` shows what was said"),
    );
}

function late(): UserError {
  return new UserError(
    "timed-out",
    "Not everything was ready within the given time, so the tree was taken down",
  );
}
