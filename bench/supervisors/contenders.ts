/** All that are compared, in the order of the table. */
import type { Contender } from "./contender.ts";
import { circus } from "./contenders/circus.ts";
import { daemontools } from "./contenders/daemontools.ts";
import { dinit } from "./contenders/dinit.ts";
import { bunLoop, floor } from "./contenders/floor.ts";
import { pitchfork } from "./contenders/pitchfork.ts";
import { pm2 } from "./contenders/pm2.ts";
import { processCompose } from "./contenders/process_compose.ts";
import { runit } from "./contenders/runit.ts";
import { s6 } from "./contenders/s6.ts";
import { superviseRows } from "./contenders/supervise.ts";
import { supervisord } from "./contenders/supervisord.ts";

/** @param floorProgram The compiled floor, or a path where there is none. */
export function contenders(floorProgram: string): readonly Contender[] {
  return [
    ...superviseRows,
    floor(floorProgram),
    bunLoop,
    dinit,
    s6,
    runit,
    daemontools,
    supervisord,
    circus,
    pm2,
    processCompose,
    pitchfork,
  ];
}
