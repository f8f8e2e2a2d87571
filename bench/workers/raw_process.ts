/** The floor of processes: plain processes of the runtime, a Unix socket to each, nothing else. */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type Socket } from "node:net";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Call, type Contender, type Jobs, moduleUrl } from "./contender.ts";
import { type Frame, readFrames, writeFrame } from "./frames.ts";

/** In which order the functions are numbered. */
export const NAMES: readonly (keyof Jobs)[] = [
  "add",
  "burn",
  "block",
  "take",
  "prepare",
  "give",
];
const RUNNER = "Deno" in globalThis ? ["run", "--allow-all", "--no-check"] : [];

/** How many pools there have been: each has an address of its own. */
let pools = 0;

/** A process, its socket once it has one, and who waits for its answers, in order. */
interface Lane {
  readonly child: ChildProcess;
  readonly socket: Promise<Socket>;
  readonly waiting: ((frame: Frame) => void)[];
}

export const contender: Contender = {
  async usePool({ workers, isFull }, body) {
    const address = `supervise-bench-${process.pid}-${pools++}`;
    const connected: ((socket: Socket) => void)[] = [];
    const server = createServer((socket) => connected.shift()!(socket));
    await new Promise<void>((resolve) => server.listen({ path: `\0${address}` }, resolve));
    const lanes: Lane[] = [];
    const start = () => {
      const lane = startLane(address, connected);
      lanes.push(lane);
      return lane;
    };
    if (isFull) { for (let i = 0; i < workers; i++) start(); }
    const call: Call = async (name, ...args) => {
      const least = lanes.toSorted((a, b) => a.waiting.length - b.waiting.length)[0];
      const lane = least === undefined ||
          least.waiting.length > 0 && lanes.length < workers
        ? start()
        : least;
      const answer = new Promise<Frame>((resolve) => lane.waiting.push(resolve));
      writeFrame(await lane.socket, requestOf(NAMES.indexOf(name), args));
      const { values, bytes } = await answer;
      return (name === "give" ? bytes : values[0]) as ReturnType<
        Jobs[typeof name]
      >;
    };
    try {
      return await body(call);
    } finally {
      for (const { child } of lanes) child.kill("SIGKILL");
      server.close();
    }
  },
};

function startLane(
  address: string,
  connected: ((socket: Socket) => void)[],
): Lane {
  const child = spawn(process.execPath, [
    ...RUNNER,
    fileURLToPath(moduleUrl("raw_process_peer")),
    address,
  ], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const waiting: Lane["waiting"] = [];
  const socket = new Promise<Socket>((resolve) => connected.push(resolve));
  socket.then((socket) => {
    socket.on("error", () => {});
    readFrames(socket, (frame) => waiting.shift()!(frame));
  });
  return { child, socket, waiting };
}

function requestOf(id: number, args: readonly (number | Uint8Array)[]): Frame {
  const [a = 0, b = 0] = args.filter((arg) => typeof arg === "number");
  return {
    id,
    values: [a, b],
    bytes: args.find((arg) => arg instanceof Uint8Array) ?? new Uint8Array(),
  };
}
