import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "../run.ts";
import { targetHere } from "../targets.ts";
import { withFreshUser } from "./fresh_user.ts";
import type { Trial } from "./trial.ts";
import { tryTree } from "./try_tree.ts";

/** The archive for this machine, as a user with nothing else. */
export const archive: Trial = {
  name: "archive",
  isOfThisMachine: true,
  async tries({ release, version, folder }) {
    await run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], { cwd: release });
    const name = `supervise-${version}-${targetHere().name}`;
    await run(["tar", "--extract", `--directory=${folder}`, `--file=${join(release, `${name}.tar.gz`)}`]);
    return await withFreshUser(async ({ as, own }) => {
      const place = join(folder, "tree");
      mkdirSync(place);
      for (const owned of [folder, place]) own(owned);
      return [await tryTree([...as, join(folder, name, "supervise")], place)];
    });
  },
};
