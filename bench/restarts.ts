/**
 * What a restart costs: how long after SIGKILL an actor runs again, and how many starts a second, at what price in the
 * supervisor's processor time, when 200 actors end as soon as they are started. By layers of containment, in turn with a
 * bare loop on Bun and, where there is a compiler, with one in C. It needs npm run build, and proves that nothing is left.
 */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { processesWith, supervise as command, usageOf } from "./own_command.ts";
import { compiled } from "./supervisors/programs.ts";

const ROUNDS = Number(process.env["ROUNDS"] ?? 3);
const KILLS = Number(process.env["KILLS"] ?? 60);
const STORM = 200;
const STORM_MS = 3_000;
/** Between one restart and the next crash. */
const REST_MS = 50;
const LAYERS = (process.env["LAYERS"] ?? "cgroup,subreaper,group").split(",")
  .filter((layer) => layer !== "");
/** A length of sleep that nobody else has. */
const SECONDS = 100_000 + process.pid;

/** Something that keeps commands running. */
interface Keeper {
  readonly pid: number;
  /** How many starts there have been by now; 0 if it only tells that at its end. */
  starts(): Promise<number>;
  /** Ends it. @returns How many starts there have been. */
  stop(): Promise<number>;
}

interface Contender {
  readonly name: string;
  start(
    folder: string,
    count: number,
    argv: readonly string[],
  ): Promise<Keeper>;
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A loop of `supervisors/`, which tells its number of starts when it ends. */
function loop(name: string, ...words: readonly string[]): Contender {
  return {
    name,
    start(folder, count, argv) {
      const lines = Array.from({ length: count }, (_, n) => ["restart", `a${n}`, ...argv].join("\t") + "\n");
      writeFileSync(join(folder, "services"), lines.join(""));
      mkdirSync(join(folder, "logs"));
      const [program, ...first] = words;
      const child = spawn(program!, [...first, "services", "logs"], {
        cwd: folder,
        stdio: ["ignore", "pipe", "inherit"],
      });
      let output = "";
      child.stdout!.on("data", (data) => output += data);
      const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
      return Promise.resolve({
        pid: child.pid!,
        starts: () => Promise.resolve(0),
        async stop() {
          child.kill("SIGTERM");
          await ended;
          return Number(output);
        },
      });
    },
  };
}

async function run(folder: string, ...words: readonly string[]): Promise<string> {
  const { code, output } = await command(folder, ...words);
  if (code !== 0) throw new Error(output.slice(0, 2_000));
  return output;
}

async function pidOf(folder: string): Promise<number> {
  for (;;) {
    const told = await run(folder, "ps", "--json").catch(() => null);
    if (told !== null) return JSON.parse(told).pid;
    await sleep(50);
  }
}

function supervise(layer: string): Contender {
  return {
    name: `supervise, ${layer}`,
    async start(folder, count, argv) {
      const actor = `{ exec = ${JSON.stringify(argv)}, daemon = true, restart = "always", ` +
        'backoff = { initial = "1ms", max = "1ms", jitter = 0, reset_after = "0s" } }';
      const actors = Array.from(
        { length: count },
        (_, n) => `actors.a${n} = ${actor}`,
      );
      const intensity = 'intensity = { restarts = 1000000, within = "1s" }';
      writeFileSync(
        join(folder, "supervise.toml"),
        [intensity, ...actors].join("\n"),
      );
      // What ends at once may never be up.
      const up = run(folder, "up", "-d", `--containment=${layer}`).catch(
        () => {},
      );
      const pid = await pidOf(folder);
      const starts = async () => {
        const { actors } = JSON.parse(await run(folder, "ps", "--json"));
        return actors.reduce(
          (sum: number, { restarts }: { restarts: number }) => sum + restarts,
          0,
        );
      };
      return {
        pid,
        starts,
        async stop() {
          const all = await starts();
          await run(folder, "down");
          await up;
          return all;
        },
      };
    },
  };
}

/** How long after SIGKILL the next process tells that it runs, in milliseconds, for each of some crashes. */
async function crashes(
  contender: Contender,
  folder: string,
): Promise<readonly number[]> {
  const fifo = join(folder, "told");
  execFileSync("mkfifo", [fifo]);
  const held = openSync(fifo, "r+");
  const reader = spawn("cat", { stdio: [held, "pipe", "inherit"] });
  closeSync(held);
  const pids = createInterface({ input: reader.stdout! })
    [Symbol.asyncIterator]();
  const next = async () => Number((await pids.next()).value);
  const keeper = await contender.start(folder, 1, [
    "/bin/sh",
    "-c",
    `echo $$ >${fifo}; exec sleep ${SECONDS}`,
  ]);
  const times: number[] = [];
  let pid = await next();
  for (let kill = 0; kill < KILLS; kill++) {
    await sleep(REST_MS);
    const began = performance.now();
    process.kill(pid, "SIGKILL");
    pid = await next();
    times.push(performance.now() - began);
  }
  await keeper.stop();
  reader.kill();
  return times;
}

/** Starts a second, and processor milliseconds of the supervisor for each, once it has read its file and begun. */
async function storm(
  contender: Contender,
  folder: string,
): Promise<readonly [number, number]> {
  const keeper = await contender.start(folder, STORM, ["/bin/true"]);
  const began = performance.now();
  const [startsBefore, cpuBefore] = [await keeper.starts(), usageOf(keeper.pid).cpuMs];
  await sleep(STORM_MS);
  const cpu = usageOf(keeper.pid).cpuMs - cpuBefore;
  const ms = performance.now() - began;
  const starts = await keeper.stop() - startsBefore;
  return [starts * 1_000 / ms, cpu / starts];
}

async function inFolder<T>(
  measure: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "restarts-"));
  try {
    return await measure(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const at = (numbers: readonly number[], share: number) =>
  numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))]!;

await inFolder(async (build) => {
  const contenders: Contender[] = [];
  const floor = compiled("floor.c", build);
  if (floor === null) console.error("no floor: no compiler is found");
  else contenders.push(loop("floor (C)", floor));
  const bare = fileURLToPath(new URL("supervisors/bun_loop.ts", import.meta.url));
  contenders.push(loop("bare loop on Bun", "bun", bare));
  contenders.push(...LAYERS.map(supervise));
  const figures = contenders.map(() => ({
    times: [] as number[],
    storms: [] as (readonly [number, number])[],
  }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, contender] of contenders.entries()) {
      figures[index]!.times.push(
        ...await inFolder((folder) => crashes(contender, folder)),
      );
      figures[index]!.storms.push(
        await inFolder((folder) => storm(contender, folder)),
      );
    }
  }
  assert.deepEqual(processesWith(`sleep\0${SECONDS}\0`), []);
  console.log(
    "| | crash to running: median, p99 | starts a second | processor time a start |",
  );
  console.log("| --- | --- | --- | --- |");
  for (const [index, { name }] of contenders.entries()) {
    const { times, storms } = figures[index]!;
    const crash = `${at(times, 0.5).toFixed(1)} ms, ${at(times, 0.99).toFixed(1)} ms`;
    const rate = at(storms.map(([rate]) => rate), 0.5).toFixed(0);
    const cpu = at(storms.map(([, cpu]) => cpu), 0.5).toFixed(2);
    console.log(`| ${name} | ${crash} | ${rate} | ${cpu} ms |`);
  }
});
