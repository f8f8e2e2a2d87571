/** s6, without s6-rc: a directory that `s6-svscan` looks after. */
import { type Peer, script } from "../peer.ts";

export const s6: Peer = {
  name: "s6",
  programs: ["s6-svscan", "s6-svc"],
  version: "dpkg-query -W -f '${Version}' s6",
  install: "apt: s6",
  settings: "`timeout-kill` of 2 s",
  files: (command) => ({
    "services/a/run": script(command("a")),
    "services/b/run": script(command("b")),
    "services/a/timeout-kill": "2000\n",
    "services/b/timeout-kill": "2000\n",
  }),
  start: "exec s6-svscan services",
  stop: "s6-svc -wD -T 9000 -d services/a",
  down: "s6-svscanctl -t services",
  restart: "s6-svc -wR -T 9000 -r services/a",
};
