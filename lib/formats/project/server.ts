import { addActor, type DraftActor, type DraftTree, type DraftValue } from "../draft.ts";

/** A program that a project starts and keeps running. */
export interface Server {
  readonly name: string;
  readonly argv: readonly string[];
  /** Where that is known from, a line. */
  readonly why: string;
  /** As seen from the folder of the project. */
  readonly cwd?: string;
  /** The port at which it listens, where the command says so. */
  readonly port?: number;
}

/** Words that stand in a command line as they are. */
const PLAIN = /^[\w./:=@%+,-]+$/;

/** A command as a person would write it. */
export function execOf(argv: readonly string[]): DraftValue {
  return argv.every((word) => PLAIN.test(word)) ? argv.join(" ") : [...argv];
}

/** The words of a command that {@linkcode execOf} has written. */
export function argvOf(exec: DraftValue): readonly string[] {
  return Array.isArray(exec) ? exec.map(String) : String(exec).split(" ");
}

/** Adds a server to a draft. */
export function addServer(draft: DraftTree, { name, argv, why, cwd, port }: Server): DraftActor {
  const actor = addActor(draft, name);
  actor.comments.push(why);
  actor.keys.set("exec", execOf(argv));
  if (cwd !== undefined) actor.keys.set("cwd", cwd);
  actor.keys.set("daemon", true);
  if (port !== undefined) actor.keys.set("ready", { tcp: `127.0.0.1:${port}` });
  return actor;
}
