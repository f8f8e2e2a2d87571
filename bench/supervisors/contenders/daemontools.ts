/** daemontools: a folder that `svscan` looks after, with a `multilog` for each service. */
import { type Contender, script } from "../contender.ts";

export const daemontools: Contender = {
  name: "daemontools",
  programs: ["svscan", "svc", "svstat", "multilog"],
  install: "apt: daemontools",
  settings: "a multilog a service",
  most: 1_000,
  files: (tree) =>
    Object.fromEntries(tree.services.flatMap(({ name, argv }) => [
      [`services/${name}/run`, script(argv, ["exec 2>&1"])],
      [`services/${name}/log/run`, script(["multilog", "s16777215", "."])],
    ])),
  start: ["svscan", "services"],
  stop: ["sh", "-c", 'kill "$PEER"; svc -dx services/* services/*/log'],
  list: ["sh", "-c", "svstat services/*"],
  status: (service) => ["svstat", `services/${service}`],
  version: null,
  help: null,
};
