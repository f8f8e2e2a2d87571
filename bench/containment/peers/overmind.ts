/** overmind, the runner of a Procfile in tmux. */
import { type Peer, quoted } from "../peer.ts";

export const overmind: Peer = {
  name: "overmind",
  programs: ["overmind", "tmux"],
  version: "overmind --version",
  install: "go: github.com/DarthSim/overmind/v2, apt: tmux",
  settings: "`--timeout 2`",
  files: (command) => ({
    Procfile: `a: exec ${quoted(command("a"))}\nb: exec ${quoted(command("b"))}\n`,
  }),
  start: "exec overmind start --timeout 2 --socket ./sock",
  stop: "overmind stop --socket ./sock a",
  down: "overmind quit --socket ./sock",
  restart: "overmind restart --socket ./sock a",
};
