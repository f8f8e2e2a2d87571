/** Standard output and standard error, as data goes to them. */
import type { WriteStream } from "node:tty";
import { UserError } from "../../base/user_error.ts";
import type { Output } from "../ports/program.ts";
import * as quick from "../bun/quick_output.ts";
import { nodeFs, nodeTty } from "./lazy_node.ts";
import { isDeno } from "./runtime.ts";

/** Characters in a line, and lines, where that cannot be told. */
const COLUMNS = 80;
const ROWS = 24;
const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 64;
/**
 * How much is written at a time. Deno does not say how much of a write has been done when a pipe has no room for the rest; of
 * this many bytes it takes all or none.
 */
const PART_BYTES = isDeno ? 4096 : Infinity;
/** The major number of /dev/null, /dev/zero and their like on Linux. */
const MEMORY_DEVICES = 1;
const FACTS = {
  1: { name: "standard output", stream: "stdout" },
  2: { name: "standard error", stream: "stderr" },
} as const;

/**
 * The output with a number. Files and pipes are written to by their descriptor, since a stream of the runtime takes several
 * milliseconds to load, which is half the time that most commands take. A terminal has a stream.
 */
export function openOutput(descriptor: 1 | 2): Output {
  const { name, stream: key } = FACTS[descriptor];
  const isTerminal = (isDeno ? null : quick.isTerminal(descriptor)) ??
    (mayBeTerminal(descriptor) && nodeTty().isatty(descriptor));
  let stream: WriteStream | null = null;
  const openStream = () => {
    if (stream !== null) return stream;
    stream = process[key];
    // The same errors are events, too.
    stream.on("error", () => {});
    return stream;
  };
  /** The writes go one after the other. */
  let last: Promise<void> = Promise.resolve();
  /** Why nothing more can be written; later errors only say that an earlier one was. */
  let broken: Error | null = null;

  const writeAll = async (text: string) => {
    if (broken === null) {
      try {
        await (isTerminal ? writeToStream(openStream(), text) : writeTo(descriptor, Buffer.from(text)));
      } catch (error) {
        broken ??= error as Error;
      }
    }
    if (broken !== null && !isReaderGone(broken)) throw notWritable(name, broken);
  };
  return {
    isTerminal,
    get isPipe() {
      return isPipe(descriptor);
    },
    get columns() {
      // A terminal whose size nobody has set says 0.
      return (isTerminal ? openStream().columns : 0) || COLUMNS;
    },
    get rows() {
      return (isTerminal ? openStream().rows : 0) || ROWS;
    },
    get isRead() {
      return broken === null || !isReaderGone(broken);
    },
    write(text) {
      const written = last.then(() => writeAll(text));
      last = written.catch(() => {});
      return written;
    },
  };
}

async function writeTo(descriptor: number, bytes: Uint8Array): Promise<void> {
  let rest = isDeno ? bytes : bytes.subarray(quick.writeShort(descriptor, bytes));
  let pauseMs = FIRST_PAUSE_MS;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(await writeSome(descriptor, rest.subarray(0, PART_BYTES)));
      pauseMs = FIRST_PAUSE_MS;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      // Another program that shares the pipe has made it non-blocking, and its reader is slow.
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }
}

function writeSome(descriptor: number, bytes: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    nodeFs().write(descriptor, bytes, (error, count) => error === null ? resolve(count) : reject(error));
  });
}

function writeToStream(stream: WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // Deno throws what other runtimes hand to the callback, which rejects, too.
    stream.write(text, (error) => error ? reject(error) : resolve());
  });
}

/** Whether it is worth the milliseconds that what can tell for certain takes to load: /dev/null is the most common no. */
function mayBeTerminal(descriptor: number): boolean {
  try {
    const stat = nodeFs().fstatSync(descriptor);
    return stat.isCharacterDevice() && majorOf(stat.rdev) !== MEMORY_DEVICES;
  } catch {
    return false;
  }
}

function majorOf(device: number): number {
  return (device >> 8) & 0xfff;
}

function isPipe(descriptor: number): boolean {
  try {
    return nodeFs().fstatSync(descriptor).isFIFO();
  } catch {
    return false;
  }
}

/** Whether it is no error but the way in which `supervise logs | head` ends. */
function isReaderGone(error: Error): boolean {
  return (error as NodeJS.ErrnoException).code === "EPIPE";
}

function notWritable(name: string, error: Error): UserError {
  return new UserError("output/not-writable", `Cannot write to ${name}: ${error.message}`, {
    hint: "what could not be written is lost: make room for it, or send it elsewhere",
    cause: error,
  });
}
