import { deepFreeze } from "../base/deep_freeze.ts";
import { baseName, folderOf } from "../base/posix_path.ts";
import { type ReplicaCounts, type Scaled, scaleDocument } from "./declared/scaled.ts";
import { readRoot } from "./declared/read_tree.ts";
import { placesOf } from "./keys/kinds.ts";
import { isTreeName } from "./keys/tree_name.ts";
import type { Plan } from "./plan.ts";
import type { Problem } from "./problem.ts";
import { createReport } from "./report.ts";
import { resolveNodes } from "./resolve/resolve_nodes.ts";
import { parseDocument } from "./toml/parse.ts";
import { createLocate, type Place, type Span } from "./toml/source.ts";
import type { FileText } from "./values/type.ts";

/** What a configuration is compiled from. */
export interface CompileInput {
  /** Absolute path of the file, symbolic links resolved. */
  readonly file: string;
  /** The folder that its paths are relative to. @default That of the file */
  readonly dir?: string;
  readonly text: string;
  /** The environment of the shell, for `${env:NAME}`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Reads an `env_file`. */
  readonly readFile: (path: string) => FileText;
  /** Program and arguments that run a TypeScript program, whose path follows them. */
  readonly scriptCommand: readonly string[];
  /** Program and arguments that run a module actor, whose path in the tree follows them. */
  readonly actorCommand: readonly string[];
  /** What `${supervise}` stands for. */
  readonly supervise: string;
  /** Numbers of replicas that take the place of those that the file has. @default None */
  readonly replicas?: ReplicaCounts;
}

/** What became of a configuration. */
export interface Compiled {
  /** Null if and only if there is an error among the problems. */
  readonly plan: Plan | null;
  /** Errors and warnings in file order. */
  readonly problems: readonly Problem[];
  /** The actors whose number of replicas is not that of the file. */
  readonly scaled: readonly Scaled[];
  /** Where the file says what a key of an actor is; null if it does not. */
  readonly placeOf: (path: string, key: string) => Place | null;
}

/**
 * Compiles a configuration file. All problems are found in one run, unless the file is no TOML at all; the plan is
 * resolved to the last default and deeply frozen. Never throws.
 */
export function compile(input: CompileInput): Compiled {
  const { file, environment, readFile, scriptCommand, actorCommand, supervise } = input;
  const text = input.text.replace(/^\uFEFF/, "");
  const locate = createLocate(text);
  const report = createReport(file, locate);
  const parsed = parseDocument(text, report);
  if (parsed === null) {
    return deepFreeze({ plan: null, problems: report.problems(), scaled: [], placeOf: () => null });
  }
  const { document, scaled } = scaleDocument(parsed, input.replicas ?? new Map());
  const { dir = folderOf(file) } = input;
  const root = readRoot(document, {
    report,
    placeholders: { environment, dir, supervise, replica: 1 },
    readFile,
    placesOf,
  });
  const locationOf = (at: Span) => {
    const { line, column } = locate(at);
    return { file, line, column };
  };
  const { specs: nodes, spanOf } = resolveNodes(root, {
    report,
    dir,
    scriptCommand,
    actorCommand,
    locationOf,
  });
  const folder = baseName(dir);
  const name = root.fields.name?.value ?? (isTreeName(folder) ? folder : "supervise");
  const plan = report.errorCount() === 0 ? { name, file, dir, nodes } : null;
  const placeOf = (path: string, key: string) => {
    const span = spanOf(path, key);
    return span === null ? null : locate(span);
  };
  return deepFreeze({ plan, problems: report.problems(), scaled, placeOf });
}
