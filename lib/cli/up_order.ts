import type { Handed } from "../daemon/launch.ts";
import type { LaunchOptions } from "../daemon/launch_options.ts";

/** The tree that `supervise up` is to bring up, and how it is launched. */
export interface UpOrder extends Handed {
  readonly options: LaunchOptions;
  /** Until this is called, signals end this program also where it is process 1: then somebody listens to them. */
  readonly listen: () => void;
  /** Whether its logs and its journal go with it, so that nobody can be referred to them. */
  readonly isPassing: boolean;
}
