/** A client has a running tree handed over to the program that it is itself. */
import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import type { ControlClient } from "../control/client.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import { READ_VERSIONS } from "../engine/survival/state_log.ts";
import type { Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import { connectLasting } from "./lasting_supervisor.ts";
import type { LaunchReport } from "./launch_options.ts";
import { readLaunchReport } from "./launch_report.ts";
import { supervisorLogOf } from "./start_guardian.ts";
import type { TreeId } from "./tree_id.ts";
import { readRecord } from "./tree_record.ts";

/** The result of an upgrade. */
export interface Upgraded {
  /** The versions before and after. */
  readonly from: string;
  readonly to: string;
  /** The supervisor: the same process as before. */
  readonly pid: number;
  /** How many processes of actors go on. */
  readonly adopted: number;
}

/**
 * Hands a tree over to this program.
 *
 * @param client A connection to its supervisor, which is of no use afterwards.
 * @param options.restart Whether actors that cannot be handed over may be started anew.
 * @throws {UserError} Why it was not done, such as `upgrade/dies`; `upgrade/failed` if there is no supervisor any more.
 */
export async function upgradeTree(
  host: Host,
  program: Program,
  tree: TreeId,
  client: ControlClient,
  { restart }: { readonly restart: boolean },
): Promise<Upgraded> {
  const name = `upgraded.${program.pid}`;
  const path = `${tree.runFolder}/${name}`;
  host.files.remove(path);
  host.descriptors.makeNamedPipe(path);
  const descriptor = host.descriptors.openNamedPipe(path);
  if (descriptor === null) throw failed(host, tree, "the pipe for its report is gone");
  const source = host.descriptors.sourceOf(descriptor);
  // Else it would be at its end before anybody has opened it.
  const held = host.descriptors.holdNamedPipe(path);
  const letEnd = () => {
    if (held !== null) host.descriptors.close(held);
  };
  const { version: from } = client.greeted;
  try {
    const order = { command: program.selfCommand, reads: READ_VERSIONS, report: name, restart };
    await fromPromise(client.request("upgrade", order).catch(unlessHandedOver));
    letEnd();
    const report = await fromPromise(readLaunchReport(source));
    return await settle(host, tree, from, report);
  } catch (error) {
    source.close();
    throw error;
  } finally {
    host.files.remove(path);
  }
}

function unlessHandedOver(error: unknown): void {
  const isOnItsWay = error instanceof UserError &&
    (error.code === "control/handed-over" || error.code === "control/lost");
  if (!isOnItsWay) throw error;
}

async function settle(
  host: Host,
  tree: TreeId,
  from: string,
  report: LaunchReport | null,
): Promise<Upgraded> {
  if (report?.ok === false) throw failed(host, tree, report.error.message);
  const next = report === null ? null : await fromPromise(connectLasting(host, tree));
  if (next === null) throw failed(host, tree, "the new supervisor died");
  const { version: to } = next.greeted;
  next.close();
  return {
    from,
    to,
    pid: readRecord(host, tree)?.supervisor.pid ?? 0,
    adopted: report!.ok ? report!.adopted : 0,
  };
}

function failed(host: Host, tree: TreeId, why: string): UserError {
  const record = readRecord(host, tree);
  const words = record === null ? "" : `; its last words are in ${supervisorLogOf(record.stateFolder)}`;
  return new UserError(
    "upgrade/failed",
    `The tree of "${tree.file}" could not be handed over: ${why}`,
    {
      exitCode: ExitCode.failed,
      hint:
        `its actors are kept: \`supervise up\`, of this version or the one before, goes on with them${words}`,
    },
  );
}
