/** How an actor finds its parent: it connects, says who it is, and gets its orders. */
import type { ActorHost } from "../../host/ports/host.ts";
import type { Program } from "../../host/ports/program.ts";
import type { Connection } from "../../host/ports/sockets.ts";
import { UserError, type UserErrorOptions } from "../../base/user_error.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { ACTOR_DIALOG, decodeMessage, Kind } from "../../wire/message.ts";
import { decodePayload, type SharedMemory } from "../../wire/payload.ts";
import { addressOf } from "../current_actor.ts";
import type { GreetedConnection } from "../link/connections.ts";
import { greet } from "../link/handshake.ts";
import { HandshakeError, type Identity } from "../link/identity.ts";
import { randomId } from "../random_id.ts";
import { type ActorSpawnSpec, PARENT_VARIABLE, readSpec, TOKEN_VARIABLE } from "./spawn_spec.ts";

/** A connection to the parent, and the token that proves to it whose it is. */
export interface ParentLine {
  readonly connection: Connection;
  readonly token: string;
  /** Memory that both sides see. */
  readonly memory?: SharedMemory;
}

/** The parts of the machine that joining needs. */
export interface JoiningSystem {
  readonly host: ActorHost;
  readonly program: Pick<Program, "environment" | "pid" | "uid">;
  /** The connection, where it is there already. */
  readonly line?: ParentLine;
}

/** A child that has connected to its parent, and knows what it is to be. */
export interface Joined extends GreetedConnection {
  readonly spec: ActorSpawnSpec;
  readonly self: Identity;
}

/** @throws {UserError} If this is not the child of an actor, or of a supervisor. */
export async function joinParent(system: JoiningSystem): Promise<Joined> {
  const { host, program, line } = system;
  const { connection, token, memory } = line ?? await connectToParent(system);
  const id = randomId(host);
  // Nobody but the parent can reach what has not connected to it by an address of its own.
  const address = line === undefined ? addressOf(id) : null;
  const provisional = { id, name: "actor", path: "actor", pid: program.pid, address };
  try {
    const { hello, reader } = await greet(connection, provisional, token);
    const frame = await reader.next();
    const message = frame === null ? null : decodeMessage(frame);
    if (message?.kind !== Kind.start || message.dialog !== ACTOR_DIALOG || message.payload === null) {
      throw new HandshakeError("it does not say what this actor is to be");
    }
    const spec = readSpec(decodePayload(message.payload));
    const self = { ...provisional, name: spec.name, path: spec.path };
    const begun = { connection, reader, peer: hello.actor, isConnector: true, spec, self };
    return memory === undefined ? begun : { ...begun, memory };
  } catch (error) {
    connection.close();
    throw error instanceof HandshakeError ? notJoined(error.message) : error;
  }
}

async function connectToParent({ host, program }: JoiningSystem): Promise<ParentLine> {
  const { address, token } = parentOf(program.environment);
  const connection = await fromPromise(host.sockets.connect(address));
  if (connection === null) throw notJoined(`nobody listens at ${address}`);
  const { peer } = connection;
  // Anybody can take the name of a parent that has died; the token, and the choice of what runs here, are for the parent alone.
  if (peer === null || (peer.uid !== program.uid && peer.uid !== 0)) {
    connection.close();
    throw notJoined(
      `${peer === null ? "a process" : `process ${peer.pid}`} of another user listens at ${address}`,
    );
  }
  return { connection, token };
}

function parentOf(environment: Program["environment"]): { readonly address: string; readonly token: string } {
  const address = environment[PARENT_VARIABLE] ?? environment["SUPERVISE_SOCKET"];
  const token = environment[PARENT_VARIABLE] === undefined
    ? environment["SUPERVISE_RUN"]
    : environment[TOKEN_VARIABLE];
  if (address === undefined || token === undefined) {
    throw notJoined("the environment does not say who it is", {
      hint: "actors are started by supervise up, or by startActor of the library",
    });
  }
  return { address, token };
}

/** An actor whose parent is gone before it could join ends with one line: it happens to all that are just starting then. */
function notJoined(why: string, options: UserErrorOptions = {}): UserError {
  return new UserError("actor/no-parent", `Cannot join whoever has started this actor: ${why}`, options);
}
