/** runit, without its init: a folder that `runsvdir` looks after, with an `svlogd` for each service. */
import { type Contender, script } from "../contender.ts";

export const runit: Contender = {
  name: "runit",
  programs: ["runsvdir", "sv", "svlogd"],
  install: "apt: runit",
  settings: "an svlogd a service",
  most: 1_000,
  files: (tree) =>
    Object.fromEntries(tree.services.flatMap(({ name, argv }) => [
      [`services/${name}/run`, script(argv, ["exec 2>&1"])],
      [`services/${name}/log/run`, script(["svlogd", "."])],
      [`services/${name}/log/config`, "s100000000\n"],
    ])),
  start: ["runsvdir", "services"],
  stop: "SIGHUP",
  list: ["sh", "-c", "sv status ./services/*"],
  status: (service) => ["sv", "status", `./services/${service}`],
  version: null,
  help: null,
};
