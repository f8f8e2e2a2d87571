import type { LaunchOptions } from "../daemon/launch_options.ts";
import type { Prepared } from "../daemon/prepare_launch.ts";
import type { SoundTreePlan } from "../daemon/tree_plan.ts";

/** What `supervise up` is to bring up, and by whom. */
export interface UpOrder {
  readonly tree: SoundTreePlan;
  readonly options: LaunchOptions;
  /** Guardian and supervisor, if they have been started already. */
  readonly prepared: Prepared | null;
}
