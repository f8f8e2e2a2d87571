import type { Problem } from "./problem.ts";

/** What the documentation says about a kind of problem. */
export interface ProblemKind {
  readonly severity: Problem["severity"];
  /** One sentence for people. */
  readonly doc: string;
}

function error(doc: string): ProblemKind {
  return { severity: "error", doc };
}

function warning(doc: string): ProblemKind {
  return { severity: "warning", doc };
}

/** Every problem that a configuration file can have. The names are stable: scripts and editors rely on them. */
export const PROBLEMS = {
  "config/syntax": error("The text is not TOML 1.0."),
  "config/bad-encoding": error("The file holds bytes that are not UTF-8, or is written in another encoding."),
  "config/duplicate-key": error("A key or a table is defined twice."),
  "config/too-deep": error("Tables, lists or trees are nested deeper than any real file needs."),
  "config/empty": error("The file, and what it includes, define no actor at all."),
  "config/unknown-key": error("A key is not known at this place."),
  "config/not-supported-yet": error("A key or value is documented, but this version lacks it."),
  "config/wrong-type": error("A value has another type than its key takes."),
  "config/out-of-range": error("A number or duration lies outside of what makes sense."),
  "config/bad-value": error("A text is none of those that its key takes."),
  "config/bad-duration": error('A duration is not written as in "10s".'),
  "config/bad-signal": error("A signal is neither a known name nor a number from 1 to 64."),
  "config/bad-address": error('An address is not written as in "127.0.0.1:5432".'),
  "config/bad-url": error("A URL is not a complete http:// or https:// address."),
  "config/bad-pattern": error("A regular expression cannot be compiled, or not matched in linear time."),
  "config/bad-name": error("A name is too long, or holds characters that names cannot have."),
  "config/duplicate-name": error("An actor and a tree of one supervisor have the same name."),
  "config/nul-character": error(
    "A text holds a NUL character, which no argument, path or variable can carry.",
  ),
  "config/bad-interpolation": error("A ${env:...} is not written as it should be."),
  "config/unset-variable": error("A ${env:NAME} without a default names a variable that is not set."),
  "config/reserved-variable": error("A variable of the environment is set by supervise itself."),
  "config/env-file-missing": error("An env_file does not exist or cannot be read."),
  "config/bad-env-file": error("A line of an env_file is not KEY=VALUE."),
  "config/include-missing": error("A file of include does not exist or cannot be read."),
  "config/include-cycle": error("A file includes itself, by itself or through others."),
  "config/included-twice": error("Two files include the same file."),
  "config/too-many-files": error("A configuration has more files than any real one needs."),
  "config/missing-command": error("An actor does not say what to run."),
  "config/two-commands": error("An actor says more than once what to run."),
  "config/only-for-modules": error("A key of module actors stands at an actor of another kind."),
  "config/not-for-modules": error("A module actor has a key that modules cannot have yet."),
  "config/empty-command": error("A command has no program."),
  "config/unbalanced-quote": error("A quote in a command is opened and never closed."),
  "config/shell-syntax": warning("A command without a shell holds characters that only a shell understands."),
  "config/shell-word": warning("A command without a shell begins with a word that only a shell understands."),
  "config/variable-in-exec": warning("A $NAME stands where no shell will replace it."),
  "config/bad-probe": error("A ready table has no probe, or more than one."),
  "config/never-ready": error("A ready delay is not shorter than the time that the start may take."),
  "config/unknown-dependency": error("A dependency names nothing that the file defines."),
  "config/inactive-dependency": error(
    "A dependency is for a profile that is not active, so that it is not started.",
  ),
  "config/unknown-profile": warning("A profile is to be active that no actor or tree has."),
  "config/cycle": error("Actors or trees wait for each other, so that none could ever start."),
  "config/never-completes": error("A dependency waits for the end of something that never ends."),
  "config/significant-never-ends": warning(
    "A significant daemon is always restarted, so that it never ends its tree.",
  ),
  "config/module-dies": warning(
    "A module actor stands in a tree that is to survive its supervisor, with which modules end.",
  ),
  "config/fixed-port": warning("Several replicas of an actor are to be ready at one port."),
  "config/bad-socket": error('An address of sockets is not written as in "tcp://127.0.0.1:8080".'),
  "config/duplicate-socket": error("Two actors are to listen at one address."),
  "config/ready-own-socket": warning(
    "A probe asks for a connection that supervise itself accepts on behalf of the actor.",
  ),
  "config/grace-exceeds-shutdown": warning("A stop may take longer than the teardown of its tree."),
  "config/debug-on": warning("A module actor is held for inspection when it fails, and not restarted."),
  "config/self-daemonising": warning(
    "A program will go to the background, where it looks as if it had ended.",
  ),
} as const satisfies Readonly<Record<string, ProblemKind>>;

/** The stable name of a kind of problem. */
export type ProblemName = keyof typeof PROBLEMS;
