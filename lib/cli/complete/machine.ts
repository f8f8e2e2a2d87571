import type { TreeChoice } from "../../daemon/find_tree.ts";
import type { ClientHost, Host } from "../../host/ports/host.ts";
import type { Program } from "../../host/ports/program.ts";

/** Where names are asked for. */
export interface Machine {
  readonly host: ClientHost;
  readonly openHost: () => Promise<Host>;
  readonly program: Program;
  /** The tree that is meant. */
  readonly tree: TreeChoice;
}
