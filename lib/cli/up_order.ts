import type { Handed } from "../daemon/launch.ts";
import type { LaunchOptions } from "../daemon/launch_options.ts";

/** What `supervise up` is to bring up, and by whom. */
export interface UpOrder extends Handed {
  readonly options: LaunchOptions;
  /** Until this is called, signals end this program also where it is process 1: then somebody listens to them. */
  readonly listen: () => void;
}
