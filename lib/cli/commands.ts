import type { Command } from "./command.ts";
import { restart, start, stop } from "./commands/actions.ts";
import { call } from "./commands/call.ts";
import { check } from "./commands/check.ts";
import { doctor } from "./commands/doctor.ts";
import { down } from "./commands/down.ts";
import { events } from "./commands/events.ts";
import { init } from "./commands/init.ts";
import { logs } from "./commands/logs.ts";
import { ls } from "./commands/ls.ts";
import { plan } from "./commands/plan.ts";
import { ps, status } from "./commands/ps.ts";
import { up } from "./commands/up.ts";
import { version } from "./commands/version.ts";

/** All commands, in the order in which the help lists them. */
export const COMMANDS: readonly Command[] = [
  up,
  down,
  ps,
  status,
  ls,
  start,
  stop,
  restart,
  logs,
  events,
  call,
  check,
  plan,
  init,
  doctor,
  version,
];
