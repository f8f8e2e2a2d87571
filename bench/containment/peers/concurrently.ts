/** concurrently, the runner of several commands of a package. */
import { type Peer, script } from "../peer.ts";

export const concurrently: Peer = {
  name: "concurrently",
  programs: ["concurrently"],
  version: "concurrently --version",
  install: "npm: concurrently",
  settings: "`--kill-timeout 2000`",
  files: (command) => ({
    "a.sh": script(command("a")),
    "b.sh": script(command("b")),
  }),
  start: "exec concurrently --kill-timeout 2000 --names a,b ./a.sh ./b.sh",
  stop: null,
  down: "kill -INT -$PEER",
  restart: null,
};
