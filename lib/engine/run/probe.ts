/** One attempt to find out whether an actor is ready. */
import { unreachable } from "../../base/invariant.ts";
import { describeProbe } from "../../config/describe_probe.ts";
import type { ActorSpec, Probe } from "../../config/plan.ts";
import { probedAddress } from "../../config/probed_address.ts";
import type { Host } from "../../host/ports/host.ts";
import type { Attempt } from "../../host/ports/network.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { moveOnAfter } from "../../scope/timeouts.ts";
import type { ProbeAnswer } from "../../supervision/event.ts";
import { runSideCommand, type SideContext } from "./side_command.ts";

/** A probe that is asked, and asked again. Others wait for what comes by itself. */
export type AskedProbe = Exclude<Probe, { type: "log" | "delay" | "module" | "notify" }>;

/** The parts of a run that a probe on its behalf needs. */
export interface ProbeContext extends SideContext {
  readonly host: Host;
  /** The version of the file that its probe asks for, from before its start; null if there was none. */
  readonly fileBefore: string | null;
}

/** Asks once. */
export async function ask(
  context: ProbeContext,
  spec: ActorSpec,
  probe: AskedProbe,
  timeoutMs: number,
): Promise<ProbeAnswer> {
  const refusal = await moveOnAfter(timeoutMs, () => askNow(context, spec, probe));
  if (refusal === undefined) return { says: "nothing" };
  return refusal === null ? { says: "ready" } : { says: "not_ready", why: refusal };
}

/**
 * Whether somebody answers at the address of an actor's probe before the actor was started: then that somebody has its
 * port, and would be taken for it.
 */
export async function isTaken(host: Host, probe: Probe, timeoutMs: number): Promise<string | null> {
  const address = probedAddress(probe);
  if (address === null) return null;
  const refusal = await moveOnAfter(
    timeoutMs,
    () => attempt(host.network.connect(address.host, address.port)),
  );
  return refusal === null ? `${address.host}:${address.port}` : null;
}

/** The version of the file that tells that an actor is ready; null if there is none, or it is told in another way. */
export function versionOfReadyFile({ files }: Pick<Host, "files">, { ready }: ActorSpec): string | null {
  return ready?.probe.type === "file" ? files.inspect(ready.probe.path)?.version ?? null : null;
}

/** Whether a probe asks at a port where the supervisor itself listens on behalf of the actor. */
export function asksOwnSocket({ ready, sockets }: ActorSpec): boolean {
  const address = ready === null ? null : probedAddress(ready.probe);
  return address !== null && sockets.some((own) => own.type === "tcp" && own.port === address.port);
}

/** @returns Null if the actor is ready, else why it is not. */
async function askNow(context: ProbeContext, spec: ActorSpec, probe: AskedProbe): Promise<string | null> {
  const { host } = context;
  const said = (error: string | null) => error === null ? null : `${describeProbe(probe)}: ${error}`;
  switch (probe.type) {
    case "tcp":
      return said(await attempt(host.network.connect(probe.host, probe.port)));
    case "http":
      return said(await attempt(host.network.get(probe.url)));
    case "file":
      return said(whyNotWritten(context, probe.path));
    case "exec":
      return said(await askCommand(context, spec, probe.argv));
    default:
      return unreachable(probe, "probe");
  }
}

/** A file that was there before is that of an earlier run, or of another program, until it is changed or replaced. */
function whyNotWritten({ host, fileBefore }: ProbeContext, path: string): string | null {
  const now = host.files.inspect(path)?.version ?? null;
  if (now === null) return "it does not exist";
  return now === fileBefore ? "it was there before the start, and has not changed since" : null;
}

async function askCommand(
  context: SideContext,
  spec: ActorSpec,
  argv: readonly string[],
): Promise<string | null> {
  const status = await runSideCommand(context, spec, argv);
  if (status.how === "not_started") return status.message;
  if (status.how === "signalled") return `ended by ${status.signal}`;
  if (status.how === "unseen") return "ended unseen";
  return status.code === 0 ? null : `exit code ${status.code}`;
}

async function attempt({ result, cancel }: Attempt): Promise<string | null> {
  return await fromPromise(result, cancel);
}
