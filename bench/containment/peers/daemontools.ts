/** daemontools. */
import { type Peer, script } from "../peer.ts";

export const daemontools: Peer = {
  name: "daemontools",
  programs: ["svscan", "svc"],
  version: "dpkg-query -W -f '${Version}' daemontools",
  install: "apt: daemontools",
  settings: "none: it has no way to kill later",
  files: (command) => ({
    "services/a/run": script(command("a")),
    "services/b/run": script(command("b")),
  }),
  start: "exec svscan services",
  stop: "svc -d services/a; until svstat services/a | grep -q down; do sleep 0.1; done",
  down:
    "kill $PEER; svc -dx services/a services/b; while svok services/a || svok services/b; do sleep 0.1; done",
  restart: "svc -t services/a",
};
