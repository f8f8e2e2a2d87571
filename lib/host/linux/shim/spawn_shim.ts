/** Starts a program through a shim, and hears what has become of it. */
import { decodeJsonOrNull, object, text, word } from "../../../base/shape.ts";
import type { Pipe } from "../../ports/descriptors.ts";
import type { Privileges } from "../../ports/privileges.ts";
import {
  type ByteSource,
  type Child,
  type HandedSockets,
  SPAWN_STAGES,
  SpawnError,
  type SpawnSpec,
} from "../../ports/processes.ts";
import { closeDescriptor, openPipe, writeAll } from "../descriptors.ts";
import { cString, describeErrno, type Libc, LINUX } from "../libc.ts";
import { isLostSelf } from "../own_image.ts";
import { firstAbove, type Spawned, type Spawner } from "../spawner.ts";
import { SHIM_READY, type ShimOrders, type ShimRefusal } from "./orders.ts";

/** Variables of our own environment that the runtime of a shim needs: they tell where it keeps compiled sources. */
const RUNTIME_VARIABLES = ["HOME", "DENO_DIR", "XDG_CACHE_HOME"];

/** Longer than any reason; the pipe is read to its end all the same, because that is when the program has started. */
const MOST_SAID_CHARS = 64 * 1_024;

const REFUSAL = object<ShimRefusal>({ stage: word(...SPAWN_STAGES), message: text });

/** The first descriptor of a socket that is handed over, by the rule of systemd. */
const FIRST_SOCKET = 3;

/** Nothing is changed: the shim is there for something else. */
export const NO_PRIVILEGES: Privileges = {
  account: null,
  umask: null,
  nice: null,
  limits: {},
  noNewPrivs: false,
  oomScoreAdj: null,
  deathSignal: null,
};

/** The parts that start a shim. */
export interface ShimContext {
  readonly libc: Libc;
  readonly spawner: Spawner;
  readonly openSource: (descriptor: number) => ByteSource;
  /** The soft limit of open files that the program gets. */
  readonly openFiles: number;
  /** Program and arguments of the shim; its two descriptors follow. */
  readonly command: readonly string[];
}

/**
 * Starts a shim that becomes the program.
 *
 * @throws {SpawnError} If there is not even a shim.
 */
export function spawnThroughShim(
  spec: SpawnSpec & { readonly privileges: Privileges },
  { libc, spawner, openSource, openFiles, command }: ShimContext,
): Spawned & Pick<Child, "started"> {
  const { group, ...here } = spec;
  const { argv, cwd, privileges, listening, isLimited = false } = spec;
  const env = { ...spec.env, ...listeningVariables(listening) };
  const descriptors = { ...spec.descriptors, ...listeningDescriptors(listening) };
  const handed = Object.keys(descriptors).map(Number);
  const told: ShimOrders = {
    argv,
    env,
    cwd,
    privileges,
    group: isLimited ? group ?? null : null,
    isSelf: isLostSelf(argv[0]!),
    isListening: listening !== undefined,
    descriptors: handed,
    openFiles,
    parent: process.pid,
  };
  const orders = openOrders(libc, told);
  const report = openReport(libc, orders);
  const first = firstAbove({ 2: 2, ...descriptors });
  let spawned;
  try {
    spawned = spawner.spawn({
      ...(isLimited ? here : spec),
      argv: [...command, String(first), String(first + 1)],
      env: shimEnvironment(env),
      descriptors: { ...descriptors, [first]: orders, [first + 1]: report.write },
    });
  } catch (error) {
    closeDescriptor(libc, report.read);
    throw error;
  } finally {
    closeDescriptor(libc, orders);
    closeDescriptor(libc, report.write);
  }
  return { ...spawned, started: hear(openSource(report.read)) };
}

/**
 * The variables of the actor could change what the runtime of the shim does; but those by which supervise finds what it has
 * started must be there from the beginning.
 */
function shimEnvironment(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const marks = Object.entries(env).filter(([name]) => name.startsWith("SUPERVISE_"));
  const own = RUNTIME_VARIABLES.map((name) => [name, process.env[name]] as const)
    .filter((entry): entry is readonly [string, string] => entry[1] !== undefined);
  return Object.fromEntries([...own, ...marks]);
}

function listeningDescriptors(listening: HandedSockets | undefined): Readonly<Record<number, number>> {
  return Object.fromEntries((listening?.descriptors ?? []).map((own, index) => [FIRST_SOCKET + index, own]));
}

/** But for the number of the process, which only the shim knows. */
function listeningVariables(listening: HandedSockets | undefined): Readonly<Record<string, string>> {
  if (listening === undefined) return {};
  const { descriptors, name } = listening;
  return { LISTEN_FDS: String(descriptors.length), LISTEN_FDNAMES: descriptors.map(() => name).join(":") };
}

/** Orders in memory: they may be longer than a pipe or an argument can be, and are nobody's business. */
function openOrders(libc: Libc, orders: ShimOrders): number {
  const descriptor = libc.call.memfd_create(cString("orders"), LINUX.MFD_CLOEXEC) as number;
  const bytes = new TextEncoder().encode(JSON.stringify(orders));
  if (descriptor >= 0 && writeAll(libc, descriptor, bytes)) return descriptor;
  const reason = describeErrno(libc.errno());
  if (descriptor >= 0) closeDescriptor(libc, descriptor);
  throw new SpawnError("start", `Cannot pass on what is to be started: ${reason}`);
}

function openReport(libc: Libc, orders: number): Pipe {
  try {
    return openPipe(libc);
  } catch (error) {
    closeDescriptor(libc, orders);
    throw error;
  }
}

/** The descriptor closes when the shim becomes the program or ends. */
async function hear(source: ByteSource): Promise<SpawnError | null> {
  const decoder = new TextDecoder();
  let heard = "";
  for (let bytes = await source.read(); bytes !== null; bytes = await source.read()) {
    if (heard.length < MOST_SAID_CHARS) heard += decoder.decode(bytes, { stream: true });
  }
  source.close();
  const isReady = heard.startsWith(SHIM_READY);
  const said = isReady ? heard.slice(SHIM_READY.length) : heard;
  if (said === "") {
    return isReady ? null : new SpawnError("start", "The process ended before its program started");
  }
  const refusal = decodeJsonOrNull(REFUSAL, said);
  if (refusal === null) {
    return new SpawnError("start", "What starts the program has failed, and does not say why");
  }
  return new SpawnError(refusal.stage, refusal.message);
}
