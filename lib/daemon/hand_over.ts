/**
 * A supervisor hands its tree over to another program: another version of supervise, as a rule. Its guardian becomes that program
 * first, and then this very process does, so that both keep their numbers, the actors their parents, and the sockets that listen
 * stay open. The new supervisor goes on from what is written down, as one does whose predecessor was killed.
 *
 * A failure at any step of this leaves a tree with a supervisor, of either version, or one that its guardian keeps.
 */
import { fromPromise } from "../bridge/from_promise.ts";
import { definedOnly } from "../base/defined_only.ts";
import { nameSome } from "../base/name_some.ts";
import { ExitCode } from "../base/exit_code.ts";
import { messageOf, UserError } from "../base/user_error.ts";
import { ROOT } from "../config/plan.ts";
import type { Requests } from "../control/protocol.ts";
import { WRITTEN_VERSION } from "../engine/survival/state_log.ts";
import type { ProcessId } from "../host/ports/processes.ts";
import type { Program } from "../host/ports/program.ts";
import { openMemoryChannel } from "../sync/memory_channel.ts";
import type { State } from "../supervision/state.ts";
import { encodeFound } from "./found_codec.ts";
import {
  type GuardedOptions,
  HEIR_DESCRIPTOR,
  type LaunchReport,
  REPORT_DESCRIPTOR,
  SUPERVISOR_VERB,
} from "./launch_options.ts";
import type { SupervisorParts } from "./stand_up.ts";
import { foundFileOf } from "./tree_id.ts";

/** The request to a supervisor that is to hand its tree over. */
export type Wanted = Requests["upgrade"];

interface Order {
  readonly wanted: Wanted;
  readonly refuse: (error: unknown) => void;
}

/** Orders of clients, which are carried out beside their connections: those end before the tree is handed over. */
export class HandOverOrders {
  readonly #orders = openMemoryChannel<Order>(Infinity);

  /** @throws {UserError} Why it was not done. */
  async give(wanted: Wanted): Promise<never> {
    return await fromPromise(
      new Promise<never>((_, refuse) => this.#orders[0].sendNowait({ wanted, refuse })),
    );
  }

  /** One after the other. To be run as a task. */
  async carryOut(act: (wanted: Wanted) => Promise<never>): Promise<void> {
    for await (const { wanted, refuse } of this.#orders[1]) {
      try {
        await act(wanted);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        refuse(error);
      }
    }
  }
}

/** Finds out whether a tree can be handed over. @throws {UserError} Why it cannot. */
export function requireHandable(
  { engine, service, survival }: SupervisorParts,
  { reads, restart }: Wanted,
): void {
  const { state } = engine;
  if (!service.begun.isSet || state.outcome !== null || state.nodes.get(ROOT)!.phase.at !== "up") {
    throw new UserError("upgrade/not-now", "The tree is not handed over: it has not begun, or it ends", {
      hint: "try again when `supervise ps` shows it running",
    });
  }
  if (survival === null) {
    throw new UserError(
      "upgrade/dies",
      "The tree is not handed over: it is to die with its supervisor (on_supervisor_death)",
      {
        hint: "`supervise down` and `supervise up` start it anew under this version; " +
          'with on_supervisor_death = "survive" it can be handed over the next time',
      },
    );
  }
  if (!reads.includes(WRITTEN_VERSION)) throw otherFormat(reads);
  const mortal = restart ? [] : mortalIn(state);
  if (mortal.length === 0) return;
  throw new UserError(
    "upgrade/dies",
    `The tree is not handed over: ${nameSome(mortal)} would not survive that`,
    { hint: "`supervise upgrade --restart` lets them be started anew; all others keep their processes" },
  );
}

function otherFormat(reads: readonly number[]): UserError {
  return new UserError(
    "state/version",
    `The tree is not handed over: its state is written in format ${WRITTEN_VERSION}, and the other version reads ${
      nameSome(reads.map(String))
    }`,
    { hint: "`supervise down` of this version, and `supervise up` of the other one, start the tree anew" },
  );
}

/** The actors that run, and end with their supervisor: modules, and those of trees that are to die with it. */
function mortalIn({ nodes, topology }: State): readonly string[] {
  const specs = [...nodes.values()].flatMap((node) => {
    const { spec } = topology.byId.get(node.id)!;
    return spec.kind === "tree" || !("run" in node.phase) ? [] : [spec];
  });
  return specs.filter(({ kind, parent }) => {
    const tree = topology.byId.get(parent!)!.spec;
    return kind === "module" || (tree.kind === "tree" && tree.onSupervisorDeath === "die");
  }).map(({ path }) => path);
}

/**
 * Hands a tree over. Returns, with nothing changed, only by an error.
 *
 * @throws {UserError} `upgrade/not-startable`
 */
export async function handOver(
  program: Program,
  options: GuardedOptions,
  standing: SupervisorParts,
  { command, report }: Wanted,
): Promise<never> {
  const { host, id, engine, guardian, server, survival } = standing;
  const hasBecome = await guardian.become(command);
  if (hasBecome !== true) throw notStartable(command, hasBecome);
  // It has let go of them.
  survival!.holdAll();
  // Before the client is told: it takes a pipe that nobody has opened for that of a supervisor which has died. Where nobody
  // listens any more this tells nobody.
  const told = host.descriptors.holdNamedPipe(`${id.runFolder}/${report}`) ??
    host.descriptors.openPipe().write;
  await engine.letGo();
  const { owner } = server;
  await server.dismiss(handedOver());
  return becomeNext(program, options, standing, { command, told, owner });
}

function notStartable(command: readonly string[], hasBecome: false | null): UserError {
  const [path] = command;
  return new UserError(
    "upgrade/not-startable",
    hasBecome === null
      ? `The tree is not handed over: its guardian has not become "${path}" for long`
      : `The tree is not handed over: its guardian cannot become "${path}"`,
    { hint: "check that its user may run that file where the tree runs" },
  );
}

function handedOver(): UserError {
  return new UserError(
    "control/handed-over",
    "The supervisor has handed the tree over to another program before it had answered",
    { exitCode: ExitCode.noAnswer, hint: "`supervise ps` shows how the tree is now" },
  );
}

/** The last act of this program. Output that nobody reads any more is in the pipes, and all files are whole. */
function becomeNext(
  program: Program,
  { isHanded: _, ...options }: GuardedOptions,
  { host, id, guardian, sockets, survival, treeFile }: SupervisorParts,
  { command, told, owner }: {
    readonly command: readonly string[];
    /** Where the next supervisor says how it has come up. */
    readonly told: number;
    readonly owner: { readonly pid: number } | null;
  },
): never {
  const listening = sockets.all;
  const pipes = survival!.held.flatMap(({ stdout, stderr }) => [stdout, stderr])
    .map((path) => host.descriptors.holdNamedPipe(path)).filter((descriptor) => descriptor !== null);
  const row = owner === null ? null : host.processes.find(owner.pid);
  try {
    host.files.replace(foundFileOf(id), JSON.stringify(encodeFound(treeFile.kept.found)));
    const next: GuardedOptions = {
      ...options,
      guardian: guardian.guardian,
      inherits: {
        sockets: listening.map(([name]) => name),
        held: pipes.length,
        owner: row === null ? null : identityOf(row),
      },
    };
    const kept = [...listening.map(([, descriptor]) => descriptor), ...pipes];
    return host.processes.become({
      argv: [...command, SUPERVISOR_VERB, JSON.stringify(next)],
      env: definedOnly(program.environment),
      cwd: "/",
      descriptors: {
        [REPORT_DESCRIPTOR]: told,
        ...guardian.descriptors,
        ...Object.fromEntries(kept.map((descriptor, index) => [HEIR_DESCRIPTOR + index, descriptor])),
      },
    });
  } catch (error) {
    // Its guardian keeps the actors then.
    const failure: LaunchReport = {
      ok: false,
      error: { code: "upgrade/failed", message: messageOf(error), hint: null, exitCode: ExitCode.failed },
    };
    host.descriptors.write(told, `${JSON.stringify(failure)}\n`);
    return program.exit(ExitCode.failed);
  }
}

function identityOf({ pid, startTime }: ProcessId): ProcessId {
  return { pid, startTime };
}
