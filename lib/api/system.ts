import type { Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import { nodeProgram } from "../host/shared/node_program.ts";
import { openSystemHost } from "../host/system_host.ts";
import { withoutFrame } from "../scope/ambient.ts";

/** This machine and this program, for the functions of the library. */
export interface System {
  readonly host: Host;
  readonly program: Program;
}

let program: Program | null = null;
let opened: Promise<System> | null = null;
let system: System | null = null;

/** This program. */
export function thisProgram(): Program {
  program ??= nodeProgram();
  return program;
}

/** The machine, without a wait if it is open. */
export function systemHere(): System | Promise<System> {
  return system ?? openSystem();
}

/** Opens the machine once, when it is first needed: importing the library touches nothing. */
export function openSystem(): Promise<System> {
  // The system serves the whole program: it must not stand in the scopes of its first user.
  opened ??= withoutFrame(() =>
    openSystemHost().then((host) => {
      system = { host, program: thisProgram() };
      return system;
    })
  );
  return opened;
}
