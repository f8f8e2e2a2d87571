import type { ActorHost } from "../host/ports/host.ts";

const DRAWS = 4;

/** Thirty-two hexadecimal digits, 128 bits, that nobody can foretell. */
export function randomId(host: ActorHost): string {
  const draws = Array.from({ length: DRAWS }, () => host.randomSeed());
  // On a machine whose chance can be foretold, for tests, processes and moments have their own nevertheless.
  const here = Math.floor(host.clock.now() * 1_000) ^ (host.processes.ownPid << 16);
  return draws.map((draw, index) => index === DRAWS - 1 ? draw ^ here : draw).map(eightDigits).join("");
}

function eightDigits(number: number): string {
  return (number >>> 0).toString(16).padStart(8, "0");
}
