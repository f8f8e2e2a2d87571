/** The end of a tree whose supervisor has gone away without an answer: waited for, unless the rest is to survive, and told of. */
import { grouped } from "../base/counted.ts";
import { nameSome } from "../base/name_some.ts";
import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import type { Survivor } from "../engine/containment/ledger.ts";
import type { Host } from "../host/ports/host.ts";
import { wake } from "./holder.ts";
import { supervisorLogOf } from "./start_guardian.ts";
import { endLeftovers } from "./leftovers.ts";
import type { TreeId } from "./tree_id.ts";
import { readRecord, type TreeRecord } from "./tree_record.ts";
import { waitUntilGone } from "./wait_until_gone.ts";

/** Waits for the end of the rest; the error that tells of it, or `lost` where nothing is known of it. */
export async function lossOf(host: Host, tree: TreeId, lost: UserError): Promise<UserError> {
  const record = readRecord(host, tree);
  if (record === null) return lost;
  if (record.endedAt !== null) return endedUnheard(record);
  return record.onSupervisorDeath === "survive"
    ? await toldOfSurvival(host, record)
    : await settleLoss(host, tree, record);
}

/** The guardian ends everything when the supervisor dies; this waits for it, and ends what is left if it has died, too. */
async function settleLoss(host: Host, tree: TreeId, record: TreeRecord): Promise<UserError> {
  wake(host, tree, record);
  const own = await waitUntilGone(host, [record.supervisor, record.guardian]);
  const { processes, survivors } = await endLeftovers(host, tree);
  const left: readonly Survivor[] = [
    ...survivors,
    ...own.map(({ pid }) => ({ pid, command: "supervise", why: "it is still ending the others" })),
  ];
  const message = left.length > 0
    ? `The supervisor died; ${grouped(left.length)} left: ${nameSome(left.map(describeSurvivor))}`
    : processes.length > 0
    ? `The supervisor died, and its guardian, too; what they had left has been ended (${processes.length}), 0 left`
    : "The supervisor died, and its guardian has ended everything that it had started, 0 left";
  return new UserError("supervisor/died", message, {
    exitCode: left.length > 0 ? ExitCode.survivors : ExitCode.failed,
    hint: `its last words are in ${supervisorLogOf(record.stateFolder)}`,
    details: { left: left.length, survivors: left },
  });
}

/** A tree that survives waits for somebody who goes on with it. */
async function toldOfSurvival(host: Host, { supervisor, stateFolder }: TreeRecord): Promise<UserError> {
  await waitUntilGone(host, [supervisor]);
  return new UserError("supervisor/died", "The supervisor died, and its actors go on without one", {
    hint: `\`supervise up\` goes on with them; its last words are in ${supervisorLogOf(stateFolder)}`,
  });
}

function endedUnheard({ outcome, endedAt }: TreeRecord): UserError {
  return new UserError(
    "control/lost",
    `The tree has ended (${outcome?.replace("_", " ")}, ${endedAt}) before this command was answered`,
    { exitCode: ExitCode.noAnswer, hint: "`supervise events` shows what led to it" },
  );
}

function describeSurvivor({ pid, command, why }: Survivor): string {
  return `${pid} ${command} (${why})`;
}
