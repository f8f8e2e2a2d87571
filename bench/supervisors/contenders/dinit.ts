/** dinit, as a user's service manager. It gives its services the log file itself, without a pipe. */
import { type Contender, each } from "../contender.ts";

const CONTROL = ["dinitctl", "-p", "sock"];

export const dinit: Contender = {
  name: "dinit",
  programs: ["dinit", "dinitctl"],
  install: "built from its repository",
  settings: "the log file is the output of the service itself",
  files: (tree) => ({
    ...Object.fromEntries(tree.services.map(({ name, argv }) => [
      `services/${name}`,
      `type = process\ncommand = ${
        argv.join(" ")
      }\nrestart = ${tree.restarts}\nlogfile = ${tree.folder}/logs/${name}.log\n`,
    ])),
    "services/boot": `type = internal\n${each(tree, ({ name }) => `waits-for = ${name}\n`)}`,
  }),
  start: [
    "dinit",
    "--user",
    "--services-dir",
    "services",
    "--socket-path",
    "sock",
  ],
  stop: [...CONTROL, "shutdown"],
  list: [...CONTROL, "list"],
  status: (service) => [...CONTROL, "status", service],
  version: ["dinit", "--version"],
  help: ["dinitctl", "--help"],
};
