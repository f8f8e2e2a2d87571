/** Child actors: what is started, with which words, and in whose name. */
import { definedOnly } from "../../base/defined_only.ts";
import type { ActorSystem } from "../current_actor.ts";
import { randomId } from "../random_id.ts";
import type { ActorRuntime } from "../runtime.ts";
import { ActorProcess, type ActorProcessOptions } from "./actor_process.ts";
import { launchProcess } from "./process_home.ts";
import { launchThread } from "./thread_home.ts";
import { type ActorSpawnSpec, TOKEN_VARIABLE } from "./spawn_spec.ts";

/** Options of a child. */
export interface ChildOptions
  extends
    Pick<ActorSpawnSpec, "name" | "modules" | "debug">,
    Partial<Pick<ActorSpawnSpec, "main" | "death" | "sigterm">>,
    Pick<ActorProcessOptions, "startTimeoutMs" | "graceMs"> {
  /** Whether it ends with this process; it is told when this process is gone in any case. */
  readonly diesWithParent?: boolean;
  /** A program that speaks the protocol, instead of ours. */
  readonly exec?: readonly string[];
  /** More variables of its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** @default The working folder of this program. */
  readonly cwd?: string;
}

/** Makes a child in a process of its own, that is yet to be started. @throws {TypeError} In a thread. */
export function childProcess(
  system: ActorSystem,
  runtime: ActorRuntime,
  options: ChildOptions,
): ActorProcess {
  const { host, program } = system;
  const { name } = options;
  if (runtime.self.address === null) {
    throw new TypeError(
      `Cannot start "${name}": a thread has no processes of its own, start it from the process`,
    );
  }
  const above = program.environment[TOKEN_VARIABLE];
  const own = randomId(host);
  const command = {
    argv: options.exec ?? [...program.actorCommand, name],
    env: { ...definedOnly(program.environment), ...options.env },
    cwd: options.cwd ?? program.cwd,
  };
  return new ActorProcess({
    runtime,
    launch: (join) => launchProcess(host, command, join),
    spec: specOf(system, runtime, options),
    token: above === undefined ? own : `${above}.${own}`,
    startTimeoutMs: options.startTimeoutMs,
    graceMs: options.graceMs,
  });
}

/** Makes a child in a thread of this process. */
export function childThread(system: ActorSystem, runtime: ActorRuntime, options: ChildOptions): ActorProcess {
  return new ActorProcess({
    runtime,
    launch: (join) =>
      launchThread(
        system.host,
        runtime,
        join,
        (error) => void system.program.stderr.write(`Thread "${options.name}" has failed: ${error}\n`),
      ),
    spec: specOf(system, runtime, { ...options, diesWithParent: false }),
    token: randomId(system.host),
    startTimeoutMs: options.startTimeoutMs,
    graceMs: options.graceMs,
  });
}

/** The orders for a child. */
function specOf(system: ActorSystem, runtime: ActorRuntime, options: ChildOptions): ActorSpawnSpec {
  return {
    name: options.name,
    path: `${runtime.self.path}/${options.name}`,
    modules: options.modules,
    main: options.main ?? null,
    uids: [system.program.uid],
    parentPid: options.diesWithParent === false ? 0 : runtime.self.pid,
    death: options.death ?? "grace",
    sigterm: options.sigterm ?? "cancel",
    debug: options.debug,
  };
}
