/**
 * What a tree costs to which nothing happens: processor time and wakeups of supervise's own processes, of clients that follow
 * it, and of a bare program on the same runtime; and memory by actors. Its processes are `sleep`. It needs npm run build;
 * numbers of a machine with other work are as good, for nothing here depends on the time that others take.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { environmentIn, processesWith } from "./own_command.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
const SETTLE_SECONDS = Number(process.env["SETTLE"] ?? 60);
const SECONDS = Number(process.env["SECONDS"] ?? 30);
const SIZES = (process.env["SIZES"] ?? "10,1000").split(",").map(Number);
const BIN = join(HERE, "../node_modules/.bin");
const RUNTIMES: Readonly<
  Record<
    string,
    { readonly ours: readonly string[]; readonly bare: readonly string[] }
  >
> = {
  binary: { ours: [join(HERE, "../dist/supervise")], bare: [join(BIN, "bun")] },
  deno: {
    ours: [
      join(BIN, "deno"),
      "run",
      "-A",
      `--config=${join(HERE, "../deno.json")}`,
      join(HERE, "../cli.ts"),
    ],
    bare: [join(BIN, "deno"), "run", "-A"],
  },
};
/** Listens, is connected to itself, and says nothing. */
const BARE = `import net from "node:net";
const server = net.createServer(() => {}).listen(0, () => {
  if (process.argv.includes("connected")) net.connect(server.address().port);
});
`;

/** What a process has used so far. */
interface Used {
  /** Of all its threads, in milliseconds. */
  readonly cpu: number;
  /** How often its main thread has begun to wait. */
  readonly waits: number;
  /** The same of all its other threads. */
  readonly otherWaits: number;
}

const pages = (pid: number, file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8");

function used(pid: number): Used {
  let [waits, otherWaits, cpu] = [0, 0, 0];
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      const count = Number(
        /^voluntary_ctxt_switches:\s+(\d+)/m.exec(
          pages(pid, `task/${thread}/status`),
        )![1],
      );
      if (Number(thread) === pid) waits = count;
      else otherWaits += count;
      cpu += Number(pages(pid, `task/${thread}/schedstat`).split(" ")[0]) / 1e6;
    } catch {
      // A thread that has ended meanwhile.
    }
  }
  return { cpu, waits, otherWaits };
}

const memory = (pid: number) => Number(/^Pss:\s+(\d+)/m.exec(pages(pid, "smaps_rollup"))![1]);

const findRole = (folder: string, verb: string) => processesWith(`\0${verb}\0`, folder)[0]!;

interface Row {
  readonly runtime: string;
  readonly what: string;
  readonly pid: number;
}

const folders: string[] = [];
const children: ChildProcess[] = [];
const rows: Row[] = [];
const held: {
  readonly runtime: string;
  readonly size: number;
  readonly pid: number;
}[] = [];
const downs: (() => void)[] = [];

try {
  for (const [runtime, { ours, bare }] of Object.entries(RUNTIMES)) {
    const start = (words: readonly string[], cwd: string) => {
      const [program, ...rest] = words;
      const child = spawn(program!, rest, {
        cwd,
        env: environmentIn(cwd),
      });
      child.stdout!.resume();
      child.stderr!.resume();
      children.push(child);
      return child.pid!;
    };
    const home = mkdtempSync(join(tmpdir(), "idle-"));
    folders.push(home);
    writeFileSync(join(home, "bare.ts"), BARE);
    rows.push({
      runtime,
      what: "a bare program that listens",
      pid: start([...bare, "bare.ts"], home),
    });
    rows.push({
      runtime,
      what: "the same, connected to itself",
      pid: start([...bare, "bare.ts", "connected"], home),
    });
    for (const size of SIZES) {
      for (const isFollowed of size === SIZES[0] ? [false, true] : [false]) {
        const folder = mkdtempSync(join(tmpdir(), "idle-"));
        folders.push(folder);
        const actors = Array.from(
          { length: size },
          (_, n) => `actors.s${n} = { exec = "sleep 100000", daemon = true }`,
        );
        writeFileSync(join(folder, "supervise.toml"), actors.join("\n"));
        const run = (...words: string[]) =>
          spawnSync(ours[0]!, [...ours.slice(1), ...words], {
            cwd: folder,
            env: environmentIn(folder),
          });
        downs.push(() => void run("down"));
        const up = run("up", "-d");
        if (up.status !== 0) throw new Error(`up failed: ${up.stderr}`);
        const pid = findRole(folder, "__supervisor");
        const what = isFollowed ? "with two followers" : `of ${size.toLocaleString("en")}`;
        rows.push({ runtime, what: `supervisor ${what}`, pid });
        if (!isFollowed) held.push({ runtime, size, pid });
        if (isFollowed) {
          for (const verb of ["logs", "events"]) {
            rows.push({
              runtime,
              what: `${verb} -f`,
              pid: start([...ours, verb, "-f"], folder),
            });
          }
        } else {rows.push({
            runtime,
            what: `guardian ${what}`,
            pid: findRole(folder, "__guardian"),
          });}
      }
    }
  }
  const wait = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  await wait(SETTLE_SECONDS);
  const before = rows.map(({ pid }) => used(pid));
  await wait(SECONDS);
  console.log(`${SECONDS} seconds, ${SETTLE_SECONDS} after the start\n`);
  console.log(
    "| | processor time, ms | wakeups of the main thread | of the other threads |\n| - | - | - | - |",
  );
  for (const [index, { runtime, what, pid }] of rows.entries()) {
    const [first, last] = [before[index]!, used(pid)];
    const of = (key: keyof Used) => Math.max(0, last[key] - first[key]);
    console.log(
      `| ${runtime}: ${what} | ${of("cpu").toFixed(1)} | ${of("waits")} | ${of("otherWaits")} |`,
    );
  }
  console.log("\n| supervisor | PSS, MB | KiB an actor |\n| - | - | - |");
  for (const { runtime, size, pid } of held) {
    const least = held.find((one) => one.runtime === runtime)!;
    const each = size === least.size
      ? ""
      : ((memory(pid) - memory(least.pid)) / (size - least.size)).toFixed(1);
    console.log(
      `| ${runtime}, ${size.toLocaleString("en")} actors | ${(memory(pid) / 1_024).toFixed(1)} | ${each} |`,
    );
  }
} finally {
  for (const child of children) child.kill();
  for (const down of downs) down();
  for (const folder of folders) {
    rmSync(folder, { recursive: true, force: true });
  }
}
