/** The documentation of a kind of problem. */
export interface ProblemKind {
  readonly severity: "error" | "warning";
  /** One sentence for people. */
  readonly doc: string;
}

/** Every problem that the text of a configuration can have. The names are stable: scripts and editors rely on them. */
export const PROBLEMS = {
  "config/syntax": { severity: "error", doc: "The text is not TOML 1.0." },
  "config/bad-encoding": {
    severity: "error",
    doc: "The file holds bytes that are not UTF-8, or is written in another encoding.",
  },
  "config/duplicate-key": { severity: "error", doc: "A key or a table is defined twice." },
  "config/too-deep": {
    severity: "error",
    doc: "Tables, lists or trees are nested deeper than any real file needs.",
  },
  "config/empty": { severity: "error", doc: "The file, and what it includes, define no actor at all." },
  "config/unknown-key": { severity: "error", doc: "A key is not known at this place." },
  "config/not-supported-yet": {
    severity: "error",
    doc: "A key or value is documented, but this version lacks it.",
  },
  "config/wrong-type": { severity: "error", doc: "A value has another type than its key takes." },
  "config/out-of-range": { severity: "error", doc: "A number or duration lies outside of what makes sense." },
  "config/bad-value": { severity: "error", doc: "A text is none of those that its key takes." },
  "config/bad-duration": { severity: "error", doc: 'A duration is not written as in "10s".' },
  "config/bad-signal": {
    severity: "error",
    doc: "A signal is neither a known name nor a number from 1 to 64.",
  },
  "config/bad-address": { severity: "error", doc: 'An address is not written as in "127.0.0.1:5432".' },
  "config/bad-url": { severity: "error", doc: "A URL is not a complete http:// or https:// address." },
  "config/bad-schedule": {
    severity: "error",
    doc: 'A schedule is neither a cron expression nor written as in "@every 5m", or its date never comes.',
  },
  "config/bad-timezone": { severity: "error", doc: "A time zone has no such name." },
  "config/schedule-conflict": {
    severity: "error",
    doc: "An actor has a schedule and something that contradicts it, or details of one and none.",
  },
  "config/bad-pattern": {
    severity: "error",
    doc: "A regular expression cannot be compiled, or not matched in linear time.",
  },
  "config/bad-name": {
    severity: "error",
    doc: "A name is too long, or holds characters that names cannot have.",
  },
  "config/duplicate-name": {
    severity: "error",
    doc: "An actor and a tree of one supervisor have the same name.",
  },
  "config/nul-character": {
    severity: "error",
    doc: "A text holds a NUL character, which no argument, path or variable can carry.",
  },
  "config/bad-interpolation": { severity: "error", doc: "A ${env:...} is not written as it should be." },
  "config/unset-variable": {
    severity: "error",
    doc: "A ${env:NAME} without a default names a variable that is not set.",
  },
  "config/reserved-variable": {
    severity: "error",
    doc: "A variable of the environment is set by supervise itself.",
  },
  "config/env-file-missing": { severity: "error", doc: "An env_file does not exist or cannot be read." },
  "config/bad-env-file": { severity: "error", doc: "A line of an env_file is not KEY=VALUE." },
  "config/include-missing": { severity: "error", doc: "A file of include does not exist or cannot be read." },
  "config/include-cycle": { severity: "error", doc: "A file includes itself, by itself or through others." },
  "config/included-twice": { severity: "error", doc: "Two files include the same file." },
  "config/too-many-files": {
    severity: "error",
    doc: "A configuration has more files than any real one needs.",
  },
  "config/missing-command": { severity: "error", doc: "An actor or an alert does not say what to run." },
  "config/two-commands": { severity: "error", doc: "An actor says more than once what to run." },
  "config/only-for-modules": {
    severity: "error",
    doc: "A key of module actors stands at an actor of another kind.",
  },
  "config/not-for-modules": {
    severity: "error",
    doc: "A module actor has a key that modules cannot have yet.",
  },
  "config/empty-command": { severity: "error", doc: "A command has no program." },
  "config/unbalanced-quote": { severity: "error", doc: "A quote in a command is opened and never closed." },
  "config/shell-syntax": {
    severity: "warning",
    doc: "A command without a shell holds characters that only a shell understands.",
  },
  "config/shell-word": {
    severity: "warning",
    doc: "A command without a shell begins with a word that only a shell understands.",
  },
  "config/variable-in-exec": { severity: "warning", doc: "A $NAME stands where no shell will replace it." },
  "config/bad-probe": { severity: "error", doc: "A ready table has no probe, or more than one." },
  "config/never-ready": {
    severity: "error",
    doc: "A ready delay is not shorter than the time that the start may take.",
  },
  "config/never-healthy": { severity: "error", doc: "A dependency waits for health that nobody checks." },
  "config/unknown-dependency": {
    severity: "error",
    doc: "A dependency names nothing that the file defines.",
  },
  "config/inactive-dependency": {
    severity: "error",
    doc: "A dependency is for a profile that is not active, so that it is not started.",
  },
  "config/unknown-profile": {
    severity: "warning",
    doc: "A profile is to be active that no actor or tree has.",
  },
  "config/cycle": {
    severity: "error",
    doc: "Actors or trees wait for each other, so that none could ever start.",
  },
  "config/never-completes": {
    severity: "error",
    doc: "A dependency waits for the end of something that never ends.",
  },
  "config/intensity-without-effect": {
    severity: "warning",
    doc: "An actor has an intensity, and is never restarted, or its restarts are not counted by themselves.",
  },
  "config/significant-never-ends": {
    severity: "warning",
    doc: "A significant daemon is always restarted, and not left failed, so that it never ends its tree.",
  },
  "config/module-dies": {
    severity: "warning",
    doc: "A module actor stands in a tree that is to survive its supervisor, with which modules end.",
  },
  "config/fixed-port": {
    severity: "warning",
    doc: "Several replicas of an actor are to be ready at one port.",
  },
  "config/bad-socket": {
    severity: "error",
    doc: 'An address of sockets is not written as in "tcp://127.0.0.1:8080".',
  },
  "config/duplicate-socket": { severity: "error", doc: "Two actors are to listen at one address." },
  "config/duplicate-log": { severity: "error", doc: "Two actors are to log to one file." },
  "config/format-without-file": {
    severity: "warning",
    doc: "A log has a format and no file of its own that could have it.",
  },
  "config/ready-own-socket": {
    severity: "warning",
    doc: "A probe asks for a connection that supervise itself accepts on behalf of the actor.",
  },
  "config/grace-exceeds-shutdown": {
    severity: "warning",
    doc: "A stop may take longer than the teardown of its tree.",
  },
  "config/debug-on": {
    severity: "warning",
    doc: "A module actor is held for inspection when it fails, and not restarted.",
  },
  "config/self-daemonising": {
    severity: "warning",
    doc: "A program will go to the background, where it looks as if it had ended.",
  },
} as const satisfies Readonly<Record<string, ProblemKind>>;

/** The stable name of a problem that a text can have. */
export type ProblemName = keyof typeof PROBLEMS;

/** Problems of a configuration on one machine: warnings, as what is missing may come before an actor starts, or errors. */
export const MACHINE_PROBLEMS = {
  "config/command-not-found": "The program of an actor is not there, or cannot be started.",
  "config/folder-not-found": "The folder that an actor is to run in is not there.",
  "config/file-not-found": "A file that an actor names is not there.",
  "config/limit-not-kept": "A limit of `cgroup` cannot be kept.",
  "config/user-not-found": "A user or a group that an actor is to run as is not there.",
  "config/not-permitted": "An actor asks for a privilege that the user who starts the tree cannot give.",
} as const satisfies Readonly<Record<string, string>>;

/** The stable name of a problem. */
export type AnyProblemName = ProblemName | keyof typeof MACHINE_PROBLEMS;
