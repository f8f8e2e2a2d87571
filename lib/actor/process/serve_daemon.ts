import type { TlsCredentials } from "../../host/ports/tcp.ts";
import { sleepForever } from "../../scope/sleep.ts";
import { addressOf, becomeActor } from "../current_actor.ts";
import type { ChildSystem } from "./child_main.ts";
import type { Modules } from "../dialog/exposed.ts";
import { randomId } from "../random_id.ts";
import { ActorRuntime } from "../runtime.ts";

/** A standalone actor, and its addresses. */
export interface DaemonOptions {
  /** @default {"daemon"} */
  readonly name?: string;
  /**
   * Where it listens: `@NAME` for a name in the kernel, the path of a Unix socket, or `tcp://HOST:PORT` for those with a
   * certificate.
   *
   * @default A name that nobody else has; `onReady` is told of it.
   */
  readonly listen?: readonly string[];
  /** Its certificate and those that it trusts, for `tcp://`. */
  readonly tls?: TlsCredentials;
  /** Told where it listens, as soon as it serves. */
  readonly onReady?: (addresses: readonly string[]) => void;
}

/** @internal Serves modules in this run until it is cancelled: by another actor, by SIGTERM, or from around it. */
export async function serveDaemonOn(
  { host, program }: Omit<ChildSystem, "load">,
  modules: Modules,
  { name = "daemon", listen = [], tls, onReady }: DaemonOptions,
): Promise<void> {
  const id = randomId(host);
  const runtime = new ActorRuntime({
    host,
    self: { id, name, path: name, pid: program.pid, address: listen[0] ?? addressOf(id) },
    listen: listen.slice(1),
    uids: new Set([program.uid]),
    isCancellable: true,
    ...(tls === undefined ? {} : { tls }),
  });
  runtime.modules = modules;
  becomeActor(runtime);
  const undo = [
    program.onSignal("SIGTERM", () => runtime.cancel({ canceller: null, reason: "SIGTERM", withinMs: null })),
    program.onExit(() => runtime.lifetime.runNow()),
  ];
  try {
    await runtime.run(async () => {
      onReady?.(runtime.addresses);
      await sleepForever();
    });
  } finally {
    for (const one of undo) one();
  }
}
