/** Files of other tools that are named where one of ours is wanted. */
import { baseName } from "../base/posix_path.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import type { Problem } from "../config/problem.ts";
import { DEFAULT_FILE } from "../daemon/find_tree.ts";
import { IMPORTERS } from "../formats/importers.ts";

/** See the module. */
export interface ForeignFile {
  /** `"shop/Procfile" is a Procfile, no configuration of supervise`. */
  readonly message: string;
  readonly hint: string;
  /** Whether it is no TOML, so that what is wrong with it as TOML says nothing. */
  readonly isOtherLanguage: boolean;
}

/** Which tool a file with errors is for; null if it is ours, as far as its name and its text tell. */
export async function foreignFile(
  file: string,
  { problems, texts }: {
    readonly problems: readonly Problem[];
    readonly texts: ReadonlyMap<string, string>;
  },
): Promise<ForeignFile | null> {
  const name = baseName(file);
  const text = texts.get(file);
  const hasErrors = problems.some((problem) => problem.severity === "error" && problem.file === file);
  if (name === DEFAULT_FILE || text === undefined || !hasErrors) return null;
  for (const load of Object.values(IMPORTERS)) {
    const importer = await fromPromise(load());
    if (!importer.recognizes(name, text)) continue;
    return {
      message: `"${file}" is ${importer.title}, no configuration of supervise`,
      hint: `\`supervise init\` in its folder makes a ${DEFAULT_FILE} of it`,
      isOtherLanguage: problems.some(({ name }) => name === "config/syntax"),
    };
  }
  return null;
}
