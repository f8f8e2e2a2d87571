/**
 * The least that a supervisor can do on Bun: start, read the pipes, start again. Arguments: how many, and the command.
 * On SIGTERM it prints how many it has started, ends them, and ends.
 */
import process from "node:process";

interface Child {
  readonly exited: Promise<number>;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  kill(signal: number): void;
}

const { Bun } = globalThis as unknown as { Bun: { spawn(argv: readonly string[], options: object): Child } };
const [count, ...argv] = process.argv.slice(2);
const living = new Set<Child>();
let started = 0;

async function drain(stream: ReadableStream<Uint8Array>): Promise<void> {
  const reader = stream.getReader();
  while (!(await reader.read()).done);
}

async function keep(): Promise<void> {
  for (;;) {
    started++;
    const child = Bun.spawn(argv, { stdin: "ignore", stdout: "pipe", stderr: "pipe", detached: true });
    living.add(child);
    await Promise.all([drain(child.stdout), drain(child.stderr), child.exited]);
    living.delete(child);
  }
}

process.on("SIGTERM", () => {
  console.log(started);
  for (const child of living) child.kill(9);
  process.exit();
});
for (let index = 0; index < Number(count); index++) keep();
