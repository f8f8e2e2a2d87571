/** A process of process-compose while it is turned into an actor. */
import { needsBash } from "../command_text.ts";
import type { DraftActor, DraftValue } from "../draft.ts";
import type { KeyFindings } from "../document/key_findings.ts";
import type { MapNode } from "../document/node.ts";
import type { Texts } from "./templates.ts";

/** See the module. */
export interface ProcessContext {
  readonly name: string;
  readonly keys: MapNode;
  readonly actor: DraftActor;
  readonly findings: KeyFindings;
  readonly texts: Texts;
  /** Names of actors by those of processes. */
  readonly actors: ReadonlyMap<string, string>;
  /** All processes by their names. */
  readonly processes: ReadonlyMap<string, MapNode>;
  /** Processes whose end others wait for. */
  readonly waitedFor: ReadonlySet<string>;
  readonly isOneShot: boolean;
}

/** Where a key of the actor is, for a finding: `actors.web restart`. */
export function toKey({ actor }: ProcessContext, key: string): string {
  return `actors.${actor.name} ${key}`.trimEnd();
}

/** A script as a command: process-compose has bash run it, which only some scripts need. */
export function bashOrSh(script: string): DraftValue {
  return needsBash(script) ? ["bash", "-c", script] : ["/bin/sh", "-c", script];
}

/** Adds a key to a table of an actor. */
export function addTo(
  { actor }: Pick<ProcessContext, "actor">,
  table: string,
  key: string,
  value: DraftValue,
): void {
  actor.keys.set(table, {
    ...(actor.keys.get(table) as Record<string, DraftValue> | undefined),
    [key]: value,
  });
}
