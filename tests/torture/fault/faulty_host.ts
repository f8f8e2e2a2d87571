/** The host of this machine, of which everything that has an effect is a step that can be counted and struck at. */
import { seeded } from "../../../lib/base/chance.ts";
import type { Files } from "../../../lib/host/ports/files.ts";
import type { Host } from "../../../lib/host/ports/host.ts";
import type { Connection } from "../../../lib/host/ports/sockets.ts";
import { writeFileSync } from "node:fs";
import process from "node:process";
import type { Fault } from "./fault.ts";
import { Steps } from "./steps.ts";

/** What is half done when a method is struck at midway. */
// deno-lint-ignore no-explicit-any
type Half = (...args: any[]) => unknown;

/** The methods of an object that have an effect, and what of their results has more of them. */
type Effects<T> = {
  readonly [Name in keyof T]?: {
    readonly half?: (target: T) => Half;
    /** Wraps what comes of it, now or later. */
    // deno-lint-ignore no-explicit-any
    readonly result?: (result: any) => unknown;
    /** Changes what it is called with. */
    // deno-lint-ignore no-explicit-any
    readonly args?: (args: any[]) => any[];
  };
};

const LONGEST_JUMP_MS = 100 * 3_600_000;

/** See the module. */
export function faultyHost(host: Host, fault: Fault): Host {
  const steps = new Steps(fault);
  const wrap = <T extends object>(name: string, port: T, effects: Effects<T>): T =>
    new Proxy(port, {
      get(target, key) {
        const value = Reflect.get(target, key);
        if (typeof value !== "function") return value;
        const effect = effects[key as keyof T];
        if (effect === undefined) return value.bind(target);
        return (...given: unknown[]) => {
          const args = effect.args?.(given) ?? given;
          const half = effect.half?.(target);
          const result = steps.make(
            describe(`${name}.${String(key)}`, given),
            () => Reflect.apply(value, target, args),
            half && (() => half(...args)),
          );
          return effect.result === undefined ? result : mapped(result, effect.result);
        };
      },
    });
  const connection = (one: Connection) => wrap("connection", one, CONNECTION);
  return {
    ...host,
    wallClock: fault.clockSeed === null ? host.wallClock : jumping(host.wallClock, fault.clockSeed),
    processes: wrap("processes", host.processes, {
      spawn: {},
      signal: {},
      signalGroup: {},
      adoptOrphans: {},
      become: {},
    }),
    groups: wrap("groups", host.groups, { make: {}, freeze: {}, kill: {}, remove: {} }),
    files: wrap("files", host.files, {
      makeFolder: {},
      rename: {},
      remove: {},
      append: {
        half: (files) => (path: string, text: string) => files.append(path, text.slice(0, text.length >> 1)),
      },
      replace: { half: () => writeDraft },
      openAppend: { result: (file) => file === null ? null : wrap("log", file, APPEND) },
    }),
    sockets: wrap("sockets", host.sockets, {
      listen: {
        args: ([address, onConnection, ...reached]) => [
          address,
          (one: Connection) => onConnection(connection(one)),
          ...reached,
        ],
        result: (listener) => wrap("listener", listener, { close: {} }),
      },
      connect: { result: (one) => one === null ? null : connection(one) },
    }),
    locks: wrap("locks", host.locks, {
      take: { result: (lock) => lock === null ? null : wrap("lock", lock, { release: {} }) },
    }),
    descriptors: wrap("descriptors", host.descriptors, {
      openPipe: {},
      makeNamedPipe: {},
      holdNamedPipe: {},
      tryWrite: {},
      write: {},
      close: {},
      sourceOf: {},
      keepToOurselves: {},
    }),
    listening: wrap("listening", host.listening, {
      open: { result: (socket) => wrap("listening socket", socket, { close: {} }) },
    }),
  };
}

const halfOf = (bytes: Uint8Array) => bytes.subarray(0, bytes.length >> 1);

const APPEND = {
  append: {
    half: (file: { append(bytes: Uint8Array): unknown }) => (bytes: Uint8Array) => file.append(halfOf(bytes)),
  },
  close: {},
};

const CONNECTION: Effects<Connection> = {
  write: { half: (one) => (bytes: Uint8Array) => one.write(halfOf(bytes)) },
  send: { half: (one) => (pieces: readonly Uint8Array[]) => one.send(pieces.map(halfOf).slice(0, 1)) },
  end: {},
  close: {},
};

/** What the real host leaves that is killed while it puts a file in place. */
function writeDraft(path: string, text: string): ReturnType<Files["replace"]> {
  writeFileSync(`${path}.${process.pid}.new`, text.slice(0, text.length >> 1));
}

function mapped(result: unknown, map: (result: unknown) => unknown): unknown {
  return result instanceof Promise ? result.then(map) : map(result);
}

/** What a step is about, as far as that is short. */
function describe(name: string, [first]: readonly unknown[]): string {
  const about = typeof first === "string"
    ? first
    : (first as { readonly argv?: readonly string[] } | undefined)?.argv?.slice(0, 3).join(" ");
  return about === undefined ? name : `${name} ${about.replaceAll(/\s+/g, " ").slice(0, 80)}`;
}

/** A date that jumps at every look, or stays where it has jumped to for a while. */
function jumping(wallClock: () => number, seed: number): () => number {
  const random = seeded(seed);
  let aheadMs = 0;
  return () => {
    if (random() < 0.5) aheadMs = Math.round((random() - 0.5) * LONGEST_JUMP_MS);
    return wallClock() + aheadMs;
  };
}
