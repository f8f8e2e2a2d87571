/** Finds the tree that somebody means: by its file, by the nearest file above, or by its name. */
import { ExitCode } from "../base/exit_code.ts";
import { grouped } from "../base/counted.ts";
import { nameSome } from "../base/name_some.ts";
import { folderOf, resolvePath } from "../base/posix_path.ts";
import { UserError } from "../base/user_error.ts";
import type { ControlClient } from "../control/client.ts";
import type { ClientHost, Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import { askedPathOf } from "./elsewhere.ts";
import { connectLasting } from "./lasting_supervisor.ts";
import { isSupervised } from "./holder.ts";
import { runFolderOf } from "./run_folder.ts";
import { stateFolderOf } from "./state_folder.ts";
import { type TreeId, treeIdOf } from "./tree_id.ts";
import { listRecords } from "./tree_record.ts";

/** A file that is open in one program alone: what a shell makes of `<(...)`, standard input. */
const DESCRIPTOR = /^\/(?:dev\/stdin|(?:dev|proc\/(?:self|\d+))\/fd\/.*)$/;

/** Stands for bytes that are no UTF-8 in what was typed. */
const NO_CHARACTER = "\ufffd";

/** The file that is looked for in this folder and those above it. */
export const DEFAULT_FILE = "supervise.toml";

/** How somebody says which tree. */
export interface TreeChoice {
  /** A file; null for the nearest {@linkcode DEFAULT_FILE}. */
  readonly file: string | null;
  /** The label of a tree; null for none. */
  readonly name: string | null;
}

/**
 * The real path of the configuration file that is meant.
 *
 * @param open Whether it may be one that is open in this program alone, and is read once.
 * @throws {UserError} `config/not-found`, `config/not-a-file`
 */
export function findFile(
  host: ClientHost,
  program: Program,
  file: string | null,
  open: "may be open" | "is closed" = "is closed",
): string {
  if (file !== null) {
    const path = pathOf(program, file);
    if (open === "is closed" && DESCRIPTOR.test(path)) throw passing(path);
    const real = host.files.realPath(path);
    if (real === null) throw noFile(host, path);
    const isFolder = host.files.inspectFolder(real)?.isFolder === true;
    return isFolder ? findFile(host, program, `${real}/${DEFAULT_FILE}`) : real;
  }
  for (let folder = program.cwd;; folder = folderOf(folder)) {
    const real = host.files.realPath(`${folder === "/" ? "" : folder}/${DEFAULT_FILE}`);
    if (real !== null) return real;
    if (folder === "/") break;
  }
  throw notFound(
    `There is no ${DEFAULT_FILE} in "${program.cwd}" or in a folder above it`,
    "`supervise init` writes one for what is here; or name the file (-f FILE), or the tree (-p NAME)",
  );
}

/**
 * The tree that is meant; it need not be running.
 *
 * @throws {UserError} `state/not-private`, `config/not-found`, `tree/no-such-name`, `tree/ambiguous-name`
 */
export function findTree(host: ClientHost, program: Program, { file, name }: TreeChoice): TreeId {
  runFolderOf(host, program.uid);
  if (name === null) {
    const found = findFileOfTree(host, program, file);
    const asked = askedPathOf(host, program, { file: found, word: file, defaultName: DEFAULT_FILE });
    return located(host, program, found, { asked, program });
  }
  const named = listRecords(host, program.uid).filter((record) => record.name === name);
  const running = named.filter((record) => record.endedAt === null);
  const candidates = running.length > 0 ? running : named;
  if (candidates.length === 1) return located(host, program, candidates[0]!.file);
  if (candidates.length === 0) {
    throw new UserError("tree/no-such-name", `No tree is called "${name}"`, {
      exitCode: ExitCode.noSuchTarget,
      hint: "`supervise ls` lists those that run",
    });
  }
  const files = candidates.map((record) => record.file);
  throw new UserError(
    "tree/ambiguous-name",
    `${grouped(files.length)} trees are called "${name}": ${nameSome(files)}`,
    {
      exitCode: ExitCode.usage,
      hint: "name the file (-f FILE)",
      details: { files },
    },
  );
}

/**
 * Connects to a tree's supervisor.
 *
 * @throws {UserError} `tree/not-running`, `control/no-answer`
 */
export async function connectTree(host: Host, tree: TreeId): Promise<ControlClient> {
  return await connectFrom({ host, openHost: () => Promise.resolve(host) }, tree);
}

/**
 * The same from a client that has opened a part of the host alone.
 *
 * @param along See {@linkcode connectLasting}.
 */
export async function connectFrom(
  { host, openHost }: { readonly host: ClientHost; readonly openHost: () => Promise<Host> },
  tree: TreeId,
  along?: (client: ControlClient) => void,
): Promise<ControlClient> {
  const client = await connectLasting(host, tree, along);
  if (client !== null) return client;
  if (isSupervised(host, tree)) {
    throw new UserError(
      "control/no-answer",
      `The supervisor of "${tree.file}" holds its lock but has no socket`,
      {
        exitCode: ExitCode.noAnswer,
        hint: "if it is just starting, try again; else `supervise down --force` ends it",
      },
    );
  }
  // Most trees that somebody asks for run, and what is said of the others takes much to find out.
  const { notRunning } = await import("./not_running.ts");
  throw notRunning(await openHost(), tree);
}

/** The tree of a file, with where its logs are as far as this program's environment says so. */
function located(
  host: ClientHost,
  program: Program,
  file: string,
  meant: Pick<TreeId, "asked" | "program"> = {},
): TreeId {
  const stateFolder = stateFolderOf(program, treeIdOf(host, program.uid, file));
  return treeIdOf(host, program.uid, file, { ...meant, stateFolder });
}

/** A tree goes on when its file has been removed, and is still found by the path that it had. */
function findFileOfTree(host: ClientHost, program: Program, file: string | null): string {
  if (file === null) return findFile(host, program, null);
  const path = pathOf(program, file);
  const isGone = host.files.realPath(path) === null;
  const isKnown = isGone && listRecords(host, program.uid).some((record) => record.file === path);
  return isKnown ? path : findFile(host, program, file);
}

function passing(path: string): UserError {
  return new UserError(
    "config/not-a-file",
    `"${path}" is open in this program alone, and a tree is known by its file`,
    {
      exitCode: ExitCode.badConfig,
      hint: "write what it holds to a file, and name that; `check` and `plan` read it from here",
    },
  );
}

/** The typed file as a path from the root. The working folder may be gone where it is not needed. */
function pathOf(program: Program, file: string): string {
  return resolvePath(file.startsWith("/") ? "/" : program.cwd, file);
}

function noFile({ files }: ClientHost, path: string): UserError {
  const why = files.whyHidden(path);
  if (why !== null) {
    return new UserError("config/not-readable", `Cannot read "${path}": ${why}`, {
      exitCode: ExitCode.badConfig,
    });
  }
  if (path.includes(NO_CHARACTER)) {
    return notFound(
      `There is no file "${path}"`,
      "check the path; one that is not UTF-8 cannot be named, but a link to it can",
    );
  }
  return files.exists(folderOf(path)) ? notFound(`There is no file "${path}"`, "check the path") : notFound(
    `There is no file "${path}": its folder is not there, or not any more`,
    "check the path; a tree that goes on is found by its name (-p NAME), `supervise ls` lists those that run",
  );
}

function notFound(message: string, hint: string): UserError {
  return new UserError("config/not-found", message, { exitCode: ExitCode.badConfig, hint });
}
