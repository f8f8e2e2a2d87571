/**
 * Trees of many real processes: how long `up -d` and `down` take for each of them, by size, and how long `ps` and `status`
 * take to answer while they start, as whole commands (ASK=0: nobody asks). Beside the time that passes, which is also that of
 * whatever else the machine has to do, the processor time of supervisor and guardian. The sizes take turns. It needs
 * npm run build; its processes are `sleep`, and it proves that none of them is left.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { processesWith, supervise, TICK_MS, usageOf } from "./own_command.ts";

const SIZES = (process.env["SIZES"] ?? "1000,5000").split(",").map(Number);
const ROUNDS = Number(process.env["ROUNDS"] ?? 3);
const ASKS = process.env["ASK"] !== "0";
/** Layers of containment; empty: the strongest that the machine has. */
const LAYERS = (process.env["LAYERS"] ?? "").split(",");
/** A length of sleep that nobody else has. */
const SECONDS = 100_000 + process.pid;

interface Figures {
  /** Milliseconds. */
  readonly up: number;
  readonly down: number;
  /** Processor time of supervisor and guardian until the tree was up, and from then on. */
  readonly upCpu: number;
  readonly downCpu: number;
  /** Of `ps` and of `status` of one actor, while the tree started. */
  readonly ps: readonly number[];
  readonly status: readonly number[];
}

/** Counts the processor time of processes until they are gone. */
class CpuMeter {
  readonly #ms = new Map<number, number>();
  readonly #timer = setInterval(() => this.look(), TICK_MS);

  constructor(pids: readonly number[]) {
    for (const pid of pids) this.#ms.set(pid, 0);
    this.look();
  }

  get ms(): number {
    return [...this.#ms.values()].reduce((sum, ms) => sum + ms, 0);
  }

  look(): void {
    for (const pid of this.#ms.keys()) {
      try {
        this.#ms.set(pid, usageOf(pid).cpuMs);
      } catch {
        // It is gone.
      }
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

const left = () => processesWith(`sleep\0${SECONDS}\0`);

async function measure(size: number, layer: string): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), "crowd-"));
  const actors = Array.from(
    { length: size },
    (_, n) => `actors.s${n} = { exec = "sleep ${SECONDS}", daemon = true }`,
  );
  writeFileSync(join(folder, "supervise.toml"), actors.join("\n"));
  try {
    const ps: number[] = [];
    const status: number[] = [];
    let isUp = false;
    const layerWords = layer === "" ? [] : [`--containment=${layer}`];
    const up = supervise(folder, "up", "-d", ...layerWords).finally(() => isUp = true);
    while (ASKS && !isUp) {
      const [table, one] = [
        await supervise(folder, "ps", "--json"),
        await supervise(folder, "status", "s0"),
      ];
      // Before there is a tree they fail, and after the start they say nothing of it.
      if (isUp || table.code !== 0 || one.code !== 0) continue;
      ps.push(table.ms);
      status.push(one.ms);
    }
    const { code, ms, output } = await up;
    assert.equal(code, 0, output.slice(0, 2_000));
    const processes = left();
    assert.equal(processes.length, size);
    const supervisor = usageOf(processes[0]!).parent;
    const meter = new CpuMeter([supervisor, usageOf(supervisor).parent]);
    const upCpu = meter.ms;
    const down = await supervise(folder, "down").finally(() => meter.close());
    assert.equal(down.code, 0, down.output.slice(0, 2_000));
    assert.deepEqual(left(), []);
    return {
      up: ms,
      down: down.ms,
      upCpu,
      downCpu: meter.ms - upCpu,
      ps,
      status,
    };
  } finally {
    await supervise(folder, "down");
    rmSync(folder, { recursive: true, force: true });
  }
}

const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
const whole = (ms: number) => `${Math.round(ms)} ms`;

for (const layer of LAYERS) {
  const rounds = SIZES.map((): Figures[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, size] of SIZES.entries()) {
      rounds[index]!.push(await measure(size, layer));
    }
  }
  console.log(layer === "" ? "the strongest layer" : layer);
  const each = (of: "up" | "down" | "upCpu" | "downCpu", index: number) =>
    median(rounds[index]!.map((one) => one[of])) / SIZES[index]!;
  for (const [index, size] of SIZES.entries()) {
    const ratio = (of: "up" | "down" | "upCpu" | "downCpu") =>
      `${each(of, index).toFixed(2)} ms each, ${(each(of, index) / each(of, 0)).toFixed(2)}x`;
    const times = (["up", "down"] as const).map((of) =>
      `${of} ${whole(each(of, index) * size)} (${ratio(of)}; processor ${ratio(`${of}Cpu`)})`
    );
    const answers = (ASKS ? ["ps", "status"] as const : []).map((of) => {
      const all = rounds[index]!.flatMap((one) => one[of]);
      return all.length === 0
        ? `${of} never asked`
        : `${of} ${whole(median(all))}, at worst ${whole(Math.max(...all))}`;
    });
    console.log(
      `- ${size.toLocaleString("en")}: ${[...times, ...answers].join("; ")}`,
    );
  }
}
