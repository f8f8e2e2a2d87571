/** The sources that `import` reads: a file, several, a folder of them, a pipe, or standard input. */
import { ExitCode } from "../base/exit_code.ts";
import { baseName, resolvePath } from "../base/posix_path.ts";
import { formatSize } from "../base/size.ts";
import { UserError } from "../base/user_error.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import type { IncludeDisk } from "../config/include/disk.ts";
import { decodeText, MOST_BYTES } from "../config/text/decode_text.ts";
import type { Problem } from "../config/problem.ts";
import { readPiped } from "../daemon/load_plan.ts";
import type { SourceText } from "../formats/importer.ts";
import type { Context } from "./command.ts";
import { FileError } from "../host/ports/files.ts";

/** The name of files of other tools in the sentence on their encoding. */
export const LANGUAGE = "what is imported";

/** A folder has no more files than this that are of interest. */
const MOST_FILES = 1_000;

const STANDARD_INPUT = "/dev/stdin";

/** The files that were named, at least one; or a folder, and what is in it. */
export type ImportSources =
  | { readonly folder: null; readonly files: readonly SourceText[] }
  | { readonly folder: string; readonly names: readonly string[] };

/** Reads what the words of the command line name. @throws {UserError} `import/not-found`, `import/not-readable` */
export async function readSources(context: Context, disk: IncludeDisk): Promise<ImportSources> {
  const { args: { words }, host, program } = context;
  const [first] = words;
  const only = words.length === 1 && first !== "-" ? resolvePath(program.cwd, first!) : null;
  if (only !== null && host.files.inspect(only)?.kind === "folder") {
    const entries = disk.list(only);
    if ("why" in entries) throw notFound(only, entries.why);
    return {
      folder: only,
      names: entries.filter(({ isFolder }) => !isFolder).map(({ name }) => name).sort(),
    };
  }
  const files: SourceText[] = [];
  for (const word of words) {
    files.push(word === "-" ? await readInput(context) : await readWord(context, disk, word));
  }
  return { folder: null, files };
}

/** Files of a folder, by their names. @throws {UserError} `import/not-readable` */
export function readFolder(
  disk: IncludeDisk,
  folder: string,
  names: readonly string[],
): readonly SourceText[] {
  if (names.length > MOST_FILES) {
    throw new UserError(
      "import/not-readable",
      `"${folder}" has ${names.length} files, and ${MOST_FILES} are read`,
      {
        hint: "name the files, or make a folder of those that belong together",
        exitCode: ExitCode.badConfig,
      },
    );
  }
  return names.map((name) => readFile(disk, resolvePath(folder, name)));
}

/** Reads one file. @throws {UserError} `import/not-found`, `import/not-readable` */
export function readFile(disk: IncludeDisk, path: string): SourceText {
  const found = disk.read(path);
  if ("why" in found) throw notFound(path, found.why);
  if (found.problem !== null) throw notText(found.file, found.problem);
  // A link is called what it is called: its name says what the file is.
  return { file: baseName(found.file) === baseName(path) ? found.file : path, text: withoutMark(found.text) };
}

async function readWord({ host, program }: Context, disk: IncludeDisk, word: string): Promise<SourceText> {
  const path = resolvePath(program.cwd, word);
  if (host.files.inspect(path)?.kind !== "pipe") return readFile(disk, path);
  return fromBytes(`${program.cwd}/${baseName(path)}`, await pipedBytes(host, path));
}

/** Standard input has the name `-`, in the working folder. */
async function readInput({ host, program }: Context): Promise<SourceText> {
  const kind = host.files.inspect(STANDARD_INPUT)?.kind;
  const file = resolvePath(program.cwd, "-");
  if (kind === "pipe") return fromBytes(file, await pipedBytes(host, STANDARD_INPUT));
  if (kind !== "file") throw notFound("-", "standard input is neither a pipe nor a file");
  try {
    return fromBytes(file, host.files.readBytes(STANDARD_INPUT, MOST_BYTES) ?? new Uint8Array());
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw notFound("-", error.message);
  }
}

async function pipedBytes(host: Context["host"], path: string): Promise<Uint8Array> {
  try {
    return await fromPromise(readPiped(host, path)) ?? new Uint8Array();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError("import/not-readable", error.message, { exitCode: ExitCode.badConfig, cause: error });
  }
}

function fromBytes(file: string, bytes: Uint8Array): SourceText {
  const { text, problem } = decodeText(file, bytes, LANGUAGE);
  if (problem !== null) throw notText(file, problem);
  return { file, text: withoutMark(text) };
}

function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, "");
}

function notFound(path: string, why: string): UserError {
  return new UserError("import/not-found", `Cannot read "${path}": ${why}`, {
    hint: /\(EFBIG\)$/.test(why)
      ? `what is imported has at most ${formatSize(MOST_BYTES)}`
      : "name a file of another tool, such as a Procfile",
    exitCode: ExitCode.badConfig,
  });
}

function notText(file: string, { line, message, hint }: Problem): UserError {
  return new UserError("import/not-readable", `${line === 0 ? file : `${file}:${line}`}: ${message}`, {
    ...(hint === null ? {} : { hint }),
    exitCode: ExitCode.badConfig,
  });
}
