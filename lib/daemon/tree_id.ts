import type { ClientHost } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import { runFolderOf } from "./run_folder.ts";

/**
 * Which tree it is: its user and the real path of its file, whatever the shell's environment says. Everything that a tree
 * holds or leaves on the machine is named after that. Paths are through the user's folder as it is open here
 * (`run_folder.ts`), and lead nowhere as long as there is none; names are for others.
 */
export interface TreeId {
  readonly uid: number;
  /** Real path of the file. */
  readonly file: string;
  /** Twelve hexadecimal digits. */
  readonly id: string;
  /** Name of the folder for the socket and what is known of the tree; it goes with the machine's next boot at the latest. */
  readonly folder: string;
  /** Its path. */
  readonly runFolder: string;
  readonly socket: string;
  /** Where commands find the guardian of a tree whose supervisor is dead. */
  readonly door: string;
  /** How processes have ended that the guardian has reaped. */
  readonly deaths: string;
  /** File with the key of the tree's marks (`tree_key.ts`). */
  readonly key: string;
  /** Where its logs are, and a copy of the key; null where that is not known. */
  readonly stateFolder: string | null;
  /** File with a {@linkcode TreeRecord}. */
  readonly record: string;
  /** File that one process can lock at a time: the tree's supervisor. */
  readonly lock: string;
  /** The path by which somebody means it, with the links that are in it. */
  readonly asked?: string;
  /** The program that means it by its file, in whose environment the file is read. */
  readonly program?: Program;
}

const ID_DIGITS = 12;

/** The identity of the tree of a file. @throws {UserError} `state/not-private`, also when a path of it is asked for. */
export function treeIdOf(
  host: Pick<ClientHost, "digest" | "files" | "folders">,
  uid: number,
  file: string,
  known: Partial<Pick<TreeId, "asked" | "program" | "stateFolder">> = {},
): TreeId {
  const id = host.digest(`${uid}:${file}`).slice(0, ID_DIGITS);
  const within = (name: string) => `${runFolderOf(host, uid).path}/${id}${name}`;
  return {
    stateFolder: null,
    ...known,
    uid,
    file,
    id,
    get folder() {
      return `${runFolderOf(host, uid).name}/${id}`;
    },
    get runFolder() {
      return within("");
    },
    get socket() {
      return within(SOCKET);
    },
    get door() {
      return within(DOOR);
    },
    get deaths() {
      return within("/deaths.jsonl");
    },
    get key() {
      return within("/marks.key");
    },
    get record() {
      return within("/tree.json");
    },
    get lock() {
      return within(LOCK);
    },
  };
}

const SOCKET = "/control.sock";
const DOOR = "/guardian.sock";
const LOCK = "/lock";

/** The name by which people know a file in the folder of a tree; its path is good for this process alone. */
export function nameWithin({ folder, runFolder }: TreeId, path: string): string {
  return folder + path.slice(runFolder.length);
}

/** The socket of a tree by its name. */
export function socketNameOf({ folder }: TreeId): string {
  return `${folder}${SOCKET}`;
}

/** The guardian's socket by its name. */
export function doorNameOf({ folder }: TreeId): string {
  return `${folder}${DOOR}`;
}

/** The file of the lock by its name. */
export function lockNameOf({ folder }: TreeId): string {
  return `${folder}${LOCK}`;
}

/** The file in which a supervisor that hands its tree over leaves its findings on the disk for the next one. */
export function foundFileOf({ runFolder }: TreeId): string {
  return `${runFolder}/found.json`;
}
