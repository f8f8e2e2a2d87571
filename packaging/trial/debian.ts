import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "../run.ts";
import { targetHere } from "../targets.ts";
import { hasProgram } from "./has_program.ts";
import { type Trial, Untried } from "./trial.ts";

/** The Debian package: what lintian and systemd say of it. It is installed by the trial of the container. */
export const debian: Trial = {
  name: "Debian package",
  isOfThisMachine: true,
  async tries({ release, version, folder }) {
    for (const program of ["lintian", "systemd-analyze"]) {
      if (!await hasProgram(program)) throw new Untried(`${program} is not installed`);
    }
    const packages = readdirSync(release).filter((name) => name.endsWith(".deb"));
    for (const name of packages) {
      await run(["lintian", "--fail-on=error,warning", "--tag-display-limit=0", join(release, name)]);
    }
    const file = join(release, `supervise_${version}_${targetHere().debian}.deb`);
    const root = join(folder, "root");
    mkdirSync(root);
    await run(["dpkg-deb", "--extract", file, root]);
    // An instance of each template, as systemctl start would load it; its program is looked for below the root.
    await run([
      "systemd-analyze",
      "verify",
      `--root=${root}`,
      "--man=no",
      "--recursive-errors=no",
      "supervise@demo.service",
    ]);
    await run([
      "systemd-analyze",
      "--user",
      "verify",
      "--man=no",
      "--recursive-errors=no",
      join(root, "usr/lib/systemd/user/supervise@.service"),
      // A user who is not logged in has no such folder.
    ], { env: { XDG_RUNTIME_DIR: folder } });
    return [`lintian finds no error and no warning in ${packages.join(" and ")}, systemd takes both units`];
  },
};
