/** pm2, with its tree kill, which is on by default. */
import { readFileSync } from "node:fs";
import type { Peer } from "../peer.ts";

const app = (name: string, [python, ...args]: readonly string[]) => ({
  name,
  script: python,
  args,
  interpreter: "none",
  kill_timeout: 2000,
});

export const pm2: Peer = {
  name: "pm2",
  programs: ["pm2"],
  // Asked for its version, it would start its daemon.
  version: 'grep -m 1 version "$(dirname "$(realpath "$(command -v pm2)")")/../package.json"',
  install: "npm: pm2",
  settings: "`kill_timeout: 2000`",
  files: (command) => ({
    "ecosystem.config.json": JSON.stringify({
      apps: [app("a", command("a")), app("b", command("b"))],
    }),
  }),
  start: "pm2 start ecosystem.config.json",
  pidOf: (lab) => Number(readFileSync(lab.path("home/pm2/pm2.pid"), "utf8")),
  stop: "pm2 stop a",
  down: "pm2 kill",
  restart: "pm2 restart a",
};
