/** The unit that runs a whole tree by `supervise up`. */
import { ExitCode, signalExitCode } from "../../base/exit_code.ts";
import { SIGNAL_NUMBERS } from "../../base/signals.ts";
import { type Plan, ROOT, treeAt } from "../../config/plan.ts";
import { treeNameOf } from "../rules/names.ts";
import { startBoundMs } from "./start_bound.ts";
import { commandLine, plainValue, quotedWord, timeSpan, Unit } from "./unit_text.ts";

/** The options of a unit beside the plan. */
export interface TreeUnitOptions {
  /** Absolute path of the program, and its first arguments. */
  readonly supervise: readonly string[];
  /** The unit that it is a part of at boot. */
  readonly wantedBy: string;
  /** The value of PATH for the tree; null for that of systemd. */
  readonly path: string | null;
  /** The active profiles. */
  readonly profiles: readonly string[];
}

/** The target of a machine that has come up, and that of a user. */
export const SYSTEM_TARGET = "multi-user.target";
export const USER_TARGET = "default.target";

/** systemd gives a start this long by itself. */
const SHORTEST_START_MS = 90_000;
/** The time for the end of a tree beside the teardown itself, until systemd kills. */
const END_MS = 10_000;
/** How often the supervisor has to answer. */
const WATCHDOG_MS = 60_000;
/** Before a tree whose supervisor has died is started again. */
const RESTART_MS = 1_000;

/** Name of the unit of a tree. */
export function unitNameOf(plan: Pick<Plan, "name">): string {
  return `${treeNameOf(plan)}.service`;
}

/** See the module. */
export function treeUnit(plan: Plan, options: TreeUnitOptions): Unit {
  const { supervise, wantedBy, path, profiles } = options;
  const { file, dir, name } = plan;
  const unit = new Unit();
  const startMs = startBoundMs(plan);
  unit.add("Unit", "Description", plainValue(`${name}, a tree of supervise`));
  if (wantedBy === SYSTEM_TARGET) {
    unit.add("Unit", "After", "network-online.target");
    unit.add("Unit", "Wants", "network-online.target");
  }
  unit.add("Service", "Type", "notify");
  unit.add("Service", "NotifyAccess", "main");
  const active = profiles.flatMap((profile) => ["--profile", profile]);
  unit.add("Service", "ExecStart", commandLine([...supervise, "up", ...active, file]));
  unit.add("Service", "ExecReload", commandLine([...supervise, "apply", file]));
  unit.add("Service", "WorkingDirectory", plainValue(dir));
  if (path !== null) unit.add("Service", "Environment", quotedWord(`PATH=${path}`));
  unit.add("Service", "Delegate", "yes");
  unit.add("Service", "KillMode", "mixed");
  const start = startMs === null ? "infinity" : timeSpan(Math.max(startMs, SHORTEST_START_MS));
  unit.add("Service", "TimeoutStartSec", start);
  unit.add("Service", "TimeoutStopSec", timeSpan(treeAt(plan, ROOT).shutdownMs + END_MS));
  unit.add("Service", "WatchdogSec", timeSpan(WATCHDOG_MS));
  // After SIGTERM `up` ends with what shells have for that.
  unit.add("Service", "SuccessExitStatus", String(signalExitCode(SIGNAL_NUMBERS.SIGTERM)));
  unit.add("Service", "Restart", "on-failure");
  unit.add("Service", "RestartSec", timeSpan(RESTART_MS));
  // Another start would come to the same.
  const lasting = [ExitCode.usage, ExitCode.badConfig, ExitCode.gaveUp].join(" ");
  unit.add("Service", "RestartPreventExitStatus", lasting);
  unit.add("Install", "WantedBy", wantedBy);
  return unit;
}
