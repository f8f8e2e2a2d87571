/**
 * The guardian: the parent of the supervisor, which does nothing but wait. When the supervisor is killed, everything that
 * it had started, escaped descendants with sessions of their own included, becomes the guardian's in the same instant, and
 * it ends them all.
 *
 * It holds one end of a pipe of which the supervisor reads the other, so that each of the two knows of the other's death.
 */
import { definedOnly } from "../base/defined_only.ts";
import { Containment } from "../engine/containment.ts";
import { killAll } from "../engine/final_sweep.ts";
import { Ledger } from "../engine/ledger.ts";
import type { Host } from "../host/ports/host.ts";
import type { ExitStatus } from "../host/ports/processes.ts";
import type { Program } from "../host/ports/program.ts";
import { Event } from "../sync/event.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import { run } from "../scope/run.ts";
import type { Signal } from "../base/signals.ts";
import { letSleep } from "./let_sleep.ts";
import { killMarked } from "./leftovers.ts";
import { BareLayer } from "../engine/session_layer.ts";
import { ControlGroupLayer } from "../engine/control_group_layer.ts";
import { recordedGroup } from "./tree_groups.ts";
import { type TreeId, treeIdOf } from "./tree_id.ts";
import { readRecord, type TreeRecord } from "./tree_record.ts";
import {
  GUARDIAN_DESCRIPTOR,
  type LaunchOptions,
  REPORT_DESCRIPTOR,
  SUPERVISOR_VERB,
} from "./launch_options.ts";

/** Signals that are meant for the tree, which the supervisor knows what to do about. */
const PASSED_ON: readonly Signal[] = ["SIGHUP", "SIGINT", "SIGTERM"];

/** Runs the guardian; returns its exit code when the supervisor, and with it everything, is gone. */
export async function guardian(host: Host, program: Program, options: string): Promise<number> {
  const { descriptors, processes } = host;
  descriptors.keepToOurselves();
  const { file, containment } = JSON.parse(options) as LaunchOptions;
  let death = new Event();
  processes.adoptOrphans(() => {
    death.set();
    death = new Event();
  }, containment !== "group");
  const link = descriptors.openPipe();
  const supervisor = processes.spawn({
    argv: [...program.selfCommand, SUPERVISOR_VERB, options],
    env: definedOnly(program.environment),
    cwd: program.cwd,
    stdin: null,
    output: "inherit",
    descriptors: { [REPORT_DESCRIPTOR]: REPORT_DESCRIPTOR, [GUARDIAN_DESCRIPTOR]: link.read },
  });
  descriptors.close(REPORT_DESCRIPTOR);
  descriptors.close(link.read);
  letSleep(host);
  for (const signal of PASSED_ON) program.onSignal(signal, () => processes.signal(supervisor, signal));
  return await run(async () => {
    const status = await fromPromise(supervisor.exited);
    if (status.how === "exited" && status.code === 0) return 0;
    const complain = (text: string) => program.stderr.write(`guardian: ${text}\n`).catch(() => {});
    await complain(`the supervisor has died (${describe(status)}), ending what it had started`);
    const tree = treeIdOf(host, program.uid, file);
    const record = readRecord(host, tree);
    const isOurs = record?.supervisor.pid === supervisor.pid &&
      record.supervisor.startTime === supervisor.startTime;
    const count = await endAll(host, isOurs ? { tree, record } : null, () => death);
    await complain(`ended ${count} processes`);
    return 1;
  }, { clock: host.clock, name: "guardian" });
}

/** Ends what the supervisor had started: whatever has come to us, and all that is in its control group. */
async function endAll(
  host: Host,
  known: { readonly tree: TreeId; readonly record: TreeRecord } | null,
  nextDeath: () => Event,
): Promise<number> {
  const group = known === null ? null : recordedGroup(known.tree, known.record);
  const { containment: used, instance } = known?.record ?? {};
  if (used === "group" && instance !== undefined) return await killMarked(host, { instance, group });
  const ledger = new Ledger();
  const layer = group === null ? new BareLayer() : new ControlGroupLayer(host, group);
  const containment = new Containment(host.processes, ledger, layer);
  await killAll({ host, ledger, containment, nextDeath });
  containment.close();
  return ledger.count;
}

function describe(status: ExitStatus): string {
  return status.how === "exited" ? `exit code ${status.code}` : status.signal;
}
