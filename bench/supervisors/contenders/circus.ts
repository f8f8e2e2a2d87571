import { type Contender, each } from "../contender.ts";

const ENDPOINT = "ipc://endpoint";
const HEAD = `[circus]
endpoint = ${ENDPOINT}
pubsub_endpoint = ipc://pubsub
`;
const CONTROL = ["circusctl", "--endpoint", ENDPOINT];

export const circus: Contender = {
  name: "circus",
  programs: ["circusd", "circusctl"],
  install: "pip: circus",
  settings: "logs by `FileStream`",
  files: (tree) => ({
    "circus.ini": HEAD +
      each(
        tree,
        ({ name, argv }) =>
          `[watcher:${name}]\ncmd = ${argv.join(" ")}\nrespawn = ${tree.restarts}\n` +
          `stdout_stream.class = FileStream\nstdout_stream.filename = logs/${name}.log\n`,
      ),
  }),
  start: ["circusd", "circus.ini"],
  stop: [...CONTROL, "quit", "--waiting"],
  list: [...CONTROL, "status"],
  status: (service) => [...CONTROL, "status", service],
  version: ["circusd", "--version"],
  help: ["circusctl", "--help"],
};
