/** Tries the files of a release as their users meet them: from clean folders, as a user who has just come. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { targetHere } from "../targets.ts";
import { versionOf } from "../versions.ts";
import { archive } from "./archive.ts";
import { container } from "./container.ts";
import { debian } from "./debian.ts";
import { foreign } from "./foreign.ts";
import { jsr } from "./jsr.ts";
import { npm } from "./npm.ts";
import { type Trial, type TrialContext, Untried } from "./trial.ts";

const TRIALS: readonly Trial[] = [archive, debian, npm, jsr, foreign, container];

/** Tries a release, and prints what came of it. @returns How many trials failed. */
export async function tryRelease(
  { root, release, parts }: Pick<TrialContext, "root" | "release" | "parts">,
): Promise<number> {
  let failed = 0;
  const version = versionOf(root);
  const isHere = existsSync(join(release, `supervise-${version}-${targetHere().name}.tar.gz`));
  for (const { name, isOfThisMachine, tries } of TRIALS) {
    const folder = mkdtempSync(join(tmpdir(), "supervise-trial-"));
    try {
      if (isOfThisMachine && !isHere) throw new Untried("the files for this machine were not made");
      const seen = await tries({ root, release, parts, version, folder });
      console.log([`ok     ${name}`, ...seen.map((line) => `         ${line}`)].join("\n"));
    } catch (error) {
      if (error instanceof Untried) console.log(`untried ${name}: ${error.message}`);
      else {
        failed += 1;
        console.log(`FAILED ${name}: ${(error as Error).message}`);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return failed;
}
