/** Checks a configuration, and beyond what its text says whether what it names is on this machine. */
import type { Compiled } from "../../config/compile.ts";
import type { ActorSpec, Plan } from "../../config/plan.ts";
import type { Problem } from "../../config/problem.ts";
import { inFileOrder } from "../../config/report.ts";
import { withoutReplica } from "../../config/replica_path.ts";
import type { Host } from "../../host/ports/host.ts";
import type { Program } from "../../host/ports/program.ts";
import type { SpawnError } from "../../host/ports/processes.ts";
import { limitProblems } from "./check_limits.ts";
import { privilegeProblems } from "./check_privileges.ts";
import { definedOnly } from "../../base/defined_only.ts";
import { nameSome } from "../../base/name_some.ts";
import type { AnyProblemName } from "../../base/problem_names.ts";
import { isText } from "../../base/raw_text.ts";
import { type Loaded, loadPlan, type Wanted, withoutSecrets } from "../load_plan.ts";

const THERE_THEN = "it must be there when the actor starts";
const MENDED_THEN = "it must be mended before the actor starts";

/** Where the values of a file stand. */
type Places = Pick<Compiled, "placeOf">;

/**
 * Compiles a file and looks whether its programs, folders and files are there. A file that is missing now may be there when the
 * tree runs, so that is a warning.
 *
 * @param piped The text of a file that is a pipe; null for any other.
 * @throws {UserError} `config/not-readable`, `config/piped`
 */
export function checkFile(
  host: Host,
  program: Program,
  file: string,
  piped: Uint8Array | null,
  wanted: Wanted = {},
): Loaded {
  const loaded = loadPlan(host, program, file, piped, wanted);
  const { plan } = loaded;
  const found = plan === null ? [] : withoutSecrets(plan, [
    ...missingOnMachine(host, program, plan, loaded),
    ...limitsOnMachine(host, plan, loaded),
    ...changedVariables(program, plan, loaded),
  ]);
  const problems = inFileOrder([...loaded.problems, ...found], [...loaded.texts.keys()]);
  return { ...loaded, problems };
}

/** The limits of a plan that cannot be kept, as far as that is known before anything is started. */
export function limitsOnMachine(host: Host, { nodes }: Plan, { placeOf }: Places): readonly Problem[] {
  return onceEach(
    nodes.flatMap((node) =>
      node.kind === "tree"
        ? []
        : limitProblems(host, node).map((problem) => problemAt(node, "cgroup", problem, placeOf))
    ),
  );
}

/** Where runtimes change variables: they know text alone, and so does what a script or a module starts. */
export function changedVariables(program: Program, { nodes }: Plan, { placeOf }: Places): readonly Problem[] {
  const inherited = definedOnly(program.environment);
  return onceEach(nodes.flatMap((node) => {
    if (node.kind !== "script" && node.kind !== "module") return [];
    const env = { ...(node.inheritEnv ? inherited : {}), ...node.env };
    const names = Object.entries(env).filter((entry) => !entry.every(isText)).map(([name]) => name);
    if (names.length === 0) return [];
    const message = `a ${node.kind} gets no variables that are not UTF-8 as they are: ${nameSome(names)}`;
    const hint = "set them in env, or remove them there; exec and shell get any bytes";
    return [
      problemAt(
        node,
        node.kind,
        { name: "config/bad-encoding", severity: "warning", message, hint },
        placeOf,
      ),
    ];
  }));
}

function missingOnMachine(
  host: Host,
  program: Program,
  plan: Plan,
  { placeOf }: Places,
): readonly Problem[] {
  const inherited = definedOnly(program.environment);
  const found = plan.nodes.flatMap((node) => {
    if (node.kind === "tree") return [];
    const env = { ...(node.inheritEnv ? inherited : {}), ...node.env };
    const at = (key: string, name: AnyProblemName, message: string, hint = THERE_THEN) =>
      problemAt(node, key, { name, severity: "warning", message, hint }, placeOf);
    return [
      ...whyNotStartable(host, node, env).map((error) =>
        error.stage === "cwd" ? at("cwd", "config/folder-not-found", error.message) : at(
          node.kind,
          "config/command-not-found",
          error.message,
          error.stage === "start" ? MENDED_THEN : THERE_THEN,
        )
      ),
      ...privilegeProblems(host, program, node).map(({ key, name, message, hint }) =>
        at(key, name, message, hint)
      ),
      ...missingFiles(host, program, node).map(([key, path]) =>
        at(key, "config/file-not-found", whyMissing(host, path))
      ),
    ];
  });
  return onceEach(found);
}

/** The obstacles to the start of an actor: its folder and its program are each told. */
function whyNotStartable(
  { processes }: Host,
  { argv, cwd }: ActorSpec,
  env: Readonly<Record<string, string>>,
): readonly SpawnError[] {
  const error = processes.whyNotStartable({ argv, cwd, env });
  if (error === null) return [];
  if (error.stage !== "cwd") return [error];
  const other = processes.whyNotStartable({ argv, cwd: "/", env });
  return other === null ? [error] : [error, other];
}

/** Replicas miss the same things. */
function onceEach(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

/** Files that are named and not there, by the keys that name them. */
function missingFiles(
  host: Host,
  program: Program,
  actor: ActorSpec,
): readonly (readonly [key: string, path: string])[] {
  const script = actor.kind === "script" ? actor.argv[program.scriptCommand.length]! : null;
  const named = [["script", script], ["module", actor.module?.file ?? null], ["stdin", actor.stdin]] as const;
  return named.flatMap(([key, path]) =>
    path === null || isUsable(host, key, path) ? [] : [[key, path] as const]
  );
}

/** Anything that is there can be read as standard input; code is in a file. */
function isUsable({ files }: Host, key: "script" | "module" | "stdin", path: string): boolean {
  return key === "stdin" ? files.exists(path) : files.inspect(path)?.kind === "file";
}

function whyMissing({ files }: Host, path: string): string {
  const why = files.whyHidden(path);
  if (why !== null) return `Cannot reach "${path}": ${why}`;
  const kind = files.inspect(path)?.kind;
  return kind === undefined ? `There is no file "${path}"` : `"${path}" is a ${kind}, and no file`;
}

/** @param key The key whose value is to be underlined; the actor's name, if the file does not have it. */
function problemAt(
  { at, path, name }: ActorSpec,
  key: string,
  problem: Pick<Problem, "name" | "severity" | "message" | "hint">,
  placeOf: Compiled["placeOf"],
): Problem {
  const place = placeOf(path, key) ?? { ...at, length: withoutReplica(name).length };
  return { ...problem, ...place, expected: null };
}
