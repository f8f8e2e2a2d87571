/** The orders that a child gets from its parent once it has connected: its name, its options, its modules. */
import type { DeathMode } from "../../host/ports/processes.ts";
import { encodePayload, PayloadError } from "../../wire/payload.ts";

/** See the module. */
export interface ActorSpawnSpec {
  readonly name: string;
  readonly path: string;
  /** Modules to serve, as URLs, by the names under which they are called; the unnamed one is the main module. */
  readonly modules: Readonly<Record<string, string>>;
  /** A function of the main module to run; when it returns, the actor ends. Null to serve until it is cancelled. */
  readonly main: {
    readonly export: string;
    readonly args: readonly unknown[];
    /** Whether a module without that function just serves. */
    readonly isOptional: boolean;
  } | null;
  /** Users who may connect, beside root. */
  readonly uids: readonly number[];
  /** The process that is its parent, with which it is to end; 0 if it is to go on without. */
  readonly parentPid: number;
  /** Whether it may clean up when that has died. */
  readonly death: DeathMode;
  /** The effect of SIGTERM: it cancels the actor, or nothing happens, or it ends the process as it ends any other. */
  readonly sigterm: "cancel" | "ignore" | "die";
  /** Whether it is held for inspection when it fails. */
  readonly debug: boolean;
}

/** Variables of the environment by which a child finds its parent, if that is not a supervisor. */
export const PARENT_VARIABLE = "SUPERVISE_PARENT";
/** Tokens of all actors from the root down to the child: the last one is its own, the whole is what it says hello with. */
export const TOKEN_VARIABLE = "SUPERVISE_TOKEN";

export function encodeSpec(spec: ActorSpawnSpec): Uint8Array {
  return encodePayload(spec);
}

/** Reads a spec. @throws {PayloadError} If it is none. */
export function readSpec(value: unknown): ActorSpawnSpec {
  const spec = (value ?? {}) as Partial<ActorSpawnSpec>;
  if (typeof spec.path !== "string" || typeof spec.modules !== "object" || !Array.isArray(spec.uids)) {
    throw new PayloadError("Cannot start: what the parent says is no specification of an actor");
  }
  return {
    name: String(spec.name),
    path: spec.path,
    modules: spec.modules,
    main: spec.main ?? null,
    uids: spec.uids,
    parentPid: spec.parentPid ?? 0,
    death: spec.death === "kill" ? "kill" : "grace",
    sigterm: spec.sigterm === "ignore" || spec.sigterm === "die" ? spec.sigterm : "cancel",
    debug: spec.debug === true,
  };
}
