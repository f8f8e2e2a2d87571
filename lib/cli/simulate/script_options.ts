/** The options that make the script of a simulation, and the lines that they have on a command line or in a file. */
import type { Plan } from "../../config/plan.ts";
import type { Host } from "../../host/ports/host.ts";
import type { ScriptLine } from "../../simulation/script.ts";
import { linesOrThrow } from "../../simulation/lines_or_throw.ts";
import { LINE_FORMS, LINE_KINDS, type LineKind } from "../../simulation/script_text.ts";
import type { Option, Parsed } from "../option.ts";
import { readScriptFile } from "./script_file.ts";

const DOCS: Readonly<Record<LineKind, string>> = {
  crash: "an actor crashes so long after its start, in as many runs",
  exit: "an actor ends by itself, with a code or by a signal",
  missing: "an actor cannot be started",
  slow: "an actor takes so long until it is ready, or done",
  lasts: "an actor takes so long from its start to its end",
  hang: "an actor answers nothing any more, and SIGKILL alone ends it",
  unhealthy: "an actor's health checks fail for so long",
  stopping: "an actor takes so long to stop",
  hook: "a hook of an actor takes so long, and may fail",
  request: "somebody asks for something",
  "kill-supervisor": "the supervisor is killed, and another is there 1s later",
};

/** The options that are lines of a script, and the file of such lines. */
export const SCRIPT_OPTIONS: readonly Option[] = [
  ...LINE_KINDS.map((kind): Option => ({
    name: kind,
    value: "LINE",
    many: true,
    doc: `${DOCS[kind]}: ${LINE_FORMS[kind]}`,
  })),
  {
    name: "script",
    value: "SCRIPT",
    takes: "file",
    doc: "a TOML file of such lines, and of the options below",
  },
];

/** A script, and the other things that its file says. */
export interface WholeScript {
  readonly lines: readonly ScriptLine[];
  readonly expect: readonly string[];
  /** How long is to be simulated; null where nothing says so. */
  readonly forMs: number | null;
  readonly seed: number | null;
}

/** The script of a command line: the lines of its file, and then its own. @throws {UserError} */
export function scriptOf(host: Pick<Host, "files">, args: Parsed, plan: Plan): WholeScript {
  const file = args.text("script");
  const given = file === null ? null : readScriptFile(host, file);
  const written = [
    ...(given?.lines ?? []),
    ...LINE_KINDS.flatMap((kind) => args.list(kind).map((text) => ({ kind, text, where: null }))),
  ];
  const lines = written.flatMap(({ kind, text, where }) => linesOrThrow(plan, kind, text, where));
  return {
    lines,
    expect: [...(given?.expect ?? []), ...args.list("expect")],
    forMs: args.duration("for") ?? given?.forMs ?? null,
    seed: args.count("seed") ?? given?.seed ?? null,
  };
}
