import { type Contender, each } from "../contender.ts";

const SOCKET = ["--use-uds", "--unix-socket", "./sock"];

export const processCompose: Contender = {
  name: "process-compose",
  programs: ["process-compose"],
  install: "go: github.com/f1bonacc1/process-compose",
  settings: "a log file a process",
  files: (tree) => ({
    "process-compose.yaml": `version: "0.5"\nprocesses:\n` +
      each(
        tree,
        ({ name, argv }) =>
          `  ${name}:\n    command: ${JSON.stringify(`exec ${argv.join(" ")}`)}\n` +
          `    log_location: logs/${name}.log\n    availability:\n      restart: ${
            tree.restarts ? "always" : "no"
          }\n`,
      ),
  }),
  start: ["process-compose", "up", "--tui=false", ...SOCKET],
  stop: ["process-compose", "down", ...SOCKET],
  list: ["process-compose", "process", "list", ...SOCKET],
  status: (
    service,
  ) => ["process-compose", "process", "get", service, ...SOCKET],
  version: ["process-compose", "version", "--short"],
  help: ["process-compose", "--help"],
};
