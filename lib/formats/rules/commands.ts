/** Commands of actors as other tools take them. */
import { resolvePath } from "../../base/posix_path.ts";
import type { ActorSpec } from "../../config/plan.ts";

/** Program and arguments; a relative path of a program is relative to the folder that it runs in. */
export function commandOf({ argv, cwd }: Pick<ActorSpec, "argv" | "cwd">): readonly string[] {
  const [program = "", ...args] = argv;
  return [program.includes("/") ? resolvePath(cwd, program) : program, ...args];
}

/** Words as a shell reads them. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}

/** A word as a shell reads it. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The line of an actor for tools that have a shell run it. */
export function lineOf(spec: ActorSpec): string {
  const { kind, argv } = spec;
  return kind === "shell" && argv.length === 3 ? argv[2]! : shellLine(commandOf(spec));
}
