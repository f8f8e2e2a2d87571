/** The programs on the stage, and the commands that start them. PURE. */
import type { HookName, NodeId } from "../config/plan.ts";

/** The paths of the programs. */
export const PROGRAMS = {
  supervisor: "/stage/supervise",
  /** The main process of an actor. */
  actor: "/stage/actor",
  /** Asks whether an actor is ready. */
  probe: "/stage/probe",
  /** Asks whether it works. */
  check: "/stage/check",
  hook: "/stage/hook",
  /** Asks an actor to stop. */
  stop: "/stage/stop",
} as const;

export function actorCommand(path: NodeId): readonly string[] {
  return [PROGRAMS.actor, path];
}

/** The actor whose main process a command starts; null if it starts another program. */
export function actorStartedBy([program, path]: readonly string[]): NodeId | null {
  return program === PROGRAMS.actor ? path as NodeId : null;
}

export function probeCommand(path: NodeId): readonly string[] {
  return [PROGRAMS.probe, path];
}

export function checkCommand(path: NodeId): readonly string[] {
  return [PROGRAMS.check, path];
}

export function stopCommand(path: NodeId): readonly string[] {
  return [PROGRAMS.stop, path];
}

export function hookCommand(path: NodeId, hook: HookName): readonly string[] {
  return [PROGRAMS.hook, path, hook];
}
