/** The words for what a simulated actor does not do, as the journal of a real one has them. PURE. */
import { describeProbe } from "../config/describe_probe.ts";
import type { ActorSpec, Probe } from "../config/plan.ts";
import { probedAddress } from "../config/probed_address.ts";
import type { ProbeAnswer } from "../supervision/event.ts";

/** Why a process cannot be started, where the script has it so. */
export const CANNOT_START = "it cannot be started (as the script has it)";

/** Why an actor is not started where somebody listens at its port. */
export function takenPort({ path, ready }: ActorSpec): string {
  const { host, port } = probedAddress(ready!.probe)!;
  return `${host}:${port} answers before "${path}" was started: another process has that port`;
}

const ABSENT: Partial<Readonly<Record<Probe["type"], string>>> = {
  tcp: "connection refused",
  http: "connection refused",
  exec: "exit code 1",
  file: "it does not exist",
};

/** The answer of a probe about an actor that is not ready. */
export function absence({ type }: Pick<Probe, "type">): string {
  return ABSENT[type] ?? "not yet";
}

/** The answer of a check about an actor that does not work. */
export function illness({ type }: Pick<Probe, "type">): string {
  return type === "http" ? "answered with status 503" : absence({ type });
}

/** The answer of a probe that has found something. */
export function notReady(probe: Probe, found: string): ProbeAnswer {
  return { says: "not_ready", why: `${describeProbe(probe)}: ${found}` };
}
