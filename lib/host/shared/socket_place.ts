/** The file of a socket that is listened on: made by a name, which the kernel shows to all, and kept by a held folder. */
import { nodeFs } from "./lazy_node.ts";

/** Removes what is in the way. */
export function clearPlace(reached: string): void {
  nodeFs().rmSync(reached, { force: true });
}

/**
 * Lets only the owner connect.
 *
 * @param close Stops listening, where the name has led elsewhere.
 * @throws If it has.
 */
export function keepForOwner(address: string, reached: string, close: () => void): void {
  const { lstatSync, chmodSync } = nodeFs();
  const [named, kept] = [
    lstatSync(address, { throwIfNoEntry: false }),
    lstatSync(reached, { throwIfNoEntry: false }),
  ];
  if (kept?.isSocket() !== true || named?.ino !== kept.ino || named.dev !== kept.dev) {
    close();
    throw new Error(`"${address}" leads to another folder than before`);
  }
  chmodSync(reached, 0o600);
}
