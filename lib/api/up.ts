import { ExitCode } from "../base/exit_code.ts";
import { limitErrorOf } from "../base/limit_error.ts";
import { UserError } from "../base/user_error.ts";
import type { ControlClient } from "../control/client.ts";
import type {
  ActionResult,
  ApplyResult,
  EndReport,
  FollowItem,
  StopResult,
  TreeStatus,
} from "../control/protocol.ts";
import type { Receipt } from "../daemon/receipt.ts";
import type { TreeId } from "../daemon/tree_id.ts";
import type { LogLine } from "../engine/logs/log_format.ts";
import type { Host } from "../host/ports/host.ts";
import { type WordedEntry, wordedEntry } from "../words/worded_entry.ts";
import type { Explained } from "./explained.ts";
import { ConfigError } from "./plan.ts";
import { openSystem } from "./system.ts";

/** How {@linkcode up} starts a tree. */
export interface UpOptions {
  /**
   * Whether the tree goes on when this program ends. Otherwise it is taken down with it, also if it is killed.
   *
   * @default {false}
   */
  readonly detach?: boolean;
  /**
   * Selectors of what is started by itself, with what that depends on.
   *
   * @default Everything.
   */
  readonly only?: readonly string[];
  /**
   * Profiles that are active, `*` for all: what is for one of them starts, too.
   *
   * @default Those of a tree that has survived its supervisor, or else none.
   */
  readonly profiles?: readonly string[];
  /**
   * Selectors of actors that end the tree, which then has their exit code.
   *
   * @default None beyond those that the file calls significant.
   */
  readonly exitCodeFrom?: readonly string[];
  /** Told of every line that an actor prints. */
  readonly onLine?: (line: LogLine) => void;
  /** Told of every decision. */
  readonly onEvent?: (entry: WordedEntry) => void;
}

/** How a tree ended. */
export interface TreeEnd {
  readonly outcome: EndReport["outcome"];
  /** Why, if it did not end well. */
  readonly reason: string | null;
  /** The exit code that `supervise up` would end with. */
  readonly exitCode: number;
  /** Every process that was seen, and what is left. */
  readonly receipt: Receipt;
}

/**
 * Starts the tree of a configuration file in processes of its own: a guardian, a supervisor and the actors. The same as
 * `supervise up`.
 *
 * @param file Path of the file; a relative one is relative to the working folder.
 * @returns The running tree; it has begun to start, use {@linkcode RunningTree.ready} to wait for it.
 * @throws {ConfigError} If the file is not valid; nothing was started.
 * @throws {UserError} `tree/already-running`, `limit/open-files` and others; nothing was started.
 *
 * @example Run a tree for as long as a block lasts
 * ```ts
 * import { up } from "supervise";
 *
 * await using tree = await up("examples/hello/supervise.toml", { onLine: ({ path, text }) => console.log(path, text) });
 * await tree.ready();
 * console.log((await tree.status()).actors.map((row) => [row.path, row.state]));
 * const { receipt } = await tree.down();
 * console.log(receipt.left);
 * ```
 */
export async function up(file: string, options: UpOptions = {}): Promise<RunningTree> {
  try {
    return await start(file, options);
  } catch (error) {
    throw limitErrorOf(error) ?? error;
  }
}

async function start(file: string, options: UpOptions): Promise<RunningTree> {
  const { adjustPlan, findFile, keptProfiles, launch, loadPlan, stateFolderOf, treeIdOf } = await import(
    "./tree_tools.ts"
  );
  const { host, program } = await openSystem();
  const path = findFile(host, program, file);
  const selection = { only: options.only ?? null, exitCodeFrom: options.exitCodeFrom ?? [] };
  const tree = treeIdOf(host, program.uid, path);
  const wanted = { profiles: options.profiles ?? keptProfiles(host, tree), only: selection.only };
  const compiled = loadPlan(host, program, path, null, wanted);
  if (compiled.plan === null) throw new ConfigError(path, compiled.problems);
  const { nodes } = adjustPlan(compiled.plan, selection);
  const folder = stateFolderOf(program, tree);
  const { client } = await launch(host, program, {
    file: path,
    stateFolder: folder,
    ...selection,
    profiles: compiled.plan.profiles,
    openFilesLimit: program.callersOpenFilesLimit,
    containment: null,
  });
  const paths = nodes.filter((node) => node.kind !== "tree").map((node) => node.path);
  const running = new RunningTree(host, client, { tree, folder, paths }, options);
  await client.request("begin", { owner: !(options.detach ?? false) });
  return running;
}

/**
 * A tree that was started by {@linkcode up}. Disposing of it takes it down, unless it is detached; while a crash is held for
 * inspection, that happens by itself when it is let go.
 */
export class RunningTree implements AsyncDisposable {
  readonly #host: Host;
  readonly #client: ControlClient;
  readonly #tree: TreeId;
  readonly #folder: string;
  readonly #isDetached: boolean;
  /** Resolves when the tree has ended and nothing of it is left, or what is left is named. */
  readonly ended: Promise<TreeEnd>;

  /** @internal */
  constructor(host: Host, client: ControlClient, kept: Kept, options: UpOptions) {
    this.#host = host;
    this.#client = client;
    this.#tree = kept.tree;
    this.#folder = kept.folder;
    this.#isDetached = options.detach ?? false;
    const following = client.follow(
      { lines: options.onLine !== undefined, entries: options.onEvent !== undefined },
      (items) => tell(host, kept, items, options),
    );
    this.ended = this.#awaitEnd(following);
    // A caller that never asks how it ended must not get an unhandled rejection because the connection was lost.
    this.ended.catch(() => {});
  }

  /** Waits until everything is ready, or can no longer be. `ok` says which, the rows why. */
  async ready(): Promise<ActionResult> {
    return await this.#client.request("await_ready", {});
  }

  /** The state of all actors, or of those that `selectors` name. */
  async status(...selectors: readonly string[]): Promise<TreeStatus> {
    return await this.#client.request("status", { paths: selectors });
  }

  /**
   * Explains actors and trees, fifty at most, or the whole tree if none is named: why they are in their states, what happens
   * next, how many restarts are left, and what follows if they go on failing.
   *
   * @throws {UserError} `target/unknown`
   *
   * @example Ask a running actor what led to its state
   * ```ts
   * import assert from "node:assert/strict";
   * import { up } from "supervise";
   *
   * await using tree = await up("examples/hello/supervise.toml");
   * await tree.ready();
   * const [greeter] = await tree.explain("greeter");
   * assert.equal(greeter?.state, "running");
   * assert.deepEqual(greeter.causes.slice(0, 2).map(({ event }) => event), ["started", "started"]);
   * ```
   */
  async explain(...selectors: readonly string[]): Promise<readonly Explained[]> {
    const { actors } = await this.#client.request("explain", { paths: selectors });
    await this.#client.request("sync", {});
    const { explainedWith, lastLifeIn, placesIn, readJournal } = await import("./tree_tools.ts");
    const entries = lastLifeIn(readJournal(this.#host.files, this.#folder) ?? []);
    return actors.map((one) => explainedWith(one, entries, placesIn(one)));
  }

  /** Starts actors with what they depend on; returns when they are ready. */
  async start(...selectors: readonly string[]): Promise<ActionResult> {
    return await this.#client.request("start", { paths: selectors, deps: true, wait: true });
  }

  /** Stops actors until they are started again; returns when nothing of them is left. */
  async stop(...selectors: readonly string[]): Promise<StopResult> {
    return await this.#client.request("stop", { paths: selectors, wait: true });
  }

  /** Stops actors and starts them again; returns when they are ready. */
  async restart(...selectors: readonly string[]): Promise<ActionResult> {
    return await this.#client.request("restart", { paths: selectors, wait: true });
  }

  /** Forgets failures, starts again what is down for them, and returns when that is ready. */
  async reset(...selectors: readonly string[]): Promise<ActionResult> {
    return await this.#client.request("reset", { paths: selectors, wait: true });
  }

  /**
   * Reads the file of the tree again and does what has changed in it, as `supervise apply` does; returns when what has started
   * is ready and what the file has no more is gone. With `dry`, nothing is done but to say what would be.
   *
   * @throws {UserError} `config/invalid` with its problems, `apply/refused` for what cannot be changed while the tree runs,
   * `tree/refused`. Nothing was done then.
   */
  async apply({ dry = false }: { readonly dry?: boolean } = {}): Promise<ApplyResult> {
    return soundOrThrow(await this.#client.request("apply", { dry, wait: true }));
  }

  /** Has what a selector names run in so many copies, null for as many as the file has; returns as `apply` does. */
  async scale(selector: string, replicas: number | null): Promise<ApplyResult> {
    const counts = [{ selector, replicas }];
    return soundOrThrow(await this.#client.request("scale", { counts, dry: false, wait: true }));
  }

  /**
   * Takes the tree down, within `withinMs` milliseconds if given, and returns when it is gone.
   *
   * @throws {UserError} `debug/held` while a crash is held for inspection; 0 milliseconds do not wait for that.
   */
  async down(withinMs: number | null = null): Promise<TreeEnd> {
    await this.#client.request("down", { cause: "down", withinMs });
    return await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isDetached) await this.down().catch(() => {});
    this.#client.close();
    await this.#client.closed;
  }

  async #awaitEnd(following: Promise<void>): Promise<TreeEnd> {
    const [report] = await Promise.all([this.#client.request("await_end", {}), following]);
    const { receiptOf } = await import("./tree_tools.ts");
    const receipt = await receiptOf(this.#host, this.#tree, report);
    const { outcome, reason, exitCode } = report;
    return { outcome, reason, exitCode, receipt };
  }
}

function soundOrThrow(result: ApplyResult): ApplyResult {
  if (result.isValid) return result;
  const problems = result.problems.filter(({ severity }) => severity === "error");
  throw new UserError(
    "config/invalid",
    `The file is not valid, and nothing was changed: ${problems[0]?.message}`,
    {
      exitCode: ExitCode.badConfig,
      details: { problems },
    },
  );
}

/** Where the logs and the journal of a tree are, and of which actors. */
interface Kept {
  readonly tree: TreeId;
  readonly folder: string;
  readonly paths: readonly string[];
}

/** Calls back for each item; what came too fast to be sent is taken from the files. */
async function tell(
  { files }: Host,
  { folder, paths }: Kept,
  items: readonly FollowItem[],
  { onLine, onEvent }: UpOptions,
): Promise<void> {
  const { entriesBetween, readJournal, readLines } = await import("./tree_tools.ts");
  for (const item of items) {
    if (item.kind === "line") onLine?.(item.line);
    else if (item.kind === "entry") onEvent?.(wordedEntry(item.entry));
    else if (item.of === "lines") {
      for await (const line of readLines(files, folder, { paths, after: item.after, upTo: item.upTo })) {
        onLine?.(line);
      }
    } else {
      const entries = readJournal(files, folder) ?? [];
      for (const entry of entriesBetween(entries, item.after, item.upTo)) onEvent?.(wordedEntry(entry));
    }
  }
}
