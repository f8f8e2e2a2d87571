/** Modules of Node that take milliseconds to load, and that most processes never need: they are loaded at their first use. */
import type * as Crypto from "node:crypto";
import type * as Fs from "node:fs";
import type * as FsPromises from "node:fs/promises";
import type * as Http from "node:http";
import type * as Https from "node:https";
import type * as Inspector from "node:inspector";
import type * as Net from "node:net";
import type * as Os from "node:os";
import type * as Tls from "node:tls";
import type * as Tty from "node:tty";
import type * as Util from "node:util";
import type * as WorkerThreads from "node:worker_threads";

/** Asks for a module once: the runtimes take one to three microseconds for each time, which is more than many a use of it. */
function kept<Module>(load: () => Module): () => Module {
  let module: Module | undefined;
  return () => module ??= load();
}

/** @returns `node:crypto` */
export const nodeCrypto = kept((): typeof Crypto => process.getBuiltinModule("node:crypto"));
/** @returns `node:fs`, for what actors and threads load that need no files */
export const nodeFs = kept((): typeof Fs => process.getBuiltinModule("node:fs"));
/** @returns `node:fs/promises` */
export const nodeFsPromises = kept((): typeof FsPromises => process.getBuiltinModule("node:fs/promises"));
/** @returns `node:http` */
export const nodeHttp = kept((): typeof Http => process.getBuiltinModule("node:http"));
/** @returns `node:https` */
export const nodeHttps = kept((): typeof Https => process.getBuiltinModule("node:https"));
/** @returns `node:inspector` */
export const nodeInspector = kept((): typeof Inspector => process.getBuiltinModule("node:inspector"));
/** @returns `node:net` */
export const nodeNet = kept((): typeof Net => process.getBuiltinModule("node:net"));
/** @returns `node:os` */
export const nodeOs = kept((): typeof Os => process.getBuiltinModule("node:os"));
/** @returns `node:tls` */
export const nodeTls = kept((): typeof Tls => process.getBuiltinModule("node:tls"));
/** @returns `node:tty` */
export const nodeTty = kept((): typeof Tty => process.getBuiltinModule("node:tty"));
/** @returns `node:util` */
export const nodeUtil = kept((): typeof Util => process.getBuiltinModule("node:util"));
/** @returns `node:worker_threads` */
export const nodeWorkerThreads = kept((): typeof WorkerThreads =>
  process.getBuiltinModule("node:worker_threads")
);
