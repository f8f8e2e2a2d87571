/** Finds the actor that a call goes to, and connects to it. */
import { builtinsAt } from "../actor/builtins.ts";
import { TransportClosed } from "../actor/errors.ts";
import type { Link } from "../actor/link/link.ts";
import { randomId } from "../actor/random_id.ts";
import { ActorRuntime } from "../actor/runtime.ts";
import { nameSome } from "../base/name_some.ts";
import { ExitCode } from "../base/exit_code.ts";
import { UserError } from "../base/user_error.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import { withoutReplica } from "../config/replica_path.ts";
import type { ControlClient } from "../control/client.ts";
import type { StatusRow } from "../control/protocol.ts";
import type { Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import { sleep } from "../scope/sleep.ts";

/** How often to look again for an actor that is not there now. */
const LOOK_EVERY_MS = 100;

/** The command that looks, and its tree. */
export interface Search {
  readonly host: Host;
  readonly program: Program;
  readonly client: ControlClient;
  /** The supervisor's socket. */
  readonly socket: string;
  readonly selector: string;
  /** Told why an actor that may come back is not there. If it throws, nobody waits for it. */
  readonly onAbsent: (why: UserError) => void;
}

/**
 * Runs `body` with a connection to the actor; of replicas to one that is ready. Waits for one that may come.
 *
 * @throws {UserError} And whatever `body` throws.
 */
export async function withCallee(
  search: Search,
  body: (link: Link, runtime: ActorRuntime) => Promise<void>,
): Promise<void> {
  const { host, program } = search;
  const self = { id: randomId(host), name: "call", path: "call", pid: program.pid, address: null };
  const runtime = new ActorRuntime({ host, self, uids: new Set([program.uid]), isCancellable: false });
  await runtime.run(async () => await body(await connectToCallee(runtime, search), runtime));
}

async function connectToCallee(runtime: ActorRuntime, search: Search): Promise<Link> {
  while (true) {
    const found = await tryConnect(runtime, search);
    if (!(found instanceof UserError)) return found;
    search.onAbsent(found);
    await sleep(LOOK_EVERY_MS);
  }
}

/** @returns Why it is not there, if it may come. */
async function tryConnect(
  runtime: ActorRuntime,
  { client, socket, selector }: Search,
): Promise<Link | UserError> {
  const { actors } = await fromPromise(client.request("status", { paths: [selector] }));
  const rows = actors.filter(({ kind }) => kind !== "tree");
  const running = rows.filter(({ state }) => state === "running");
  if (running.length === 0) return notRunning(selector, rows);
  requireOne(selector, running);
  const registry = builtinsAt(runtime, await connectToTree(runtime, socket));
  let lost: TransportClosed | null = null;
  for (const { path } of running) {
    for (const identity of await registry.find(path)) {
      if (identity.path !== path || identity.address === null) continue;
      try {
        return await runtime.connect(identity.address);
      } catch (error) {
        if (!(error instanceof TransportClosed)) throw error;
        lost = error;
      }
    }
  }
  return absent(selector, running, lost);
}

function requireOne(selector: string, running: readonly StatusRow[]): void {
  const names = [...new Set(running.map(({ path }) => withoutReplica(path)))];
  if (names.length === 1) return;
  throw new UserError("call/not-one", `"${selector}" is ${names.length} actors, and a call goes to one`, {
    exitCode: ExitCode.usage,
    hint: `name one of ${nameSome(names.map((name) => `"${name}"`))}`,
  });
}

async function connectToTree(runtime: ActorRuntime, socket: string): Promise<Link> {
  try {
    return await runtime.connect(socket);
  } catch (error) {
    if (!(error instanceof TransportClosed)) throw error;
    throw new UserError("tree/not-running", "The tree has just ended", { exitCode: ExitCode.notRunning });
  }
}

function notRunning(selector: string, rows: readonly StatusRow[]): UserError {
  const [row] = rows;
  const state = row === undefined
    ? "there is no actor in it"
    : `${row.state.replace("_", " ")}${row.reason === null ? "" : `: ${row.reason}`}`;
  return new UserError("call/not-running", `Nothing called "${selector}" is ready: ${state}`, {
    exitCode: ExitCode.notRunning,
    hint: "--timeout 30s waits for it; `supervise start` starts it",
  });
}

/** @throws {UserError} If it is no actor of the kind that can be called. */
function absent(
  selector: string,
  running: readonly StatusRow[],
  lost: TransportClosed | null,
): UserError {
  const { kind, path } = running[0]!;
  if (lost !== null || kind === "module") {
    const why = lost?.message ?? `Actor "${path}" has not joined yet`;
    return new UserError("call/not-connected", why, {
      exitCode: ExitCode.notRunning,
      hint: "--timeout 30s tries again",
    });
  }
  throw new UserError(
    "call/not-an-actor",
    `"${selector}" has no functions to call: it is of kind "${kind}"`,
    {
      hint: 'an actor with module = "./file.ts" has, and any program that joins as one',
    },
  );
}
