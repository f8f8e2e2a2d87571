/** Which file, and which tree, a command line means. */
import type { ErrorName } from "../base/error_names.ts";
import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import { askAlong, type ControlClient } from "../control/client.ts";
import type { TreeStatus } from "../control/protocol.ts";
import { connectSupervisor } from "../daemon/connect_supervisor.ts";
import { connectFrom, findFile, findTree } from "../daemon/find_tree.ts";
import { requireOwnState, stateFolderOf } from "../daemon/state_folder.ts";
import type { TreeId } from "../daemon/tree_id.ts";
import { readRecord } from "../daemon/tree_record.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import { moveOnAfter } from "../scope/timeouts.ts";
import type { AskingContext, Context } from "./command.ts";
import { usage } from "./option.ts";

/** The real path of the file that is meant: the word at `index`, `-f`, that of the tree `-p`, or the nearest one. @throws {UserError} */
export function fileOf(
  { host, program, args }: Context,
  index: number,
  open: "may be open" | "is closed" = "is closed",
): string {
  const word = args.words[index];
  const option = args.text("file");
  if (word !== undefined && option !== null) throw twoFiles(word, option);
  const name = args.text("name");
  if (name === null) return findFile(host, program, word ?? option, open);
  if (word === undefined && option === null) return findTree(host, program, { file: null, name }).file;
  throw fileAndTree((word ?? option)!, name);
}

function twoFiles(word: string, option: string): UserError {
  return usage("usage/two-files", `Two files are named: "${word}" and "${option}"`, "name one of them");
}

function fileAndTree(file: string, name: string): UserError {
  return usage("usage/two-trees", `A file and a tree are named: "${file}" and "${name}"`, "name one of them");
}

/** The tree that is meant by the word at `index` if there is one to say so, `-f`, `-p`, or the folder. @throws {UserError} */
export function treeOf({ host, program, args }: AskingContext, index?: number): TreeId {
  const word = index === undefined ? null : args.words[index] ?? null;
  const [option, name] = [args.text("file"), args.text("name")];
  if (word !== null && option !== null) throw twoFiles(word, option);
  if (word !== null && name !== null) throw fileAndTree(word, name);
  return findTree(host, program, { file: word ?? option, name });
}

/** Runs `body` with a connection to the tree that is meant. @param index See {@linkcode treeOf}. @throws {UserError} */
export async function withTree<T>(
  context: AskingContext,
  body: (client: ControlClient, tree: TreeId) => Promise<T>,
  index?: number,
): Promise<T> {
  const tree = treeOf(context, index);
  const client = await fromPromise(connectFrom(context, tree));
  try {
    return await body(client, tree);
  } finally {
    client.close();
  }
}

/** The state of the tree that is meant: one message to its supervisor, and one from it. @throws {UserError} */
export async function statusOf(context: AskingContext, paths: readonly string[]): Promise<TreeStatus> {
  const asked = askAlong("status", { paths });
  const client = await fromPromise(connectFrom(context, treeOf(context), asked.send));
  try {
    return await fromPromise(asked.answer());
  } finally {
    client.close();
  }
}

/** How long a supervisor may take to put into its files what is on its way there. */
const SYNC_MS = 1_000;

/** The files of a tree, and its supervisor for somebody who wants to follow the tree. */
export interface Kept {
  readonly tree: TreeId;
  /** Folder with the logs and the journal. */
  readonly folder: string;
  /** Null if nobody follows, or the tree does not run. */
  readonly client: ControlClient | null;
  /** The error for a tree that has kept nothing of a kind, as {@linkcode nothingKept} makes it. */
  readonly nothing: (code: ErrorName, message: string) => Promise<UserError>;
}

/** Runs `body` with what the tree that is meant has kept; also after it has ended. @param index See {@linkcode treeOf}. @throws {UserError} */
export async function withKept<T>(
  context: Context,
  body: (kept: Kept) => Promise<T>,
  index?: number,
): Promise<T> {
  const { host, program, args } = context;
  const tree = treeOf(context, index);
  const folder = readRecord(host, tree)?.stateFolder ?? stateFolderOf(program, tree);
  requireOwnState(host, program.uid, folder);
  const nothing = async (code: ErrorName, message: string) => {
    const { nothingKept } = await fromPromise(import("../daemon/not_running.ts"));
    return nothingKept(host, tree, code, message);
  };
  if (!args.has("follow")) {
    await awaitKept(host, tree);
    return await body({ folder, client: null, tree, nothing });
  }
  const client = await fromPromise(connectSupervisor(host, tree));
  try {
    return await body({ folder, client, tree, nothing });
  } finally {
    client?.close();
  }
}

/** Waits until all that a running tree has told so far is kept; one that does not answer is not waited for. */
async function awaitKept(host: Context["host"], tree: TreeId): Promise<void> {
  await moveOnAfter(SYNC_MS, async () => {
    try {
      const asked = askAlong("sync", {});
      const client = await fromPromise(connectSupervisor(host, tree, asked.send));
      if (client === null) return;
      await fromPromise(asked.answer()).finally(() => client.close());
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  });
}

/** The selectors of a command that cannot do without. @throws {UserError} */
export function selectorsOf({ args }: AskingContext, verb: string): readonly string[] {
  if (args.words.length > 0) return args.words;
  throw new UserError("usage/no-selector", `Nothing is named to ${verb}`, {
    exitCode: ExitCode.usage,
    hint: `name actors or trees: \`supervise ${verb} api\`, or \`'**'\` for all`,
  });
}
