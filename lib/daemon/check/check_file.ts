/** Checks a configuration, and beyond what its text says whether what it names is on this machine. */
import type { ActorSpec, Plan } from "../../config/plan.ts";
import type { Problem } from "../../config/problem.ts";
import { withoutReplica } from "../../config/replica_path.ts";
import type { Host } from "../../host/ports/host.ts";
import type { Program } from "../../host/ports/program.ts";
import type { SpawnError } from "../../host/ports/processes.ts";
import { limitProblems } from "./check_limits.ts";
import { privilegeProblems } from "./check_privileges.ts";
import { definedOnly } from "../../base/defined_only.ts";
import { type Loaded, loadPlan } from "../load_plan.ts";

/** A checked file. */
export interface Checked extends Loaded {
  readonly file: string;
}

/**
 * Compiles a file and looks whether its programs, folders and files are there. What is missing now may be there when the
 * tree runs, so that is a warning.
 *
 * @throws {UserError} `config/not-readable`
 */
export function checkFile(host: Host, program: Program, file: string): Checked {
  const loaded = loadPlan(host, program, file);
  const { plan, text } = loaded;
  const found = plan === null ? [] : [
    ...missingOnMachine(host, program, plan, text),
    ...limitsOnMachine(host, plan, text),
  ];
  const problems = [...loaded.problems, ...found].sort((a, b) => a.line - b.line || a.column - b.column);
  return { ...loaded, file, problems };
}

/** The limits of a plan that cannot be kept, as far as that is known before anything is started. */
export function limitsOnMachine(host: Host, { nodes }: Plan, text: string): readonly Problem[] {
  const lines = text.split("\n");
  return onceEach(
    nodes.flatMap((node) =>
      node.kind === "tree" ? [] : limitProblems(host, node).map((problem) => problemAt(node, problem, lines))
    ),
  );
}

function missingOnMachine(host: Host, program: Program, plan: Plan, text: string): readonly Problem[] {
  const inherited = definedOnly(program.environment);
  const lines = text.split("\n");
  const found = plan.nodes.flatMap((node) => {
    if (node.kind === "tree") return [];
    const error = host.processes.whyNotStartable({
      argv: node.argv,
      cwd: node.cwd,
      env: { ...(node.inheritEnv ? inherited : {}), ...node.env },
    });
    const files = missingFiles(host, program, node);
    const at = (name: string, message: string, hint: string) =>
      problemAt(node, { name, severity: "warning", message, hint }, lines);
    return [
      ...(error === null ? [] : [at(nameOf(error), error.message, "it must be there when the actor starts")]),
      ...privilegeProblems(host, program, node).map(({ name, message, hint }) => at(name, message, hint)),
      ...files.map((path) =>
        at("config/file-not-found", `There is no file "${path}"`, "it must be there when the actor starts")
      ),
    ];
  });
  return onceEach(found);
}

/** What one replica misses, the others do too. */
function onceEach(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

function missingFiles(host: Host, program: Program, actor: ActorSpec): readonly string[] {
  const script = actor.kind === "script" ? actor.argv[program.scriptCommand.length]! : null;
  return [script, actor.module?.file ?? null, actor.stdin].filter((path) =>
    path !== null && !host.files.exists(path)
  ) as readonly string[];
}

function nameOf({ stage }: SpawnError): string {
  return stage === "cwd" ? "config/folder-not-found" : "config/command-not-found";
}

function problemAt(
  { at, name: ownName }: ActorSpec,
  problem: Pick<Problem, "name" | "severity" | "message" | "hint">,
  lines: readonly string[],
): Problem {
  const { file, line, column } = at;
  const name = withoutReplica(ownName);
  const length = lines[line - 1]?.startsWith(name, column - 1) === true ? name.length : 1;
  return { ...problem, file, line, column, length, expected: null };
}
