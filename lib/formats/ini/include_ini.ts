/** The files that an ini file includes. */
import { nameSome } from "../../base/name_some.ts";
import { baseName, folderOf } from "../../base/posix_path.ts";
import type { IncludeDisk } from "../../config/include/disk.ts";
import { findFiles } from "../../config/include/find_files.ts";
import { quote } from "../../config/wording.ts";
import type { LineReport } from "../finding.ts";
import { notReadable } from "../not_readable.ts";
import type { SourceText } from "../importer.ts";

/** More files than this are no configuration. */
const MOST_FILES = 1_000;
const NOWHERE = { start: 0, end: 0 };

/**
 * The files of a pattern in the order of their names; none of them that are in `read` already, to which they are added.
 *
 * @throws {UserError} `import/not-readable` for a file that is there and is no text
 */
export function includedFiles(
  pattern: string,
  from: { readonly file: string; readonly line: number },
  disk: IncludeDisk,
  read: Set<string>,
): readonly SourceText[] {
  const found = findFiles({ pattern, dir: folderOf(from.file), at: NOWHERE }, disk);
  if ("why" in found) {
    throw notReadable(
      from.file,
      from.line,
      `cannot look for ${quote(pattern)}: ${found.why}`,
      "name fewer files",
    );
  }
  return found.paths.flatMap((path) => {
    const source = disk.read(path);
    if ("why" in source) {
      if (!disk.exists(path)) return [];
      throw notReadable(
        from.file,
        from.line,
        `cannot include "${path}": ${source.why}`,
        "take it out, or mend it",
      );
    }
    const { file, text, problem } = source;
    if (problem !== null) {
      throw notReadable(
        file,
        problem.line === 0 ? null : problem.line,
        problem.message,
        problem.hint ?? "mend the file",
      );
    }
    if (read.has(file)) return [];
    read.add(file);
    if (read.size > MOST_FILES) {
      throw notReadable(
        from.file,
        from.line,
        `more than ${MOST_FILES} files are included`,
        "import them in parts",
      );
    }
    return [{ file, text: text.replace(/^\uFEFF/, "") }];
  });
}

/** Says what a line that includes files has brought. @param what The things in them: `programs`. */
export function tellIncluded(report: LineReport, what: string, sources: readonly SourceText[]): void {
  if (sources.length === 0) {
    report.changed("nothing", "it names no file that is there, but for those that are read already");
  } else report.kept(`the ${what} of ${nameSome(sources.map(({ file }) => baseName(file)))}`);
}
