/**
 * Ports that no other test gets, in whatever process it runs. They are from a range out of which the kernel gives none to
 * anybody who asks for any; a process takes a block of it by listening on the first port, for as long as it lives.
 */
import { createServer } from "node:net";
import process from "node:process";

const FIRST = 10_000;
const BLOCK = 20;
const BLOCKS = 1_000;

const block = await takeBlock();
let given = 0;

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  for (let tries = 1; tries < BLOCK; tries++) {
    const port = block + 1 + given++ % (BLOCK - 1);
    if (await listens(port, false)) return port;
  }
  throw new Error(`Somebody else listens on all ports from ${block} on`);
}

/**
 * What ten ports begin with on which nobody listens, from `0` to `9`: the second half of the block, so not for a process that
 * asks for single ones, too.
 */
export async function tenPorts(): Promise<string> {
  const first = block + BLOCK / 2;
  for (let port = first; port < first + 10; port++) {
    if (!await listens(port, false)) throw new Error(`Somebody else listens on port ${port}`);
  }
  return String(first / 10);
}

/** Processes that live at the same time have different numbers, and mostly begin at different blocks. */
async function takeBlock(): Promise<number> {
  for (let index = process.pid; index < process.pid + BLOCKS; index++) {
    const first = FIRST + index % BLOCKS * BLOCK;
    if (await listens(first, true)) return first;
  }
  throw new Error("All blocks of ports are taken");
}

/** Whether a port can be listened on, and whether it is from now on. */
function listens(port: number, forGood: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => {
      if (forGood) resolve(true);
      else server.close(() => resolve(true));
    }).unref();
  });
}
