/** The inspector of the present runtime, in a process of its own: it leaves its traces in the one that has opened it. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import process from "node:process";
import { openSystemHost } from "../../lib/host/system_host.ts";
import { runtimeCommand } from "../harness/runtime_command.ts";
import { test } from "../harness/test.ts";
import { lineOf } from "./contract/subject.ts";

const FIXTURE = new URL("./fixtures/inspected.ts", import.meta.url).href;

// Loads what stays loaded, before the first test is watched for what it leaves open.
(await openSystemHost()).processes.close();

test("inspector: it is opened once, answers on this machine alone, and is closed", async () => {
  const { processes } = await openSystemHost();
  const program = processes.spawn({
    argv: runtimeCommand(FIXTURE),
    env: process.env as Record<string, string>,
    cwd: process.cwd(),
    stdin: null,
    output: "pipe",
  });
  try {
    const [url, again] = (await lineOf(program.stdout)).split(" ");
    assert.equal(again, url);
    const { protocol, hostname, port } = new URL(url!);
    assert.deepEqual([protocol, hostname], ["ws:", "127.0.0.1"]);
    assert.equal(await evaluate(url!, "6 * 7"), 42);
    assert.equal(processes.signal(program, "SIGUSR2"), "sent");
    assert.equal(await lineOf(program.stdout), "closed");
    assert.equal(await isListening(Number(port)), false);
  } finally {
    processes.signal(program, "SIGKILL");
    assert.deepEqual(await program.exited, { how: "signalled", signal: "SIGKILL" });
    program.stdout?.close();
    program.stderr?.close();
    processes.close();
  }
});

/** Asks a debugger's question. */
async function evaluate(url: string, expression: string): Promise<unknown> {
  const socket = new WebSocket(url);
  const answer = new Promise<string>((resolve, reject) => {
    socket.onopen = () =>
      socket.send(JSON.stringify({ id: 1, method: "Runtime.evaluate", params: { expression } }));
    socket.onmessage = ({ data }) => resolve(String(data));
    socket.onerror = () => reject(new Error(`no connection to ${url}`));
  });
  const closed = new Promise<void>((resolve) => socket.onclose = () => resolve());
  const { result } = JSON.parse(await answer) as { result: { result: { value: unknown } } };
  socket.close();
  await closed;
  return result.result.value;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.once("close", () => resolve(true));
      socket.destroy();
    });
  });
}
