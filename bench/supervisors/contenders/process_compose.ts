import { type Contender, each } from "../contender.ts";

const SOCKET = ["--use-uds", "--unix-socket", "./sock"];

/** Else a line is JSON, and the last ones are written at the end of the process. */
const LOG = "{ disable_json: true, no_metadata: true, no_color: true, flush_each_line: true }";

export const processCompose: Contender = {
  name: "process-compose",
  programs: ["process-compose"],
  install: "go: github.com/f1bonacc1/process-compose",
  settings: "a log file a process, of plain lines, each flushed",
  files: (tree) => ({
    "process-compose.yaml": `version: "0.5"\n` +
      `processes:\n` +
      each(
        tree,
        ({ name, argv }) =>
          `  ${name}:\n    command: ${JSON.stringify(`exec ${argv.join(" ")}`)}\n` +
          `    log_location: logs/${name}.log\n    log_configuration: ${LOG}\n    availability:\n      restart: ${
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
