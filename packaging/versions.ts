/** The version of supervise stands in `lib/base/version.ts`; what else names it has to agree. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { entriesOf } from "./changelog.ts";

/** The places that name the version, and which one each names; null where it names none. */
export function versionsIn(root: string): Readonly<Record<string, string | null>> {
  const text = (file: string) => readFileSync(join(root, file), "utf8");
  const json = (file: string) => JSON.parse(text(file));
  const lock = json("package-lock.json");
  return {
    "lib/base/version.ts": /VERSION = "(.*)"/.exec(text("lib/base/version.ts"))![1]!,
    "package.json": json("package.json").version,
    "package-lock.json": lock.version,
    'package-lock.json, packages[""]': lock.packages[""].version,
    "deno.json": json("deno.json").version,
  };
}

/** The version, as its one place has it. */
export function versionOf(root: string): string {
  return versionsIn(root)["lib/base/version.ts"]!;
}

/** Why the present state cannot be released as its version; nothing if it can. */
export function releaseObstacles(root: string): readonly string[] {
  const version = versionOf(root);
  const wrong = Object.entries(versionsIn(root)).filter(([, named]) => named !== version)
    .map(([place, named]) => `${place} says ${named}, and lib/base/version.ts ${version}`);
  const [newest] = entriesOf(readFileSync(join(root, "CHANGELOG.md"), "utf8"));
  if (newest?.version === version && newest.lines.length > 0) return wrong;
  return [
    ...wrong,
    `CHANGELOG.md does not begin with an entry "## ${version} (DATE)" that says what has changed`,
  ];
}
