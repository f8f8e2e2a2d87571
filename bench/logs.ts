/** How long `logs` takes for large logs, in processor time, beside grep and zgrep on the same files. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environmentIn, SUPERVISE, supervise } from "./own_command.ts";

const LINES = 1_500_000;
const ROUNDS = 5;

const folder = mkdtempSync(join(tmpdir(), "supervise-bench-"));
try {
  writeFileSync(
    join(folder, "supervise.toml"),
    `[actors.a]\nshell = "seq -f 'GET /items/%.0f from 10.0.7.9 took 37 ms status 200' ${LINES}; echo status 500"\nlog = { max_size = "1GiB" }\n`,
  );
  await supervise(folder, "up", "-q");
  const file = readdirSync(folder, { recursive: true, encoding: "utf8" }).find((
    name,
  ) => name.endsWith("a.log"))!;
  const path = join(folder, file);
  console.log(
    `${LINES} lines, ${Math.round(statSync(path).size / 2 ** 20)} MiB`,
  );
  const logs = (
    ...words: readonly string[]
  ) => [...SUPERVISE, "logs", "a", ...words];
  compare("a text", logs("--grep", "status 500"), ["grep", "status 500", path]);
  compare(
    "a pattern with a text",
    logs("--grep", "took [0-9]+ ms status 5.."),
    ["grep", "-E", "took [0-9]+ ms status 5..", path],
  );
  compare("a pattern that begins with a class", logs("--grep", "[5]0{2}$"), [
    "grep",
    "-E",
    "[5]0{2}$",
    path,
  ]);
  compare("the last ten seconds", logs("--since", "10s"), null);
  compare("the last 100 lines", logs("-n", "100"), ["tail", "-n", "100", path]);
  compare("all lines", logs(), ["cat", path]);
  execFileSync("gzip", [path]);
  renameSync(`${path}.gz`, `${path}.1.gz`);
  compare("a text, compressed", logs("--grep", "status 500"), [
    "zgrep",
    "status 500",
    `${path}.1.gz`,
  ]);
} finally {
  rmSync(folder, { recursive: true });
}

/** Prints the processor time of both, and their ratio. */
function compare(
  what: string,
  own: readonly string[],
  other: readonly string[] | null,
): void {
  const [ours, theirs] = [cpuOf(own), other === null ? null : cpuOf(other)];
  const beside = theirs === null
    ? ""
    : `, ${other![0]} ${theirs} ms (${(ours / Math.max(1, theirs)).toFixed(1)}x)`;
  console.log(`${what}: logs ${ours} ms${beside}`);
}

/** Median of the processor time, in milliseconds, with a reader: grep stops early where nobody reads. */
function cpuOf(argv: readonly string[]): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const script = 'TIMEFORMAT="%U %S"; { time "$@" 2>/dev/null | cat >/dev/null; } 2>&1';
    const { stdout } = spawnSync("bash", ["-c", script, "bash", ...argv], {
      cwd: folder,
      env: environmentIn(folder),
      encoding: "utf8",
    });
    return stdout.trim().split(" ").reduce(
      (sum, part) => sum + Number(part) * 1_000,
      0,
    );
  }).sort((a, b) => a - b);
  return Math.round(times[Math.floor(ROUNDS / 2)]!);
}
