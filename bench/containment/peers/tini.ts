/** tini, an init for containers: here a subreaper that forwards to the group of its one child. */
import { type Peer, script } from "../peer.ts";

export const tini: Peer = {
  name: "tini",
  programs: ["tini"],
  version: "tini --version",
  install: "apt: tini",
  settings: "`-s` (subreaper), `-g` (signals go to the group); one service",
  hasOneService: true,
  files: (command) => ({ "a.sh": script(command("a")) }),
  start: "exec tini -s -g -- ./a.sh",
  stop: null,
  down: "kill $PEER",
  restart: null,
};
