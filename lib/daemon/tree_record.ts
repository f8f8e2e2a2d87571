/** The record of a tree on this machine, also after it has ended: a small file beside its socket. */
import {
  count,
  decode,
  decodeJsonOrNull,
  dictionary,
  list,
  nullable,
  object,
  optional,
  type Shape,
  text,
  whole,
  word,
  wordOf,
} from "../base/shape.ts";
import { LAYER_NAMES, type LayerName } from "../engine/containment/layer.ts";
import { FileError } from "../host/ports/files.ts";
import type { ClientHost, Host } from "../host/ports/host.ts";
import { processIdShape } from "../host/ports/process_shapes.ts";
import type { ProcessId } from "../host/ports/processes.ts";
import { messageOf, UserError } from "../base/user_error.ts";
import { runFolderOf } from "./run_folder.ts";
import { nameWithin, type TreeId } from "./tree_id.ts";

/** The format of records. Another one is read as far as it is understood ({@linkcode CORE}). */
const FORMAT = 1;

/** See the module. */
export interface TreeRecord {
  /** Of a record that this version has not written: one that it does not know. @default That of this version */
  readonly format?: number;
  readonly name: string;
  readonly file: string;
  /** The path by which it was reached when it was started, with the links that were in it. */
  readonly asked?: string;
  /** Folder with the logs and the journal. */
  readonly stateFolder: string;
  readonly supervisor: ProcessId;
  readonly guardian: ProcessId;
  /** The beginning of the mark of every process of the tree. */
  readonly instance?: string;
  /** The layer that contains its processes. */
  readonly containment?: LayerName;
  /** Its control group; null if it has none. */
  readonly group?: string | null;
  /** The numbers of replicas that are not those of the file, by the paths of their actors. */
  readonly scale?: Readonly<Record<string, number>>;
  /** Whether any of it goes on when the supervisor is killed. */
  readonly onSupervisorDeath?: "die" | "survive";
  /** The active profiles. */
  readonly profiles?: readonly string[];
  /** Times are ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly outcome: string | null;
}

/** Names of the folders of trees, among others. */
const IDENTITY = /^[0-9a-f]+$/;

/** Fields that all versions write alike: they are enough to ask a tree, to list it and to take it down. */
const CORE = {
  name: text,
  file: text,
  stateFolder: text,
  supervisor: processIdShape,
  guardian: processIdShape,
  startedAt: text,
  endedAt: nullable(text),
  outcome: nullable(text),
};

const REST = {
  asked: optional(text) as Shape<string>,
  instance: optional(text) as Shape<string>,
  containment: optional(word(...LAYER_NAMES)) as Shape<LayerName>,
  group: optional(nullable(text)) as Shape<string | null>,
  scale: optional(dictionary(count)) as Shape<Readonly<Record<string, number>>>,
  onSupervisorDeath: optional(wordOf<"die" | "survive">({ die: true, survive: true })) as Shape<
    "die" | "survive"
  >,
  profiles: optional(list(text)) as Shape<readonly string[]>,
};

const KNOWN = object<TreeRecord>({ format: optional(whole) as Shape<number>, ...CORE, ...REST });

/** Of a record in another format each field is read that is as it is here. */
const RECORD: Shape<TreeRecord> = (value, at) => {
  const { format = FORMAT } = HEAD(value, at);
  if (format === FORMAT) return KNOWN(value, at);
  const core = object<Omit<TreeRecord, keyof typeof REST>>({ ...CORE, format: whole })(value, at);
  const rest = Object.entries(REST).flatMap(([name, shape]) => {
    const field = decode(shape as Shape<unknown>, (value as Readonly<Record<string, unknown>>)[name]);
    return field.ok && field.value !== undefined ? [[name, field.value]] : [];
  });
  return { ...core, ...Object.fromEntries(rest) };
};

const HEAD = object<Pick<TreeRecord, "format">>({ format: optional(whole) as Shape<number> });

/** Writes a tree's record. @throws {UserError} `state/not-writable` */
export function writeRecord(host: Host, id: TreeId, record: TreeRecord): void {
  try {
    host.files.replace(id.record, `${JSON.stringify({ ...record, format: FORMAT }, null, 2)}\n`);
  } catch (error) {
    throw new UserError(
      "state/not-writable",
      `Cannot write down what is known of the tree, to "${nameWithin(id, id.record)}": ${messageOf(error)}`,
      { hint: "make room for it, it is small; or make the folder writable", cause: error },
    );
  }
}

/** Writes down that a tree is over. Where there is no room for that nothing is known of it, and nobody takes it for killed. */
export function concludeRecord(host: Host, id: TreeId, record: TreeRecord, outcome: string): void {
  try {
    writeRecord(host, id, { ...record, endedAt: new Date(host.wallClock()).toISOString(), outcome });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    host.files.remove(id.record);
  }
}

/** Reads a tree's record; null if there is none, or none that can be read. */
export function readRecord(
  host: { readonly files: Pick<Host["files"], "readOwn"> },
  id: Pick<TreeId, "record">,
): TreeRecord | null {
  try {
    // A machine that lost power may leave anything behind; a record that cannot be read tells nothing.
    return decodeJsonOrNull(RECORD, host.files.readOwn(id.record) ?? "");
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return null;
  }
}

/** The records of all trees of a user, running or not. @throws {UserError} `state/not-private` */
export function listRecords(host: Pick<ClientHost, "files" | "folders">, uid: number): readonly TreeRecord[] {
  const { path } = runFolderOf(host, uid);
  return host.files.list(path).filter((name) => IDENTITY.test(name))
    .map((id) => readRecord(host, { record: `${path}/${id}/tree.json` }))
    .filter((record) => record !== null);
}
