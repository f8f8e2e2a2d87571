/** circus, asked to stop the children, too. */
import { type Peer, quoted } from "../peer.ts";

const watcher = (name: string, words: readonly string[]) =>
  `[watcher:${name}]\ncmd = ${quoted(words)}\ngraceful_timeout = 2\nstop_children = True\n`;

const HEAD = `[circus]
endpoint = ipc://endpoint
pubsub_endpoint = ipc://pubsub
stats_endpoint = ipc://stats
`;

export const circus: Peer = {
  name: "circus",
  programs: ["circusd", "circusctl"],
  version: "circusd --version",
  install: "pip: circus",
  settings: "`stop_children`, `graceful_timeout = 2`",
  files: (command) => ({
    "circus.ini": HEAD + watcher("a", command("a")) +
      watcher("b", command("b")),
  }),
  start: "exec circusd circus.ini",
  stop: "circusctl --endpoint ipc://endpoint stop a --waiting",
  down: "circusctl --endpoint ipc://endpoint quit --waiting",
  restart: "circusctl --endpoint ipc://endpoint restart a --waiting",
};
