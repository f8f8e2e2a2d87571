import type { Output, Program } from "../ports/program.ts";
import { openInspector } from "./inspector.ts";
import { onExit } from "./on_exit.ts";
import { openOutput } from "./output.ts";
import { ownEnvironment } from "./own_environment.ts";

/** The part of a program that one thread of it has: the signals and the fate of the whole are those of its main thread. */
export type ThreadProgram = Pick<
  Program,
  "environment" | "uid" | "pid" | "onSignal" | "onExit" | "stderr" | "openInspector" | "exit"
>;

/** This program, as an actor in a thread of it needs it. */
export function threadProgram(): ThreadProgram {
  let stderr: Output | null = null;
  return {
    environment: ownEnvironment(),
    uid: process.getuid!(),
    pid: process.pid,
    get stderr() {
      return stderr ??= openOutput(2);
    },
    onSignal: () => () => {},
    onExit,
    openInspector,
    exit: (code) => process.exit(code),
  };
}
