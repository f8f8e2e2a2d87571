/** foreman, the runner of a Procfile. */
import { type Peer, quoted } from "../peer.ts";

export const foreman: Peer = {
  name: "foreman",
  programs: ["foreman"],
  version: "foreman version",
  install: "apt: ruby-foreman",
  settings: "`--timeout 2`",
  files: (command) => ({
    Procfile: `a: exec ${quoted(command("a"))}\nb: exec ${quoted(command("b"))}\n`,
  }),
  start: "exec foreman start --timeout 2",
  stop: null,
  down: "kill -INT -$PEER",
  restart: null,
};
