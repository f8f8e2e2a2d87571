import type { AppendFile } from "../../lib/host/ports/files.ts";
import type { Host } from "../../lib/host/ports/host.ts";
import { type PipeSource, SpawnError } from "../../lib/host/ports/processes.ts";

/** What a process of supervise is. */
export type Role = "guardian" | "supervisor" | "isolator";

/** Which process dies, and when: told of each call by which one changes anything on its machine. */
export interface Mortality {
  /**
   * Whether the process is killed before this call; `call` is such as `processes.spawn`. What follows that at once is the
   * call `processes.spawned`: there is a process then that nobody has been told of.
   */
  readonly diesBefore: (role: Role, call: string) => boolean;
}

/** The ports by which a process does anything to its machine. */
const PORTS = ["processes", "groups", "sockets", "files", "locks", "descriptors", "listening"] as const;

/** Calls that only look. */
const LOOKS = new Set([
  ..."find table pids childrenOf outputsOf variableOf shownVariable environmentOf userOf commandOf hasDied isStarted whenEnded whyNotStartable"
    .split(" ")
    .map((name) => `processes.${name}`),
  "locks.isHeld",
  "locks.isHeldBy",
  ..."exists whyHidden readText readOwn list realPath inspectFolder".split(" ").map((name) =>
    `files.${name}`
  ),
  ..."support membersOf groupOf inside lackOf controllersOf givenBy isTop isManaged residentsOf countsOf"
    .split(" ")
    .map((name) => `groups.${name}`),
]);

const SILENT: PipeSource = {
  read: () => new Promise(() => {}),
  whenReadable: () => {},
  readInto: () => 0,
  close: () => {},
};

/** What a dead process gets for its calls, none of which has an effect: its code is to go on as far as its next wait. */
const GHOSTLY: Readonly<Record<string, () => unknown>> = {
  "processes.spawn": () => {
    throw new SpawnError("start", "this process has ended");
  },
  "processes.signal": () => "gone",
  "processes.signalGroup": () => "gone",
  "descriptors.openPipe": () => ({ read: -1, write: -1 }),
  "descriptors.openNamedPipe": () => null,
  "descriptors.openUsersPipe": () => null,
  "descriptors.holdNamedPipe": () => null,
  "descriptors.sourceOf": () => SILENT,
  "locks.take": () => null,
  "listening.share": () => null,
  "listening.open": () => ({ descriptor: -1, close: () => {} }),
};

/** Calls that wait. */
const WAITS = /^(sockets\.|files\.open|file\.)/;

/**
 * A machine on which a process dies when it is told to, in the middle of its code: the call that it dies at has no effect, nor
 * has any after it, and no wait of it ever ends.
 *
 * @param end Kills the process.
 */
export function mortalHost(
  host: Host,
  role: Role,
  { diesBefore }: Mortality,
  end: () => void,
): Host {
  let isDead = false;
  const wrap = <T extends object>(port: T, name: string): T =>
    new Proxy(port, {
      get(target, key) {
        const value = Reflect.get(target, key, target);
        const call = `${name}.${String(key)}`;
        if (typeof value !== "function" || LOOKS.has(call)) {
          return typeof value === "function" ? value.bind(target) : value;
        }
        return (...args: unknown[]) => {
          if (!isDead && diesBefore(role, call)) {
            isDead = true;
            end();
          }
          if (isDead) return WAITS.test(call) ? new Promise(() => {}) : GHOSTLY[call]?.();
          const result = value.apply(target, args);
          if (call === "processes.spawn" && diesBefore(role, "processes.spawned")) {
            isDead = true;
            end();
          }
          // What is written through a file that is open is written by the process, too.
          return call === "files.openAppend" ? result.then((file: AppendFile) => wrap(file, "file")) : result;
        };
      },
    });
  const wrapped = Object.fromEntries(PORTS.map((name) => [name, wrap(host[name], name)]));
  return { ...host, ...wrapped };
}
