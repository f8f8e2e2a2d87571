/** One measurement of one contender, in a process of its own: prints a number, or what went wrong. */
import { type ChildProcess, spawn } from "node:child_process";
import { connect, type Socket } from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { bounce, LARGE_BYTES, medianTime } from "./large.ts";
import { actorModule, type ActorNursery, openActorNursery, type Portal, run } from "supervise";

const CALLS = 20_000;
const WARM_UP = 2_000;
const ITEMS = 200_000;
const BLOCKS = 4_000;
const BLOCK_BYTES = 64 * 1_024;
const PARALLEL = 500;
const SPAWNS = 11;
const IDLE_MS = 3_000;
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const IS_BINARY = process.env["BENCH_BINARY"] !== undefined;
/** The program that actors are, without its arguments. */
const SELF = IS_BINARY ? [process.execPath] : "Deno" in globalThis
  ? [
    process.execPath,
    "run",
    "--allow-all",
    "--config",
    `${ROOT}deno.json`,
    `${ROOT}cli.ts`,
  ]
  : [process.execPath, `${ROOT}cli.ts`];
const PEER = fileURLToPath(new URL("./raw_peer.ts", import.meta.url));
const MODULE = actorModule<typeof import("./module.ts")>(
  new URL("./module.ts", import.meta.url),
);

type Actor = Portal<typeof import("./module.ts")>;

const CASES: Readonly<Record<string, () => Promise<number>>> = {
  "spawn supervise": spawnActors,
  "spawn floor": spawnBare,
  "teardown of 50 at depth 1": () => teardown(50, 1),
  "teardown of 62 at depth 5": () => teardown(2, 5),
  "teardown of 30 at depth 1": () => teardown(30, 1),
  "teardown of 30 at depth 4": () => teardown(2, 4),
  "idle connection": () => withActor(idle),
  "idle floor": () => withEcho(idle),
  "call supervise p50": () =>
    withActor(async (actor) => quantile(await times(() => actor.call.echo(1)), 0.5)),
  "call supervise p99": () =>
    withActor(async (actor) => quantile(await times(() => actor.call.echo(1)), 0.99)),
  "call floor p50": () => withEcho(async (ping) => quantile(await times(ping), 0.5)),
  "call floor p99": () => withEcho(async (ping) => quantile(await times(ping), 0.99)),
  "pipelined supervise": () => withActor(pipelined),
  "small items supervise": () => withActor((actor) => follow(actor, ITEMS, 0)),
  "blocks supervise": () => withActor((actor) => follow(actor, BLOCKS, BLOCK_BYTES)),
  "blocks floor": rawBlocks,
  "large Uint8Array": () => large(new Uint8Array(LARGE_BYTES)),
  "large Float64Array": () => large(new Float64Array(LARGE_BYTES / 8)),
  "large ArrayBuffer": () => large(new ArrayBuffer(LARGE_BYTES)),
  "large object": () => large({ width: 4_096, height: 4_096, pixels: new Uint8Array(LARGE_BYTES) }),
  "large floor": () => withPeer(["bounce", "1", String(LARGE_BYTES)], bounce),
};

const measure = CASES[process.argv.at(-1)!];
if (measure === undefined) {
  throw new Error(
    `No such measurement; there are ${Object.keys(CASES).join(", ")}`,
  );
}
console.log(await measure());

/** Milliseconds from the start of an actor to its first answer. */
function spawnActors(): Promise<number> {
  return inNursery(async (nursery) => {
    const taken: number[] = [];
    for (let i = 0; i < SPAWNS; i++) {
      const start = performance.now();
      const actor = await nursery.startActor("peer", { module: MODULE });
      await actor.call.echo(1);
      taken.push(performance.now() - start);
      await actor.cancelActor();
    }
    return quantile(taken, 0.5);
  });
}

/** Milliseconds from the start of the same program to its first line. */
async function spawnBare(): Promise<number> {
  const [program, ...args] = SELF;
  const taken: number[] = [];
  for (let i = 0; i < SPAWNS; i++) {
    const start = performance.now();
    const child = spawn(program!, [...args, "version"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exited = new Promise((resolve) => child.once("exit", resolve));
    await new Promise((resolve) => child.stdout.once("data", resolve));
    taken.push(performance.now() - start);
    await exited;
  }
  return quantile(taken, 0.5);
}

/** Milliseconds from the cancel of a tree of actors to the end of its last process. */
async function teardown(width: number, depth: number): Promise<number> {
  let start = 0;
  await run(() =>
    openActorNursery(async (nursery) => {
      const top = await nursery.startActor("top", { module: MODULE });
      await top.openContext("grow", [width, depth], () => {
        start = performance.now();
        nursery.cancelScope.cancel();
      });
    })
  );
  return performance.now() - start;
}

/** Percent of a core that this process takes while it has a connection and nothing to do. */
async function idle(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 500));
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 10 / IDLE_MS;
}

function withActor(body: (actor: Actor) => Promise<number>): Promise<number> {
  return inNursery(async (nursery) => await body(await nursery.startActor("peer", { module: MODULE })));
}

async function inNursery(body: (nursery: ActorNursery) => Promise<number>): Promise<number> {
  const measured = await run(() => openActorNursery(body));
  if (measured === undefined) throw new Error("The nursery was cancelled");
  return measured;
}

/** Microseconds of each call. */
async function times(call: () => Promise<unknown>): Promise<number[]> {
  for (let i = 0; i < WARM_UP; i++) await call();
  const taken: number[] = [];
  for (let i = 0; i < CALLS; i++) {
    const start = performance.now();
    await call();
    taken.push((performance.now() - start) * 1_000);
  }
  return taken;
}

function quantile(values: number[], share: number): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length * share)]!;
}

/** Calls a second, many at a time. */
async function pipelined(actor: Actor): Promise<number> {
  const round = () => Promise.all(Array.from({ length: PARALLEL }, () => actor.call.echo(1)));
  for (let i = 0; i < 10; i++) await round();
  const start = performance.now();
  const rounds = 100;
  for (let i = 0; i < rounds; i++) await round();
  return rounds * PARALLEL * 1_000 / (performance.now() - start);
}

/** Values a second. */
async function follow(
  actor: Actor,
  count: number,
  bytes: number,
): Promise<number> {
  return await actor.openStreamFrom(
    "values",
    [count, bytes],
    async (values) => {
      const start = performance.now();
      let received = 0;
      for await (const _ of values) received += 1;
      if (received !== count) throw new Error(`${received} of ${count} values`);
      return count * 1_000 / (performance.now() - start);
    },
  );
}

/** Milliseconds of a call with a large value that comes back. */
function large(value: unknown): Promise<number> {
  return withActor((actor) => medianTime(() => actor.call.echo(value)));
}

async function withEcho(
  body: (ping: () => Promise<unknown>) => Promise<number>,
): Promise<number> {
  return await withPeer(["echo"], (socket) => {
    const message = new Uint8Array(64);
    let resolve = (_: unknown) => {};
    socket.on("data", (chunk) => resolve(chunk));
    return body(() =>
      new Promise((done) => {
        resolve = done;
        socket.write(message);
      })
    );
  });
}

async function rawBlocks(): Promise<number> {
  return await withPeer(
    ["source", String(BLOCKS), String(BLOCK_BYTES)],
    (socket) =>
      new Promise((resolve) => {
        const start = performance.now();
        let received = 0;
        socket.on("data", (chunk) => received += chunk.length);
        socket.on("end", () =>
          resolve(
            received / BLOCK_BYTES * 1_000 / (performance.now() - start),
          ));
      }),
  );
}

async function withPeer(
  args: readonly string[],
  body: (socket: Socket) => Promise<number>,
): Promise<number> {
  const name = `supervise-bench-${process.pid}`;
  const runner = "Deno" in globalThis ? ["run", "--allow-all", "--no-check"] : [];
  const peer: ChildProcess = spawn(process.execPath, [
    ...runner,
    PEER,
    name,
    ...args,
  ], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, BUN_BE_BUN: "1" },
  });
  const exited = new Promise((resolve) => peer.once("exit", resolve));
  for await (const _ of createInterface({ input: peer.stdout! })) break;
  const socket = connect({ path: `\0${name}` });
  await new Promise((resolve) => socket.once("connect", resolve));
  try {
    return await body(socket);
  } finally {
    socket.destroy();
    peer.kill("SIGKILL");
    await exited;
  }
}
