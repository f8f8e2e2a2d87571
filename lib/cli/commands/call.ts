import { NotExposed } from "../../actor/errors.ts";
import { Portal } from "../../actor/dialog/portal.ts";
import { ExitCode, signalExitCode } from "../../base/exit_code.ts";
import { after, NEVER } from "../../base/instant.ts";
import { type Signal, signalNumber } from "../../base/signals.ts";
import { UserError } from "../../base/user_error.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import { currentTime } from "../../scope/sleep.ts";
import { callError } from "../call_error.ts";
import { withCallee } from "../callee.ts";
import type { Command, Context } from "../command.ts";
import { parseJsonArgument } from "../json_argument.ts";
import { jsonValue } from "../render/json_value.ts";
import { withTree } from "../which_tree.ts";
import { whileRead } from "../while_read.ts";

const SIGNALS: readonly Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];
const INDENT = 2;

/** `supervise call`. */
export const call: Command = {
  usage: "SEL FN [JSON...]",
  about: [
    "Calls an exported function of an actor with arguments that are JSON, and prints its result as JSON. A name with " +
    "replicas stands for any of them that is ready. Behind -- what begins with a dash is no option: `call api add -- -1 2`.",
    "An exported async generator is followed with --stream: a value a line, until it ends. Ctrl-C cancels what was called, " +
    "and so does the end of --timeout, which also waits for an actor that starts or restarts.",
    "What JSON has no word for is printed as text or as a list: bytes as base64, dates in ISO 8601, whole numbers beyond " +
    "2^53 in decimal, sets as lists, maps as lists of pairs.",
    "Exits with 1 if the function failed, with its error on stderr; with 4 if there is no such actor or function, with 3 " +
    "if it is not running, with 8 if it took too long.",
  ],
  options: [
    { name: "stream", doc: "follow what an async generator yields, one JSON value a line" },
    {
      name: "timeout",
      short: "t",
      value: "DURATION",
      doc: "how long to wait for the actor and its answer at most",
    },
  ],
  examples: [
    ["supervise call calculator add 1 2", "prints 3"],
    [`supervise call api find '{"name": "x"}' --json`, "for programs"],
    ["supervise call --stream clock ticks", "until Ctrl-C"],
  ],
  words: [2, Infinity],
  takes: ["selector", "function", "text"],
  async run(context) {
    const [selector, name, ...texts] = context.args.words;
    const values = texts.map((text, index) => parseJsonArgument(text, index + 1));
    return await new Call(context, selector!, name!, values).run();
  },
};

class Call {
  readonly #context: Context;
  readonly #selector: string;
  readonly #name: string;
  readonly #values: readonly unknown[];
  #isConnected = false;
  /** Why the actor was not there when it was last looked for. */
  #absence: UserError | null = null;

  constructor(context: Context, selector: string, name: string, values: readonly unknown[]) {
    this.#context = context;
    this.#selector = selector;
    this.#name = name;
    this.#values = values;
  }

  async run(): Promise<number> {
    const { program, args } = this.#context;
    const timeoutMs = args.duration("timeout");
    const deadline = timeoutMs === null ? NEVER : after(currentTime(), timeoutMs);
    const scope = new CancelScope({ deadline });
    let interruptedBy: Signal | null = null;
    const undo = SIGNALS.map((signal) =>
      program.onSignal(signal, () => {
        interruptedBy ??= signal;
        scope.cancel(signal);
      })
    );
    try {
      const perform = () => this.#perform();
      await scope.run(args.has("stream") ? () => whileRead(this.#context, perform) : perform);
    } catch (error) {
      // A call that could not be cancelled in time is no news to somebody who does not wait for it any more.
      if (!scope.cancelCalled) throw callError(error);
    } finally {
      for (const one of undo) one();
    }
    if (interruptedBy !== null) return signalExitCode(signalNumber(interruptedBy));
    if (scope.cancelCalled) throw this.#timedOut();
    return ExitCode.done;
  }

  async #perform(): Promise<void> {
    const { host, program } = this.#context;
    await withTree(this.#context, async (client, { socket }) => {
      const onAbsent = (why: UserError) => this.#noteAbsence(why);
      const search = { host, program, client, socket, selector: this.#selector, onAbsent };
      await withCallee(search, (link, runtime) => this.#talk(new Portal(link, runtime)));
    });
  }

  /** Without a time to wait, an actor that is not there is not waited for. */
  #noteAbsence(why: UserError): void {
    if (this.#context.args.text("timeout") === null) throw why;
    this.#absence = why;
  }

  async #talk(portal: Portal): Promise<void> {
    this.#isConnected = true;
    const { args } = this.#context;
    const values = [...this.#values];
    if (!args.has("stream")) {
      const body = portal.call[this.#name];
      if (body === undefined) throw new NotExposed(`A function "${this.#name}" cannot be called`);
      return await this.#print(await body(...values));
    }
    await portal.openStreamFrom(this.#name, values, async (stream) => {
      for await (const value of stream) {
        await this.#print(value);
        if (!this.#context.ui.isRead) return;
      }
    });
  }

  async #print(value: unknown): Promise<void> {
    const { ui, args, program } = this.#context;
    const isForPeople = program.stdout.isTerminal && !ui.json && !args.has("stream");
    await fromPromise(ui.printJson([jsonValue(value)], isForPeople ? INDENT : 0));
  }

  #timedOut(): UserError {
    const why = this.#absence?.message ?? "the tree has not answered";
    const message = this.#isConnected
      ? `"${this.#name}" did not return within the given time, and was cancelled`
      : `"${this.#selector}" was not there to be called within the given time: ${why}`;
    return new UserError("timed-out", message, {
      exitCode: ExitCode.timedOut,
      hint: "`supervise status` shows what the actor is doing",
    });
  }
}
