#!/usr/bin/env node
// Starts supervise: its JavaScript where the runtime is Deno or Bun, else the binary of the package for this machine.
import process from "node:process";

if (globalThis.Deno !== undefined || globalThis.Bun !== undefined) await import("../dist/cli.js");
else await startBinary();

async function startBinary() {
  const binary = await binaryHere();
  const argv = process.argv.slice(2);
  // Node becomes the binary where it can (22.15 and newer): then nothing stands between supervise and its caller.
  if (process.execve !== undefined) process.execve(binary, [binary, ...argv], process.env);
  const { spawn } = await import("node:child_process");
  const child = spawn(binary, argv, { stdio: "inherit" });
  for (const signal of ["SIGTERM", "SIGUSR1", "SIGUSR2"]) process.on(signal, () => child.kill(signal));
  for (const signal of ["SIGINT", "SIGQUIT", "SIGHUP"]) {
    // A terminal sends these to the binary as well, which would take a second Ctrl-C for an order to hurry.
    process.on(signal, () => process.stdin.isTTY || child.kill(signal));
  }
  child.on("error", (error) => fail(`${binary} cannot be started: ${error.message}`));
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

async function binaryHere() {
  const { createRequire } = await import("node:module");
  const header = process.platform === "linux" ? process.report.getReport().header : {};
  const musl = header.glibcVersionRuntime === undefined ? "-musl" : "";
  const name = `supervise-${process.platform}-${process.arch}${musl}`;
  try {
    return createRequire(import.meta.url).resolve(`${name}/supervise`);
  } catch {
    return fail(
      `The package ${name} is not installed, which has the binary for this machine`,
      process.platform === "linux"
        ? "install again without --omit=optional, or use Bun or Deno, which need no binary"
        : "supervise runs on Linux",
    );
  }
}

function fail(message, hint) {
  process.stderr.write(`error: ${message}\n${hint === undefined ? "" : `hint: ${hint}\n`}`);
  process.exit(1);
}
