/** Standard output and standard error, as data goes to them. */
import type { WriteStream } from "node:tty";
import { UserError } from "../../base/user_error.ts";
import type { Output } from "../ports/program.ts";
import { nodeFs, nodeTty } from "./lazy_node.ts";

/** Characters in a line where that cannot be told. */
const COLUMNS = 80;
const FACTS = {
  1: { name: "standard output", stream: "stdout" },
  2: { name: "standard error", stream: "stderr" },
} as const;

/**
 * The output with a number. Files and pipes are written to by their descriptor, since a stream of the runtime takes several
 * milliseconds to load, which is half the time that most commands take. A terminal has a stream, and so has a descriptor that
 * somebody has made non-blocking, because only the runtime can wait until it has room.
 */
export function openOutput(descriptor: 1 | 2): Output {
  const { name, stream: key } = FACTS[descriptor];
  const isTerminal = isCharacterDevice(descriptor) && nodeTty().isatty(descriptor);
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
        const rest = isTerminal || stream !== null
          ? Buffer.from(text)
          : await writeTo(descriptor, Buffer.from(text));
        if (rest.length > 0) await writeToStream(openStream(), rest);
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

/** Writes bytes; returns those that are left because the descriptor does not block and has no room. */
async function writeTo(descriptor: number, bytes: Uint8Array): Promise<Uint8Array> {
  let rest = bytes;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(await writeSome(descriptor, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return rest;
      throw error;
    }
  }
  return rest;
}

function writeSome(descriptor: number, bytes: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    nodeFs().write(descriptor, bytes, (error, count) => error === null ? resolve(count) : reject(error));
  });
}

function writeToStream(stream: WriteStream, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    // Deno throws what other runtimes hand to the callback, which rejects, too.
    stream.write(bytes, (error) => error ? reject(error) : resolve());
  });
}

function isCharacterDevice(descriptor: number): boolean {
  try {
    return nodeFs().fstatSync(descriptor).isCharacterDevice();
  } catch {
    return false;
  }
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
