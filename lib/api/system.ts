import type { Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import { nodeProgram } from "../host/shared/node_program.ts";
import { openSystemHost } from "../host/system_host.ts";

/** This machine and this program, for the functions of the library. */
export interface System {
  readonly host: Host;
  readonly program: Program;
}

let opened: Promise<System> | null = null;

/** Opens the machine once, when it is first needed: importing the library touches nothing. */
export function openSystem(): Promise<System> {
  opened ??= openSystemHost().then((host) => ({ host, program: nodeProgram() }));
  return opened;
}
