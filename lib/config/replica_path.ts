/**
 * Addresses of replicas: `api.2` is the second copy of the actor `api`. Names in a file have no dots, so that no other
 * address looks like one.
 */

/** The address of a replica, or of an actor that has none (null). */
export function replicaPath(path: string, replica: number | null): string {
  return replica === null ? path : `${path}.${replica}`;
}

/** The address of the actor that a path is a replica of; any other path as it is. */
export function withoutReplica(path: string): string {
  return path.replace(/\.[1-9]\d*$/, "");
}
