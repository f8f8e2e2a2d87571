/** s6, without s6-rc: a folder that `s6-svscan` looks after, with an `s6-log` for each service. */
import { type Contender, script } from "../contender.ts";

export const s6: Contender = {
  name: "s6",
  programs: ["s6-svscan", "s6-svstat", "s6-log"],
  install: "apt: s6",
  settings: "an s6-log a service, `s6-svscan -c 20000`",
  files: (tree) =>
    Object.fromEntries(tree.services.flatMap(({ name, argv }) => [
      [`services/${name}/run`, script(argv, ["exec 2>&1"])],
      [`services/${name}/log/run`, script(["s6-log", "s100000000", "."])],
    ])),
  start: ["s6-svscan", "-c", "20000", "services"],
  stop: ["s6-svscanctl", "-t", "services"],
  list: ["sh", "-c", "for one in services/*; do s6-svstat $one; done"],
  status: (service) => ["s6-svstat", `services/${service}`],
  version: null,
  help: null,
};
