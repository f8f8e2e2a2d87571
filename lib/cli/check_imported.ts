import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import type { Problem } from "../config/problem.ts";
import { MOST_BYTES } from "../config/text/decode_text.ts";
import { loadPlan } from "../daemon/load_plan.ts";
import type { Context } from "./command.ts";
import { problemFields, renderProblems } from "./render/problems.ts";

/** A variable or a file that the machine lacks at the moment is no fault of a configuration. */
const MAY_COME = new Set<string>(["config/unset-variable", "config/env-file-missing"]);

/** The problems of a configuration that was made. */
export interface CheckedImport {
  readonly problems: readonly Problem[];
  /** For showing the problems. */
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * Compiles a configuration that is not written yet.
 *
 * @param file Where it is to stand.
 * @param source What it was made from.
 * @throws {UserError} `import/not-sound` if it is not valid
 */
export function checkImported(
  { host, program, ui }: Context,
  file: string,
  toml: string,
  source: string,
): CheckedImport {
  const bytes = new TextEncoder().encode(toml);
  const read = (path: string) => path === file ? bytes : host.files.readBytes(path, MOST_BYTES);
  const { problems, texts } = loadPlan(host, program, file, null, { read });
  const wrong = problems.filter(({ severity, name }) => severity === "error" && !MAY_COME.has(name));
  if (wrong.length === 0) return { problems, texts };
  const shown = ui.json ? "" : `:\n\n${renderProblems(wrong, texts, false).trimEnd()}`;
  throw new UserError(
    "import/not-sound",
    `The configuration that was made of "${source}" is not valid${shown}`,
    {
      hint: "mend the lines that this comes from, or take them out and write what they say by hand",
      exitCode: ExitCode.badConfig,
      details: { problems: wrong.map(problemFields), toml },
    },
  );
}
