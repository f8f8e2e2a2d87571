import { SpawnError } from "../../ports/processes.ts";
import { describeErrno } from "../libc.ts";

const EPERM = 1;
const EACCES = 13;

/** Why a step of a shim has failed: `nice = -5: only root may raise the priority`. */
export function refusal(step: string, reason: string): SpawnError {
  return new SpawnError("privileges", `${step}: ${reason}`);
}

/**
 * The reason for an error number.
 *
 * @param forbidden What it means that something is not permitted.
 */
export function reasonOf(errno: number, forbidden: string): string {
  return errno === EPERM || errno === EACCES ? forbidden : describeErrno(errno);
}

/** Names the user who may do a thing: root has lost some of its rights in many a container. */
export function onlyRoot(what: string, capability: string): string {
  return process.getuid!() === 0
    ? `this root lacks ${capability}, without which nobody may ${what}`
    : `only root may ${what}`;
}
