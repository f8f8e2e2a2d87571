/**
 * Much of a long life in little time: a tree that restarts, rotates its logs, is watched, applied, restarted in a rolling way and
 * handed over, with clients that come and go and some that follow. What its supervisor and guardian take is looked at after
 * each round, and must not grow.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runFolderOf } from "../harness/run_folder.ts";
import { type Running, type Sandbox, SUPERVISE, UNDER_TEST } from "../harness/supervise.ts";
import { until, untilGiven } from "../harness/until.ts";

/** What supervisor and guardian, and the tree's folders, hold at a moment. */
export interface Sample {
  /** Proportional share of the memory, in KiB. */
  readonly memory: number;
  /** Living objects of the runtime, without garbage; 0 on Deno. */
  readonly objects: number;
  readonly descriptors: number;
  readonly threads: number;
  /** Files in the tree's folders. */
  readonly files: number;
  readonly groups: number;
}

/** How much may be added after the warm-up: absolute, and as a part of what there was. */
const MAY_GROW: { readonly [Name in keyof Sample]: { readonly by: number; readonly share: number } } = {
  memory: { by: 24 * 1_024, share: 0.15 },
  objects: { by: 5_000, share: 0.03 },
  descriptors: { by: 12, share: 0 },
  threads: { by: 8, share: 0 },
  files: { by: 12, share: 0 },
  groups: { by: 4, share: 0 },
};

/** How a soak goes. */
export interface SoakOptions {
  readonly sandbox: Sandbox;
  /** Told of each round, whose number counts from 1; false ends it. */
  readonly onRound: (round: number, sample: Sample) => boolean;
  /** Whether the tree is handed over now and then, which begins its supervisor anew. */
  readonly upgrades: boolean;
}

/** Runs it; gives the samples of all rounds. */
export async function soak({ sandbox, onRound, upgrades }: SoakOptions): Promise<readonly Sample[]> {
  configure(sandbox, 0);
  sandbox.write("watched/file", "0");
  const counting = {
    BUN_OPTIONS: `--preload=${fileURLToPath(new URL("count_objects.ts", import.meta.url))}`,
    SOAK_ASKS: asksOf(sandbox),
  };
  await succeeded("up -d", sandbox.start(["up", "-d"], COUNTS ? counting : {}));
  const followers = [
    kept(sandbox, ["logs", "-f"], `grep --line-buffered 'at rest' > ${marksOf(sandbox)}`),
    kept(sandbox, ["events", "-f"], "cat > /dev/null"),
  ];
  const samples: Sample[] = [];
  for (let round = 1;; round++) {
    await live(sandbox, round);
    if (upgrades && round % 5 === 0) await done(sandbox, "upgrade");
    await done(sandbox, "stop", "talking");
    await untilCaughtUp(sandbox, round);
    samples.push(await sampleOf(sandbox, round));
    await done(sandbox, "start", "talking");
    if (!onRound(round, samples.at(-1)!)) break;
  }
  await done(sandbox, "down");
  for (const follower of followers) await follower.done;
  return samples;
}

/** A follower whose output a shell command takes: kept as a whole it would grow in the test. */
function kept(sandbox: Sandbox, args: readonly string[], taker: string): Running {
  return sandbox.run(["sh", "-c", `"$@" | ${taker}`, "sh", ...SUPERVISE, ...args]);
}

function marksOf({ dir }: Sandbox): string {
  return `${dir}/marks`;
}

/**
 * Returns when the follower has had all lines. Those that wait for one which is behind are bounded, but many, and as they come
 * and go a sample would tell of the machine and not of a leak.
 */
async function untilCaughtUp(sandbox: Sandbox, round: number): Promise<void> {
  const mark = `at rest ${round}`;
  sandbox.write("watched/file", mark);
  await until(
    "the follower has caught up",
    () => existsSync(marksOf(sandbox)) && readFileSync(marksOf(sandbox), "utf8").includes(`${mark}\n`),
  );
}

function configure(sandbox: Sandbox, version: number): void {
  sandbox.config(`
    on_supervisor_death = "survive"
    [defaults]
    backoff = { initial = "1ms", max = "5ms" }
    intensity = { restarts = 1000000, within = "1s" }
    [actors.crashing]
    shell = "echo up; sleep 0.05; exit 1"
    restart = "always"
    daemon = true
    [actors.talking]
    shell = "while :; do seq 1 4000; sleep 0.05; done"
    daemon = true
    [actors.watching]
    shell = "cat watched/file; echo; exec sleep 1000"
    daemon = true
    watch = { paths = ["watched"], debounce = "10ms" }
    [actors.pool]
    exec = "sleep 1000"
    daemon = true
    replicas = 2
    env = { VERSION = "${version}" }
    ready = { exec = "true", interval = "10ms" }
  `);
}

/** What happens in one round. */
async function live(sandbox: Sandbox, round: number): Promise<void> {
  const before = await sandbox.row("crashing");
  const watching = await sandbox.row("watching");
  sandbox.write("watched/file", String(round));
  await done(sandbox, "restart", "--rolling", "pool");
  configure(sandbox, round);
  await done(sandbox, "apply");
  await done(sandbox, "stop", "watching");
  await done(sandbox, "start", "watching");
  await Promise.all(
    [["ps"], ["status", "pool"], ["ls"], ["events", "-n", "3"], ["logs", "-n", "3"]].map((args) =>
      done(sandbox, ...args)
    ),
  );
  await until(
    "it has crashed and started again",
    async () => (await sandbox.row("crashing")).restarts >= before.restarts + 5,
  );
  await until(
    "it was restarted for its files",
    async () => (await sandbox.row("watching")).pid !== watching.pid,
  );
}

async function done(sandbox: Sandbox, ...args: readonly string[]): Promise<void> {
  await succeeded(args.join(" "), sandbox.start(args));
}

async function succeeded(name: string, running: Running): Promise<void> {
  const { code, stdout, stderr } = await running.done;
  if (code !== 0) throw new Error(`${name} ended with ${code}: ${stdout}${stderr}`);
}

/** Whether objects can be counted: Deno cannot be asked for them from inside. */
const COUNTS = UNDER_TEST !== "deno";

function asksOf({ dir }: Sandbox): string {
  return `${dir}/asks`;
}

/** The living objects of some processes. */
async function objectsOf(sandbox: Sandbox, pids: readonly number[], round: number): Promise<number> {
  if (!COUNTS) return 0;
  sandbox.write("asks", String(round));
  const counts = pids.map(async (pid) => {
    const file = `${asksOf(sandbox)}.${pid}`;
    return await untilGiven("objects are counted", () => {
      const { asked, objects } = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
      return asked === String(round) ? objects as number : null;
    });
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

async function sampleOf(sandbox: Sandbox, round: number): Promise<Sample> {
  const { pid } = await sandbox.json("ps");
  const own = [pid, parentOf(pid)];
  const sum = (count: (pid: number) => number) => own.reduce((total, one) => total + count(one), 0);
  const runFolder = runFolderOf(sandbox);
  const folders = [`${sandbox.dir}/state`, runFolder];
  const objects = await objectsOf(sandbox, own, round);
  return {
    objects,
    memory: sum((one) =>
      Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${one}/smaps_rollup`, "utf8"))![1])
    ),
    descriptors: sum((one) => readdirSync(`/proc/${one}/fd`).length),
    threads: sum((one) => readdirSync(`/proc/${one}/task`).length),
    files: folders.reduce((total, folder) => total + readdirSync(folder, { recursive: true }).length, 0),
    groups: groupsOf(JSON.parse(readFileSync(`${runFolder}/tree.json`, "utf8")).group),
  };
}

function groupsOf(group: string | null | undefined): number {
  return group === null || group === undefined || !existsSync(group)
    ? 0
    : readdirSync(group, { withFileTypes: true })
      .filter((entry) => entry.isDirectory()).length;
}

function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

/** One line of the table of a soak. */
export interface Growth {
  readonly name: keyof Sample;
  /** Medians of the second and the last of four parts: the first is warm-up. */
  readonly from: number;
  readonly to: number;
  readonly hasGrown: boolean;
}

/** What has grown between the second quarter and the last. */
export function growthOf(samples: readonly Sample[]): readonly Growth[] {
  const quarter = Math.max(1, Math.floor(samples.length / 4));
  const early = samples.slice(quarter, 2 * quarter);
  const late = samples.slice(-quarter);
  return (Object.keys(MAY_GROW) as (keyof Sample)[]).map((name) => {
    const [from, to] = [median(early, name), median(late, name)];
    const { by, share } = MAY_GROW[name];
    return { name, from, to, hasGrown: to > from + Math.max(by, from * share) };
  });
}

function median(samples: readonly Sample[], name: keyof Sample): number {
  const values = samples.map((sample) => sample[name]).sort((one, other) => one - other);
  return values[values.length >> 1] ?? 0;
}

/** The table for people. */
export function tableOf(growths: readonly Growth[]): string {
  return growths.map(({ name, from, to, hasGrown }) =>
    `${name.padEnd(12)} ${String(from).padStart(8)} -> ${String(to).padStart(8)}  ${
      hasGrown ? "GROWN" : "flat"
    }`
  ).join("\n");
}
