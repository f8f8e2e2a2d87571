import type { Host } from "../host/ports/host.ts";

const DRAWS = 6;

/** Thirty-two hexadecimal digits that nobody can foretell. */
export function randomId(host: Host): string {
  const draws = Array.from({ length: DRAWS }, () => host.randomSeed());
  return host.digest(`${host.processes.ownPid} ${host.clock.now()} ${draws.join(" ")}`).slice(0, 32);
}
