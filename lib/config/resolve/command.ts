import { ACTOR, COMMANDS } from "../keys/actor.ts";
import { placesOf } from "../keys/kinds.ts";
import type { ActorSpec } from "../plan.ts";
import type { Report } from "../report.ts";
import { valueOf } from "../values/key.ts";
import { suggestKey } from "../values/table.ts";
import { anyOf, quote } from "../wording.ts";
import { argvOf, textsOf, warnOfVariables } from "./argv.ts";
import type { ActorNode } from "./nodes.ts";
import { warnOfShellWord } from "./shell_word.ts";
import { warnOfSelfDaemonising } from "./self_daemonising.ts";

/** Facts that a command needs beside the file. */
export interface CommandContext {
  readonly scriptCommand: readonly string[];
  readonly actorCommand: readonly string[];
  readonly report: Report;
}

/** The command of an actor; empty after reporting that the actor says too little or too much about it. */
export function commandOf(node: ActorNode, context: CommandContext): Pick<ActorSpec, "kind" | "argv"> {
  const { scriptCommand, actorCommand, report } = context;
  const { fields } = node.declared;
  requireOneCommand(node, report);
  const words = valueOf(fields.args, ACTOR.keys.args);
  const args = textsOf(words);
  if (fields.exec !== undefined) {
    warnOfShellWord(fields.exec.value, fields.exec.at, report);
    const argv = [...argvOf([...fields.exec.value, ...words], report)];
    warnOfSelfDaemonising(argv, fields.exec.at, report);
    return { kind: "exec", argv };
  }
  warnOfVariables(words, report);
  if (fields.script !== undefined) {
    return { kind: "script", argv: [...scriptCommand, fields.script.value, ...args] };
  }
  if (fields.module !== undefined) {
    return { kind: "module", argv: [...actorCommand, node.path, ...args] };
  }
  const line = fields.shell?.value ?? "";
  // The shell takes the word behind the command line for its own name, not for an argument.
  return { kind: "shell", argv: ["/bin/sh", "-c", line, ...(args.length === 0 ? [] : ["sh", ...args])] };
}

function requireOneCommand({ declared: { name, at, present } }: ActorNode, report: Report): void {
  const [first, ...others] = [...present].filter(([key]) => COMMANDS.some((command) => command === key));
  for (const [key, keyAt] of others) {
    const message = `${quote(first![0])} already says what ${quote(name)} runs`;
    report.add("config/two-commands", keyAt, message, {
      hint: `keep one of ${quote(first![0])} and ${quote(key)}`,
    });
  }
  if (first !== undefined) return;
  const meant = [...present.keys()].map((key) => suggestKey(key, ACTOR.keys, placesOf(key)));
  if (COMMANDS.some((command) => meant.includes(command))) return;
  report.add("config/missing-command", at, `the actor ${quote(name)} does not say what to run`, {
    expected: anyOf(COMMANDS),
    hint: 'write exec = "program arguments"',
  });
}
