/**
 * pitchfork: a supervisor in the background that one command starts, and another one ends. Its page on the web stays off, and it
 * restarts what has ended without an error only if that is called a failure.
 */
import { type Contender, each } from "../contender.ts";

export const pitchfork: Contender = {
  name: "pitchfork",
  programs: ["pitchfork"],
  install: "cargo: pitchfork-cli",
  settings: "`retry`, no delay until it is ready",
  files: (tree) => ({
    "pitchfork.toml": each(
      tree,
      ({ name, argv }) =>
        `[daemons.${name}]\nrun = ${JSON.stringify(`exec ${argv.join(" ")}`)}\nretry = ${tree.restarts}\n` +
        `ready_delay = 0\n`,
    ),
  }),
  start: ["pitchfork", "start", "--local"],
  detaches: true,
  stop: ["pitchfork", "supervisor", "stop"],
  list: ["pitchfork", "list"],
  status: (service) => ["pitchfork", "status", service],
  version: ["pitchfork", "--version"],
  help: ["pitchfork", "--help"],
};
