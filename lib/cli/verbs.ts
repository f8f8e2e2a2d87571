import type { Command } from "./command.ts";

/** The facts of a verb that are known before its command is loaded. */
export interface VerbFacts {
  readonly name: string;
  readonly aliases: readonly string[];
  /** One line for the list of all verbs. */
  readonly summary: string;
}

/** A verb of the command line. Its command is loaded when it is called, because each needs a part of the program alone. */
export interface Verb extends VerbFacts {
  readonly load: () => Promise<Command>;
}

/** All verbs, in the order in which the help lists them. */
export const VERBS: readonly Verb[] = [
  {
    name: "init",
    aliases: [],
    summary: "writes a configuration for the project here, or is process 1 of a container",
    load: async () => (await import("./commands/init.ts")).init,
  },
  {
    name: "up",
    aliases: [],
    summary: "starts the tree of a file",
    load: async () => (await import("./commands/up.ts")).up,
  },
  {
    name: "run",
    aliases: [],
    summary: "runs commands side by side, without a file",
    load: async () => (await import("./commands/run.ts")).run,
  },
  {
    name: "down",
    aliases: [],
    summary: "ends the tree and proves that nothing is left",
    load: async () => (await import("./commands/down.ts")).down,
  },
  {
    name: "ps",
    aliases: [],
    summary: "the tree and what every actor is doing",
    load: async () => (await import("./commands/ps.ts")).ps,
  },
  {
    name: "status",
    aliases: [],
    summary: "everything about single actors",
    load: async () => (await import("./commands/status.ts")).status,
  },
  {
    name: "explain",
    aliases: ["why"],
    summary: "what actors are doing, why, and what comes next",
    load: async () => (await import("./commands/explain.ts")).explain,
  },
  {
    name: "ls",
    aliases: [],
    summary: "all running trees of this user",
    load: async () => (await import("./commands/ls.ts")).ls,
  },
  {
    name: "start",
    aliases: [],
    summary: "starts actors, with what they depend on",
    load: async () => (await import("./commands/actions.ts")).start,
  },
  {
    name: "stop",
    aliases: [],
    summary: "stops actors until they are started again",
    load: async () => (await import("./commands/actions.ts")).stop,
  },
  {
    name: "restart",
    aliases: [],
    summary: "stops actors and starts them again",
    load: async () => (await import("./commands/actions.ts")).restart,
  },
  {
    name: "scale",
    aliases: [],
    summary: "changes how many copies of an actor run",
    load: async () => (await import("./commands/scale.ts")).scale,
  },
  {
    name: "reset",
    aliases: [],
    summary: "forgets failures, and starts again what is down for them",
    load: async () => (await import("./commands/actions.ts")).reset,
  },
  {
    name: "signal",
    aliases: [],
    summary: "sends a signal to actors",
    load: async () => (await import("./commands/signal.ts")).signal,
  },
  {
    name: "exec",
    aliases: [],
    summary: "runs a command as an actor would",
    load: async () => (await import("./commands/exec.ts")).exec,
  },
  {
    name: "wait",
    aliases: [],
    summary: "waits until actors are ready, completed or stopped",
    load: async () => (await import("./commands/wait.ts")).wait,
  },
  {
    name: "logs",
    aliases: [],
    summary: "what the actors have printed",
    load: async () => (await import("./commands/logs.ts")).logs,
  },
  {
    name: "events",
    aliases: [],
    summary: "the journal of decisions and their causes",
    load: async () => (await import("./commands/events.ts")).events,
  },
  {
    name: "analyze",
    aliases: [],
    summary: "what made starts and stops take so long, and who restarts most",
    load: async () => (await import("./commands/analyze.ts")).analyze,
  },
  {
    name: "call",
    aliases: [],
    summary: "calls a function of a module actor and prints what it returns",
    load: async () => (await import("./commands/call.ts")).call,
  },
  {
    name: "check",
    aliases: [],
    summary: "validates a file: all problems at once",
    load: async () => (await import("./commands/check.ts")).check,
  },
  {
    name: "plan",
    aliases: [],
    summary: "what a file compiles to, and what apply would do",
    load: async () => (await import("./commands/plan.ts")).plan,
  },
  {
    name: "graph",
    aliases: [],
    summary: "what waits for what, as text or as a picture",
    load: async () => (await import("./commands/graph.ts")).graph,
  },
  {
    name: "simulate",
    aliases: [],
    summary: "computes what becomes of a tree when things go wrong",
    load: async () => (await import("./commands/simulate.ts")).simulate,
  },
  {
    name: "chaos",
    aliases: [],
    summary: "attacks a running tree within limits, and holds it to its promises",
    load: async () => (await import("./commands/chaos.ts")).chaos,
  },
  {
    name: "apply",
    aliases: ["reload"],
    summary: "reads the file again and does what has changed in it",
    load: async () => (await import("./commands/apply.ts")).apply,
  },
  {
    name: "upgrade",
    aliases: [],
    summary: "hands running trees over to this version",
    load: async () => (await import("./commands/upgrade.ts")).upgrade,
  },
  {
    name: "import",
    aliases: [],
    summary: "makes a configuration of another tool's file",
    load: async () => (await import("./commands/import.ts")).importVerb,
  },
  {
    name: "export",
    aliases: [],
    summary: "writes a configuration for another tool",
    load: async () => (await import("./commands/export.ts")).exportVerb,
  },
  {
    name: "install",
    aliases: [],
    summary: "has systemd or launchd run the tree of a file",
    load: async () => (await import("./commands/install.ts")).install,
  },
  {
    name: "uninstall",
    aliases: [],
    summary: "takes back what install has done",
    load: async () => (await import("./commands/install.ts")).uninstall,
  },
  {
    name: "schema",
    aliases: [],
    summary: "the JSON Schema of a configuration, for editors",
    load: async () => (await import("./commands/schema.ts")).schema,
  },
  {
    name: "completions",
    aliases: [],
    summary: "completions of this command line, for a shell",
    load: async () => (await import("./commands/completions.ts")).completions,
  },
  {
    name: "doctor",
    aliases: [],
    summary: "what this machine allows, and what that means",
    load: async () => (await import("./commands/doctor.ts")).doctor,
  },
  {
    name: "version",
    aliases: [],
    summary: "the version of this binary",
    load: async () => (await import("./commands/version.ts")).version,
  },
];
