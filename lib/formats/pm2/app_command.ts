/** The command of an app: PM2 chooses an interpreter by the name of the script. */
import { shellWord } from "../../base/shell_word.ts";
import { resolvePath } from "../../base/posix_path.ts";
import { splitCommand } from "../../config/text/split_command.ts";
import type { DraftActor } from "../draft.ts";
import type { LineReport } from "../finding.ts";
import type { ImportSource } from "../importer.ts";
import { literal } from "../literal.ts";
import { resolveProgram } from "../resolve_program.ts";
import { readText, readTexts } from "./app_values.ts";
import { ListValue, type RecordValue, textOf, type Value } from "./values.ts";

/** By the end of a script's name. */
const INTERPRETERS: Readonly<Record<string, string>> = {
  js: "node",
  cjs: "node",
  mjs: "node",
  py: "python3",
  sh: "bash",
  rb: "ruby",
  php: "php",
  pl: "perl",
  ts: "bun",
  tsx: "bun",
  coffee: "coffee",
};

/** Keys that are read together. */
export const COMMAND_KEYS = [
  "script",
  "cmd",
  "args",
  "interpreter",
  "exec_interpreter",
  "interpreter_args",
  "interpreterArgs",
  "node_args",
  "nodeArgs",
] as const;

/** Sets what an actor runs, and tells what became of each of the keys. @throws {BadValue} */
export function setCommand(
  app: RecordValue,
  actor: DraftActor,
  path: string,
  folder: string,
  disk: ImportSource["disk"],
  reportOf: (key: string) => LineReport,
): void {
  const key = app.members.has("script") ? "script" : "cmd";
  const script = readText(app.get(key));
  const cwd = app.get("cwd") === undefined ? null : readText(app.get("cwd"));
  const own = app.get("interpreter") ?? app.get("exec_interpreter");
  const args = argumentsOf(app.get("args"));
  const before = ["interpreter_args", "interpreterArgs", "node_args", "nodeArgs"].flatMap((name) =>
    argumentsOf(app.get(name))
  );
  const isLine = /\s/.test(script) && own === undefined;
  const interpreter = isLine
    ? null
    : own === undefined
    ? usualInterpreter(script, cwd, folder, disk)
    : readText(own);
  if (isLine) {
    actor.keys.set("shell", [script, ...args.map(shellWord)].join(" "));
    reportOf(key).changed(`${path} shell`, "it is a line for /bin/sh, and not for bash");
  } else if (interpreter === null || interpreter === "none") {
    actor.keys.set("exec", [resolveProgram(script, cwd), ...args]);
    reportOf(key).kept(`${path} exec`);
  } else {
    actor.keys.set("exec", [resolveProgram(interpreter, cwd), ...before, script, ...args]);
    if (own !== undefined) reportOf(key).kept(`${path} exec`);
    else {
      reportOf(key).changed(
        `${path} exec`,
        interpreter === "node"
          ? "node runs it, found by PATH"
          : `${interpreter} runs it, by the end of its name`,
        interpreter === "node" ? null : "name another interpreter, if it is another one",
      );
    }
  }
  const to = `${path} ${isLine ? "shell" : "exec"}`;
  for (const name of COMMAND_KEYS) {
    if (name === key || !app.members.has(name)) continue;
    if (
      before.length > 0 && /args$/i.test(name) && name !== "args" &&
      (interpreter === null || interpreter === "none")
    ) {
      reportOf(name).lost("no interpreter runs it");
    } else reportOf(name).kept(to);
  }
}

function argumentsOf(value: Value): readonly string[] {
  if (value === undefined || value === null) return [];
  if (value instanceof ListValue) return readTexts(value);
  const text = textOf(value);
  if (text === null || typeof text !== "string") return text === null ? [] : [text.text];
  const { words, unbalanced } = splitCommand([{ text, index: 0, isLiteral: true }]);
  return unbalanced === null ? words.map((word) => literal(word.text)) : text.split(/\s+/).map(literal);
}

/** Null for a program that is run by itself: one that is looked up, and a file that is no text. */
function usualInterpreter(
  script: string,
  cwd: string | null,
  folder: string,
  disk: ImportSource["disk"],
): string | null {
  const [, ending] = /\.(\w+)$/.exec(script) ?? [];
  if (ending !== undefined && Object.hasOwn(INTERPRETERS, ending)) return INTERPRETERS[ending]!;
  if (ending !== undefined || !script.includes("/") || script.includes("${")) return null;
  const found = disk.read(
    resolvePath(cwd === null || cwd.includes("${") ? folder : resolvePath(folder, cwd), script),
  );
  const isText = "text" in found && found.problem === null && !found.text.includes("\0");
  return isText ? "node" : null;
}
