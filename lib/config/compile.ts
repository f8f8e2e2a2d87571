import { deepFreeze } from "../base/deep_freeze.ts";
import { baseName, folderOf } from "../base/posix_path.ts";
import { type ReplicaCounts, type Scaled, scaleDocument } from "./declared/scaled.ts";
import { readRoot } from "./declared/read_root.ts";
import type { IncludeDisk } from "./include/disk.ts";
import { placesOf } from "./keys/kinds.ts";
import { isTreeName } from "./keys/tree_name.ts";
import type { Plan } from "./plan.ts";
import type { Problem } from "./problem.ts";
import { createReport } from "./report.ts";
import { alertsOf } from "./resolve/alerts.ts";
import { resolveNodes } from "./resolve/resolve_nodes.ts";
import type { TableItem } from "./toml/item.ts";
import { parseDocument } from "./toml/parse.ts";
import { createSources, type Place, type Span } from "./toml/source.ts";
import type { FileText } from "./values/type.ts";

/** The input that a configuration is compiled from. */
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
  /** Where `include` finds more files. */
  readonly disk: IncludeDisk;
  /** The active profiles; `*` stands for all. @default None */
  readonly profiles?: readonly string[];
  /** Program and arguments that run a TypeScript program, whose path follows them. */
  readonly scriptCommand: readonly string[];
  /** Program and arguments that run a module actor, whose path in the tree follows them. */
  readonly actorCommand: readonly string[];
  /** The text that `${supervise}` stands for; asked only if a file has it. */
  readonly supervise: () => string;
  /** Numbers of replicas that take the place of those that the file has. @default None */
  readonly replicas?: ReplicaCounts;
}

/** The result of compiling a configuration. */
export interface Compiled {
  /** Null if and only if there is an error among the problems. */
  readonly plan: Plan | null;
  /** Errors and warnings in file order. */
  readonly problems: readonly Problem[];
  /** The actors whose number of replicas is not that of the file. */
  readonly scaled: readonly Scaled[];
  /** The texts of the file and of all that it includes, by their real paths, in the order in which they were read. */
  readonly texts: ReadonlyMap<string, string>;
  /** Globs of `include` that match no file. */
  readonly unmatched: readonly string[];
  /** The variables of the environment that stand in the texts. */
  readonly variables: ReadonlySet<string>;
  /** Where a file says what a key of a node is, such as `stop.grace` (inherited ones included); null if none does. */
  readonly placeOf: (path: string, key: string) => Place | null;
}

/**
 * Compiles a configuration file, and all that it includes. All problems are found in one run, unless one of the files is no
 * TOML at all; the plan is resolved to the last default and deeply frozen. Never throws.
 */
export function compile(input: CompileInput): Compiled {
  const { file, environment, readFile, disk, scriptCommand, actorCommand, supervise } = input;
  const { profiles = [] } = input;
  const sources = createSources();
  const report = createReport(sources);
  const texts = new Map<string, string>();
  const scaled: Scaled[] = [];
  const variables = new Set<string>();
  const onVariable = (name: string) => void variables.add(name);
  const scale = (document: TableItem) => {
    const changed = scaleDocument(document, input.replicas ?? new Map());
    scaled.push(...changed.scaled);
    return changed.document;
  };
  const compiled = (rest: Pick<Compiled, "plan" | "unmatched" | "placeOf">): Compiled => ({
    ...deepFreeze({ ...rest, problems: report.problems() }),
    scaled,
    texts,
    variables,
  });
  const add = (file: string, text: string) => {
    const plain = text.replace(/^\uFEFF/, "");
    texts.set(file, plain);
    return sources.add(file, plain);
  };
  const document = parseDocument(add(file, input.text), report);
  if (document === null) return compiled({ plan: null, unmatched: [], placeOf: () => null });
  const { dir = folderOf(file) } = input;
  const { root, isWhole, unmatched } = readRoot(
    scale(document),
    { report, placeholders: { environment, onVariable, dir, supervise, replica: 1 }, readFile, placesOf },
    { disk, add, file, scale },
  );
  if (!isWhole) return compiled({ plan: null, unmatched, placeOf: () => null });
  const { locate } = sources;
  const locationOf = (at: Span) => {
    const { file, line, column } = locate(at);
    return { file, line, column };
  };
  const { specs: nodes, spanOf } = resolveNodes(root, {
    report,
    scriptCommand,
    actorCommand,
    locationOf,
    active: profiles,
    file,
  });
  const alerts = alertsOf(root.fields, report);
  const folder = baseName(dir);
  const name = root.fields.name?.value ?? (isTreeName(folder) ? folder : "supervise");
  const plan = report.errorCount() === 0
    ? { name, file, dir, files: [...texts.keys()], profiles: [...profiles], alerts, nodes }
    : null;
  const placeOf = (path: string, key: string) => {
    const span = spanOf(path, key);
    return span === null ? null : locate(span);
  };
  return compiled({ plan, unmatched, placeOf });
}
