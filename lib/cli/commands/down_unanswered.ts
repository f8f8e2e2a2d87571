/** `supervise down` of a tree that has no supervisor, or one that does not answer. */
import { ExitCode } from "../../base/exit_code.ts";
import { UserError } from "../../base/user_error.ts";
import { launch } from "../../daemon/launch.ts";
import { orLost } from "../../daemon/lost_supervisor.ts";
import type { Receipt } from "../../daemon/receipt.ts";
import { clearAway, forceDown } from "../../daemon/take_down.ts";
import { isUnsupervised } from "../../daemon/take_over.ts";
import type { TreeId } from "../../daemon/tree_id.ts";
import { readRecord } from "../../daemon/tree_record.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { Context } from "../command.ts";
import { tellCleared } from "../tell_cleared.ts";
import { takeDown } from "../take_down.ts";

/** Ends a tree that cannot be asked to. @throws {UserError} `error` where that is not wanted. */
export async function takeDownAnyway(context: Context, tree: TreeId, error: unknown): Promise<Receipt> {
  const { host, args } = context;
  if (!(error instanceof UserError)) throw error;
  if (error.code === "tree/not-running") {
    const isAdopted = !args.has("force") && isUnsupervised(host, tree);
    return isAdopted
      ? await adoptAndTakeDown(context, tree)
      : await fromPromise(clearAway(host, tree, args.has("force")));
  }
  if (error.exitCode !== ExitCode.noAnswer || !args.has("force")) throw error;
  return await fromPromise(forceDown(host, tree));
}

/** Has a new supervisor go on with the actors, so that each is stopped as the file says. */
async function adoptAndTakeDown(context: Context, tree: TreeId): Promise<Receipt> {
  const { host, program, args } = context;
  const { stateFolder, profiles = [] } = readRecord(host, tree)!;
  const launched = await fromPromise(
    launch(host, program, {
      file: tree.file,
      stateFolder,
      only: null,
      profiles,
      exitCodeFrom: [],
      openFilesLimit: program.callersOpenFilesLimit,
      containment: null,
    }).catch(withForceHint),
  );
  await tellCleared(context.ui, launched);
  await fromPromise(launched.client.request("begin", { owner: false }));
  return await orLost(host, tree, () => takeDown(context, tree, launched.client, args.duration("deadline")));
}

function withForceHint(error: unknown): never {
  if (!(error instanceof UserError)) throw error;
  const { code, message, exitCode } = error;
  throw new UserError(code, message, {
    exitCode,
    hint: "`supervise down --force` ends the actors without a supervisor",
    cause: error,
  });
}
