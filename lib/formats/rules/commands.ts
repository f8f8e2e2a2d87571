/** Commands of actors as other tools take them. */
import { shellLine } from "../../base/shell_word.ts";
import { resolvePath } from "../../base/posix_path.ts";
import type { ActorSpec } from "../../config/plan.ts";
import { changed, kept, type Verdict } from "./rules.ts";

/** Program and arguments; a relative path of a program is relative to the folder that it runs in. */
export function commandOf({ argv, cwd }: Pick<ActorSpec, "argv" | "cwd">): readonly string[] {
  const [program = "", ...args] = argv;
  return [program.includes("/") ? resolvePath(cwd, program) : program, ...args];
}

/** The verdict on a command, which several keys make together. */
export function toldCommand({ kind }: Pick<ActorSpec, "kind">, to: string): Verdict {
  if (kind !== "script") return kept(to);
  return changed(
    to,
    "the runtime in supervise runs the script",
    "supervise has to be there, at the path in the command",
  );
}

/** The same for tools that look for programs in folders of their own. */
export function toldLookup(tool: string, spec: ActorSpec, to: string): Verdict {
  if (spec.argv[0]?.includes("/") === true) return toldCommand(spec, to);
  return changed(to, `${tool} looks for it in the PATH of its own`, "write the whole path of the program");
}

/** The line of an actor for tools that have a shell run it. */
export function lineOf(spec: ActorSpec): string {
  const { kind, argv } = spec;
  return kind === "shell" && argv.length === 3 ? argv[2]! : shellLine(commandOf(spec));
}
