import { quotedForShell } from "../base/shell_word.ts";
import { concatBytes } from "../base/bytes.ts";
import { ExitCode } from "../base/exit_code.ts";
import { rawText } from "../base/raw_text.ts";
import { UserError } from "../base/user_error.ts";
import { endWith, startOnly } from "../config/adjust_plan.ts";
import { compile, type Compiled } from "../config/compile.ts";
import { maskerFor, maskForms, maskSource } from "../config/mask.ts";
import type { Problem } from "../config/problem.ts";
import type { NodeId, Plan } from "../config/plan.ts";
import { decodeText, encodingOf, MOST_BYTES, saveAsUtf8 } from "../config/text/decode_text.ts";
import type { ReplicaCounts } from "../config/declared/scaled.ts";
import type { IncludeDisk } from "../config/include/disk.ts";
import { profilesFor } from "../config/profiles.ts";
import { select, selectOrThrow } from "../config/select.ts";
import type { FileText } from "../config/values/type.ts";
import { FileError } from "../host/ports/files.ts";
import type { Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import { includeDisk } from "./include_disk.ts";
import { ensureRunFolder } from "./run_folder.ts";

/** A configuration that was read; its texts are for showing problems, without secrets. */
export interface Loaded extends Compiled {}

/** The wanted part of a plan. */
export interface PlanSelection {
  /** Selectors of what starts by itself; null for all. */
  readonly only: readonly string[] | null;
  /** Selectors of what ends the tree. */
  readonly exitCodeFrom: readonly string[];
}

/** The part of a configuration that is to be started, and how it is read. */
export interface Wanted {
  /** The active profiles. */
  readonly profiles?: readonly string[];
  /** Selectors of what starts by itself, whose profiles are active, too; null for all. */
  readonly only?: readonly string[] | null;
  /** Numbers of replicas that take the place of those in the file. @default None */
  readonly replicas?: ReplicaCounts;
  /** Reads the file, and those of variables; null if there is none. @default As they are now @throws {FileError} */
  readonly read?: (path: string) => Uint8Array | null;
  /** Where more files are found. @default The disk as it is now */
  readonly disk?: IncludeDisk;
}

/**
 * Reads and compiles a configuration file.
 *
 * @param file Its real path.
 * @param piped What is in it, where that came out of a pipe; null for a file.
 * @param wanted What of it is to be started.
 * @throws {UserError} `config/not-readable`, `config/piped` for a pipe that is not read yet
 */
export function loadPlan(
  host: Host,
  program: Program,
  file: string,
  piped: Uint8Array | null = null,
  wanted: Wanted = {},
): Loaded {
  const { profiles = [], only = null, replicas = new Map() } = wanted;
  const { read = (path) => host.files.readBytes(path, MOST_BYTES), disk = includeDisk(host, MOST_BYTES) } =
    wanted;
  const { text, problem } = decodeText(file, piped ?? readConfig(host, file, read));
  if (problem !== null) {
    return {
      plan: null,
      problems: [problem],
      scaled: [],
      unmatched: [],
      variables: new Set(),
      placeOf: () => null,
      texts: new Map([[file, maskSource(text)]]),
    };
  }
  const readFile = (path: string) => readOther(read, path);
  const { environment, scriptCommand, actorCommand } = program;
  const compileWith = (profiles: readonly string[]) =>
    compile({
      file,
      ...(piped === null ? {} : { dir: program.cwd }),
      text,
      environment,
      readFile,
      disk,
      replicas,
      profiles,
      scriptCommand,
      actorCommand,
      supervise: () => launcherOf(host, program),
    });
  const first = compileWith(profiles);
  // As in docker compose, the profiles of what a command names to be started are active.
  const more = first.plan === null || only === null
    ? []
    : profilesFor(first.plan, selected(first.plan, only));
  const compiled = more.length === 0 ? first : compileWith([...profiles, ...more]);
  const { plan, problems } = compiled;
  const shown = plan === null ? maskSource : maskerFor(plan).source;
  const texts = new Map([...compiled.texts].map(([file, text]) => [file, shown(text)]));
  return { ...compiled, problems: withoutSecrets(plan, problems), texts };
}

/** The nodes that selectors select; none if a selector is wrong, which is told when the plan is adjusted. */
function selected(plan: Plan, only: readonly string[]): readonly NodeId[] {
  const found = select(plan, only);
  return found.ok ? found.nodes : [];
}

/** Problems quote what stands in the file. @param plan Knows which of it is secret; null if there is none. */
export function withoutSecrets(plan: Plan | null, problems: readonly Problem[]): readonly Problem[] {
  const text = plan === null ? maskForms : maskerFor(plan).text;
  return problems.map((problem) => ({
    ...problem,
    message: text(problem.message),
    expected: problem.expected === null ? null : text(problem.expected),
    hint: problem.hint === null ? null : text(problem.hint),
  }));
}

/**
 * The text of a configuration that comes out of a pipe, as `-f <(...)` makes one: it can be read once. Null for a file.
 * Relative paths in it are relative to the working folder.
 *
 * @throws {UserError} `config/not-readable`
 */
export async function readPiped({ files, descriptors }: Host, file: string): Promise<Uint8Array | null> {
  if (files.inspect(file)?.kind !== "pipe") return null;
  const descriptor = descriptors.openUsersPipe(file);
  if (descriptor === null) throw notReadable(file, "it is a pipe that cannot be opened");
  const source = descriptors.sourceOf(descriptor);
  const blocks: Uint8Array[] = [];
  try {
    for (let size = 0, bytes = await source.read(); bytes !== null; bytes = await source.read()) {
      size += bytes.length;
      if (size > MOST_BYTES) throw notReadable(file, `it is longer than ${MOST_BYTES} bytes`);
      blocks.push(bytes.slice());
    }
  } finally {
    source.close();
  }
  if (blocks.length === 0) throw notReadable(file, "it is a pipe, and nobody has written to it");
  return concatBytes(blocks);
}

/**
 * The plan as the options of the command line want it.
 *
 * @throws {UserError} `target/unknown`
 */
export function adjustPlan(plan: Plan, { only, exitCodeFrom }: PlanSelection): Plan {
  const limited = only === null ? plan : startOnly(plan, selectOrThrow(plan, only));
  return exitCodeFrom.length === 0 ? limited : endWith(limited, selectOrThrow(limited, exitCodeFrom));
}

/**
 * A path that starts this program, for `${supervise}`. A binary is its own; run from source it takes several words to
 * start, which a small script stands for.
 */
function launcherOf(host: Host, program: Program): string {
  const [first, ...more] = program.selfCommand;
  if (more.length === 0) return first!;
  const words = program.selfCommand.map(quotedForShell).join(" ");
  const folder = ensureRunFolder(host, program.uid);
  const name = `supervise-${host.digest(words).slice(0, 8)}`;
  host.files.replace(`${folder.path}/${name}`, `#!/bin/sh\nexec ${words} "$@"\n`, { executable: true });
  return `${folder.name}/${name}`;
}

function readConfig(host: Host, file: string, read: NonNullable<Wanted["read"]>): Uint8Array {
  if (host.files.inspect(file)?.kind === "pipe") {
    throw new UserError("config/piped", `"${file}" is a pipe, and can be read only once`, {
      exitCode: ExitCode.badConfig,
      hint:
        "save it to a file: by that a tree is known, and its supervisor reads it; `check` and `plan` read pipes",
    });
  }
  let bytes: Uint8Array | null;
  try {
    bytes = read(file);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw notReadable(file, error.message, error);
  }
  if (bytes !== null) return bytes;
  throw new UserError("config/not-found", `There is no file "${file}"`, {
    exitCode: ExitCode.badConfig,
    hint: "name the file, or run supervise in the folder that has a supervise.toml",
  });
}

/** A file that a configuration names: it may be of any bytes, as an environment may. */
function readOther(read: NonNullable<Wanted["read"]>, path: string): FileText {
  let bytes: Uint8Array | null;
  try {
    bytes = read(path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { why: error.message };
  }
  if (bytes === null) return { why: "there is no such file" };
  const encoding = encodingOf(bytes);
  return encoding === null ? { text: rawText(bytes) } : { why: `it is ${encoding}: ${saveAsUtf8(encoding)}` };
}

function notReadable(file: string, why: string, cause?: unknown): UserError {
  return new UserError("config/not-readable", `Cannot read "${file}": ${why}`, {
    exitCode: ExitCode.badConfig,
    ...(cause === undefined ? {} : { cause }),
  });
}
