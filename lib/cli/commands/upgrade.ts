/** `supervise upgrade`: hands running trees over to this version. */
import { counted } from "../../base/counted.ts";
import { ExitCode } from "../../base/exit_code.ts";
import { UserError } from "../../base/user_error.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { compileTree } from "../../daemon/compile_tree.ts";
import { connectTree } from "../../daemon/find_tree.ts";
import { type TreeId, treeIdOf } from "../../daemon/tree_id.ts";
import { listRecords, readRecord } from "../../daemon/tree_record.ts";
import { type Upgraded, upgradeTree } from "../../daemon/upgrade_tree.ts";
import type { Command, Context } from "../command.ts";
import { usage } from "../option.ts";
import { requireSound } from "../require_plan.ts";
import { treeOf } from "../which_tree.ts";

/** `supervise upgrade`. */
export const upgrade: Command = {
  usage: "[FILE]",
  about: [
    "Hands a running tree over to this binary: supervisor and guardian become it, and every actor goes on as the process that " +
    "it is. No line that an actor prints is lost, sockets that actors are handed listen all the while, and `up`, " +
    '`logs -f` and `events -f` follow on. For trees with on_supervisor_death = "survive".',
    "The tree goes on by the file as it was when the tree was started or applied last; `supervise apply` is for what has changed in it.",
    "Nothing is touched if the tree or an actor would not survive it (modules do not), or if this version cannot read what was written down of the " +
    "tree. If the new supervisor cannot go on, the actors do: `supervise up` of either version goes on with them.",
  ],
  options: [
    { name: "all", doc: "all running trees of this user, one after the other" },
    { name: "restart", doc: "let actors be started anew that cannot be handed over" },
  ],
  examples: [
    ["supervise upgrade", "the tree of the supervise.toml here or above"],
    ["supervise upgrade --all", "after a new version was installed"],
  ],
  words: [0, 1],
  takes: ["file"],
  async run(context) {
    const { args, ui } = context;
    const done = args.has("all")
      ? await upgradeAll(context)
      : [await upgradeOne(context, treeOf(context, 0))];
    const isOk = done.every(({ error }) => error === null);
    if (ui.json) await fromPromise(ui.printJson([{ ok: isOk, trees: done.map(fieldsOf) }]));
    return isOk ? ExitCode.done : ExitCode.failed;
  },
};

/** One tree, and what has come of it or why nothing has. */
interface Done {
  readonly name: string;
  readonly file: string;
  readonly upgraded: Upgraded | null;
  readonly error: UserError | null;
}

/** One that cannot be handed over does not keep the others from it. */
async function upgradeAll(context: Context): Promise<readonly Done[]> {
  const { host, program, args, ui } = context;
  if (args.words.length > 0 || args.text("file") !== null || args.text("name") !== null) {
    throw usage("usage/two-trees", "--all is for all trees, and one is named", "leave out one of the two");
  }
  const done: Done[] = [];
  for (const { name, file, endedAt } of listRecords(host, program.uid)) {
    if (endedAt !== null) continue;
    try {
      done.push(await upgradeOne(context, treeIdOf(host, program.uid, file)));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // It is listed, and does not run.
      if (error.code === "tree/not-running") continue;
      if (!ui.json) await fromPromise(ui.complain(error));
      done.push({ name, file, upgraded: null, error });
    }
  }
  if (done.length === 0 && !ui.json) await fromPromise(ui.say("no tree is running"));
  return done;
}

/** @throws {UserError} */
async function upgradeOne(context: Context, tree: TreeId): Promise<Done> {
  const { host, program, args, ui } = context;
  const client = await fromPromise(connectTree(host, tree));
  try {
    const { name } = client.greeted;
    await requireReadable(context, tree);
    await fromPromise(ui.say(`handing ${name} over ...`));
    const upgraded = await upgradeTree(host, program, tree, client, { restart: args.has("restart") });
    if (!ui.json) await fromPromise(ui.print(describe(name, upgraded)));
    return { name, file: tree.file, upgraded, error: null };
  } finally {
    client.close();
  }
}

/** A file that this version does not take is found before anything is touched. @throws {UserError} `config/invalid` */
async function requireReadable(context: Context, tree: TreeId): Promise<void> {
  const { host, program } = context;
  const { file } = tree;
  const record = readRecord(host, tree);
  if (record === null || host.files.realPath(file) === null) return;
  // The variables in it are those that the supervisor was started with.
  const environment = host.processes.environmentOf(record.supervisor.pid) ?? program.environment;
  const asSupervisor = Object.create(program, { environment: { value: environment } });
  const selection = { file, only: null, exitCodeFrom: [], profiles: record.profiles ?? [] };
  const { plan, problems, texts } = compileTree(host, asSupervisor, selection, new Map(), new Map());
  if (plan === null) {
    await requireSound(context, file, { isValid: false, problems, texts }, "was handed over");
  }
}

function describe(name: string, { from, to, pid, adopted }: Upgraded): string {
  const versions = from === to ? `another build of ${to}` : `supervise ${to}, from ${from}`;
  return `${name}: handed over to ${versions} (supervisor ${pid}); ${
    counted(adopted, "process", "processes")
  } went on`;
}

function fieldsOf({ name, file, upgraded, error }: Done): Record<string, unknown> {
  const failure = error === null ? null : { name: error.code, message: error.message, hint: error.hint };
  return { name, file, ok: error === null, ...upgraded, error: failure };
}
