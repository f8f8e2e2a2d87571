/** runit, without its init: a directory that `runsvdir` looks after. */
import { type Peer, script } from "../peer.ts";

export const runit: Peer = {
  name: "runit",
  programs: ["runsvdir", "sv"],
  version: "dpkg-query -W -f '${Version}' runit",
  install: "apt: runit",
  settings: "`force-` commands with 2 s, which kill after them",
  files: (command) => ({
    "services/a/run": script(command("a")),
    "services/b/run": script(command("b")),
  }),
  start: "exec runsvdir services",
  stop: "sv -w 2 force-stop ./services/a",
  down: "kill -HUP $PEER",
  restart: "sv -w 2 force-restart ./services/a",
};
