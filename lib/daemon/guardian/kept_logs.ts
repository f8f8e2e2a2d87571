/** The output of actors while they have no supervisor: it goes into the same logs. */
import { ActorLogs } from "../../engine/logs/actor_logs.ts";
import { RunOutput } from "../../engine/run/run_output.ts";
import { pipesOf } from "../../engine/survival/run_pipes.ts";
import type { SavedTree } from "../../engine/survival/state_log.ts";
import type { Host } from "../../host/ports/host.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import { openNursery } from "../../scope/nursery.ts";
import type { Event } from "../../sync/event.ts";
import type { HeldPipes } from "./held_pipes.ts";

/** The actors whose output it is, and its files. */
export interface KeptLogsOptions {
  readonly host: Host;
  readonly saved: SavedTree;
  readonly pipes: HeldPipes;
  /** Where the tree's pipes are. */
  readonly runFolder: string;
  /** Where its logs are. */
  readonly stateFolder: string;
  /** Set anew when the logs are to be opened anew. */
  readonly nextHangup: () => Event;
}

/** Reads every pipe of a tree to its end. A cancel lets go of those that go on, when everything that was read is written. */
export async function keepLogs(
  { host, saved, pipes, runFolder, stateFolder, nextHangup }: KeptLogsOptions,
): Promise<void> {
  const { descriptors } = host;
  const logs = new ActorLogs({ host, folder: stateFolder, onLost: () => {}, onRemade: () => {} });
  await openNursery(async (nursery) => {
    nursery.startSoon(() => logs.run(), { name: "logs" });
    const listening = new CancelScope();
    nursery.startSoon(() => listening.run(() => reopenAtHangups(logs, nextHangup)), { name: "hangups" });
    const outputs: RunOutput[] = [];
    try {
      const placed = new Map(saved.runs.map(({ run, log }) => [run, log]));
      for (const [run, path] of runsOf(saved)) {
        const place = placed.get(run);
        if (place !== undefined) logs.place(path, place);
        const output = new RunOutput({
          open: (stream) => logs.open(path, stream),
          whenRoom: (callback) => logs.whenRoom(path, callback),
        });
        const open = (name: string) => {
          const descriptor = pipes.take(name);
          return descriptor === null ? null : descriptors.sourceOf(descriptor);
        };
        const { stdout, stderr } = pipesOf(runFolder, run);
        outputs.push(output);
        output.begin({ stdout: open(stdout), stderr: open(stderr) });
      }
      for (const output of outputs) await output.untilEnded();
    } finally {
      for (const output of outputs) output.close();
      listening.cancel("all is written");
      logs.close();
    }
  }, { collapse: true });
}

async function reopenAtHangups(logs: ActorLogs, nextHangup: () => Event): Promise<never> {
  while (true) {
    await nextHangup().wait();
    logs.reopen();
  }
}

/** The runs that there were, and the addresses of their actors. */
function runsOf({ state: { nodes } }: SavedTree): readonly (readonly [run: number, path: string])[] {
  return [...nodes.values()].flatMap(({ id, phase }) => "run" in phase ? [[phase.run, id] as const] : []);
}
