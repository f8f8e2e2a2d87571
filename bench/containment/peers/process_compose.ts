/** process-compose. */
import type { Peer } from "../peer.ts";

const entry = (name: string, words: readonly string[]) =>
  `  ${name}:
    command: ${JSON.stringify(words.join(" "))}
    shutdown:
      timeout_seconds: 2
`;

export const processCompose: Peer = {
  name: "process-compose",
  programs: ["process-compose"],
  version: "process-compose version --short",
  install: "go: github.com/f1bonacc1/process-compose",
  settings: "`shutdown.timeout_seconds: 2`",
  files: (command) => ({
    "process-compose.yaml": `version: "0.5"\nprocesses:\n${entry("a", command("a"))}${
      entry("b", command("b"))
    }`,
  }),
  start: "exec process-compose up --tui=false --use-uds --unix-socket ./sock",
  stop: "process-compose process stop a --use-uds --unix-socket ./sock",
  down: "process-compose down --use-uds --unix-socket ./sock",
  restart: "process-compose process restart a --use-uds --unix-socket ./sock",
};
