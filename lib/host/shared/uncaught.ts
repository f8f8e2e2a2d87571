/** Errors that nobody catches: what this program says of them, instead of the runtime, and the code that it ends with. */
import type { EventEmitter } from "node:events";
import type { LastWords } from "../ports/program.ts";
import { nodeFs, nodeUtil } from "./lazy_node.ts";
import { isDeno } from "./runtime.ts";

type Explain = (error: unknown) => LastWords | null;

const FAILED = 1;
const STDERR = 2;
/** The last that was added is asked first. */
const explainers: Explain[] = [];

/** See `Program.onUncaught`. */
export function onUncaught(explain: Explain): () => void {
  if (explainers.length === 0) {
    process.on("uncaughtException", uncaught);
    process.on("unhandledRejection", unhandled);
  }
  explainers.push(explain);
  return () => {
    const index = explainers.lastIndexOf(explain);
    if (index < 0) return;
    explainers.splice(index, 1);
    if (explainers.length > 0) return;
    process.off("uncaughtException", uncaught);
    process.off("unhandledRejection", unhandled);
  };
}

function uncaught(error: unknown): void {
  // The code of the program has a handler of its own, which decides.
  if (process.listenerCount("uncaughtException") > 1) return;
  endWith(error);
}

function unhandled(error: unknown): void {
  if (process.listenerCount("unhandledRejection") > 1) return;
  if (isDeno && process.listenerCount("uncaughtException") > 1) {
    return void (process as EventEmitter).emit("uncaughtException", error, "unhandledRejection");
  }
  endWith(error);
}

function endWith(error: unknown): never {
  const words = explainers.toReversed().map((explain) => explain(error)).find((one) => one !== null) ??
    { text: `${nodeUtil().inspect(error)}\n`, exitCode: FAILED };
  write(words.text);
  return process.exit(words.exitCode);
}

/** Nobody waits for a stream any more. */
function write(text: string): void {
  try {
    if (text !== "") nodeFs().writeSync(STDERR, text);
  } catch {
    // A reader that is gone, or has no room, misses it: the exit code says what there is to say.
  }
}
