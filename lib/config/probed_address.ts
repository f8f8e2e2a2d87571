import type { Probe } from "./plan.ts";

/** An address that a probe asks at; `host` without the brackets of an IPv6 address. */
export interface ProbedAddress {
  readonly host: string;
  readonly port: number;
}

/** Where a probe asks over the network; null if it asks in another way. */
export function probedAddress(probe: Probe): ProbedAddress | null {
  if (probe.type === "tcp") return { host: probe.host, port: probe.port };
  if (probe.type !== "http") return null;
  const { hostname, port, protocol } = new URL(probe.url);
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) || (protocol === "https:" ? 443 : 80) };
}
