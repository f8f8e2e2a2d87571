/** The bare Bun loop: what floor.c does, with nothing but the spawn of Bun. Usage: bun bun_loop.ts FILE LOGS */
import { type ChildProcess, spawn } from "node:child_process";
import { openSync, readFileSync, writeSync } from "node:fs";
import { argv, exit, on } from "node:process";

const [file, logs] = argv.slice(2) as [string, string];
const running = new Set<ChildProcess>();
let isStopping = false;
let started = 0;

function start(line: string, log: number): void {
  const [policy, , program, ...args] = line.split("\t") as [
    string,
    string,
    string,
    ...string[],
  ];
  const child = spawn(program, args, {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  started++;
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on("data", (bytes: Uint8Array) => writeSync(log, bytes));
  }
  child.on("exit", () => {
    running.delete(child);
    if (policy === "restart" && !isStopping) start(line, log);
    else if (isStopping && running.size === 0) end();
  });
}

function end(): never {
  console.log(started);
  exit(0);
}

on("SIGTERM", () => {
  isStopping = true;
  for (const child of running) child.kill("SIGTERM");
  if (running.size === 0) end();
});
for (const line of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
  start(line, openSync(`${logs}/${line.split("\t")[1]}.log`, "a"));
}
// Without a service it goes on, as a supervisor does.
setInterval(() => {}, 2_000_000_000);
