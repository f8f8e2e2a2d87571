/** All that are compared, in the order of the page. */
import type { Peer } from "./peer.ts";
import { circus } from "./peers/circus.ts";
import { concurrently } from "./peers/concurrently.ts";
import { daemontools } from "./peers/daemontools.ts";
import { dinit } from "./peers/dinit.ts";
import { foreman } from "./peers/foreman.ts";
import { monit } from "./peers/monit.ts";
import { nodemon } from "./peers/nodemon.ts";
import { overmind } from "./peers/overmind.ts";
import { pm2 } from "./peers/pm2.ts";
import { processCompose } from "./peers/process_compose.ts";
import { runit } from "./peers/runit.ts";
import { s6 } from "./peers/s6.ts";
import { supervise, superviseBySubreaper } from "./peers/supervise.ts";
import { supervisord } from "./peers/supervisord.ts";
import { tini } from "./peers/tini.ts";

export const PEERS: readonly Peer[] = [
  supervise,
  superviseBySubreaper,
  supervisord,
  runit,
  s6,
  daemontools,
  dinit,
  monit,
  foreman,
  tini,
  pm2,
  processCompose,
  overmind,
  circus,
  concurrently,
  nodemon,
];
