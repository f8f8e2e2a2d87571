/** nodemon, which restarts one program when a file changes. */
import { type Peer, script } from "../peer.ts";

export const nodemon: Peer = {
  name: "nodemon",
  programs: ["nodemon"],
  version: "nodemon --version",
  install: "npm: nodemon",
  settings: "`--signal SIGTERM`; one service",
  hasOneService: true,
  files: (command) => ({ "a.sh": script(command("a")), "watched/file.js": "" }),
  start: "exec nodemon --signal SIGTERM --watch watched --exec ./a.sh",
  stop: null,
  down: "kill -INT -$PEER",
  restart: "echo >> watched/file.js",
};
