/** A tree of commands that no file describes: what `supervise run` makes of its words. */
import { baseName, resolvePath } from "../base/posix_path.ts";
import { actorNameOf, addActor, type DraftTree, draftTree } from "../formats/draft.ts";
import { literal } from "../formats/literal.ts";

/** The options that hold for all commands of a tree. */
export interface AdHocOptions {
  /** The label of the tree. */
  readonly name: string;
  /** Names of the commands in their order; those without one are named after their programs. */
  readonly names: readonly string[];
  /** The folder that they run in. */
  readonly cwd: string;
  /** Whether the end of one is the end of all. */
  readonly isTogether: boolean;
  readonly isDaemon: boolean;
  /** Whether the words of a command are a text for a shell. */
  readonly isShell: boolean;
  readonly restart: string | null;
}

/** The words of each command, which `separator` is between. */
export function commandsIn(words: readonly string[], separator: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  for (const word of words) {
    if (word === separator) commands.push([]);
    else commands.at(-1)!.push(word);
  }
  return commands;
}

/** The tree of commands, each of at least one word. */
export function adHocDraft(commands: readonly (readonly string[])[], options: AdHocOptions): DraftTree {
  const { name, names, cwd, isTogether, isDaemon, isShell, restart } = options;
  const draft = draftTree();
  draft.keys.set("name", name);
  draft.defaults.keys.set("cwd", literal(cwd));
  for (const [index, words] of commands.entries()) {
    const { keys } = addActor(draft, names[index] ?? nameOf(isShell ? words.join(" ").split(/\s+/) : words));
    const [program, ...rest] = words;
    // A relative path in a file is relative to the file, and this one is elsewhere.
    const path = program!.includes("/") && !isShell ? resolvePath(cwd, program!) : program!;
    const texts = [path, ...rest].map(literal);
    keys.set(isShell ? "shell" : "exec", isShell ? texts.join(" ") : texts);
    if (isDaemon) keys.set("daemon", true);
    if (restart !== null) keys.set("restart", restart);
    if (isTogether) keys.set("significant", true);
  }
  return draft;
}

/** Whether an actor can be called so. */
export function canBeName(name: string): boolean {
  return name !== "" && actorNameOf(name) === name;
}

/** Programs that run others, whose own name says nothing. */
const RUNNERS = new Set(
  "bun bunx bundle cargo deno go just make node npm npx pdm php pnpm poetry python python3 ruby sh bash task uv yarn"
    .split(" "),
);
const RUNNER_WORDS = /^(?:-.*|run|run-script|exec|task|dlx|x)$/;
const CODE_FILE = /\.(?:[cm]?[jt]sx?|py|rb|php|sh|go)$/;

/** The name of a command: that of its program, or that of the task or file that this program runs. */
function nameOf([program, ...rest]: readonly string[]): string {
  const name = baseName(program!);
  const run = RUNNERS.has(name) ? rest.find((word) => !RUNNER_WORDS.test(word)) : undefined;
  const own = baseName(run ?? program!).replace(CODE_FILE, "");
  const saysMore = run !== undefined && !/\s/.test(run) && actorNameOf(own) !== "actor";
  return saysMore ? own : name.replace(CODE_FILE, "");
}
