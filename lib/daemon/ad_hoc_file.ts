/**
 * The file of a tree that has none: a tree is known by its file, so one is written for it, among what the user's trees have
 * for as long as they run. It goes with the tree, and with it the logs and all that is known of the tree.
 */
import { baseName } from "../base/posix_path.ts";
import type { Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";
import { isSupervised, presentOf } from "./holder.ts";
import { countLeftovers } from "./leftovers.ts";
import { pruneTrees } from "./prune.ts";
import { ensureRunFolder, runFolderOf } from "./run_folder.ts";
import { stateFolderOf } from "./state_folder.ts";
import { type TreeId, treeIdOf } from "./tree_id.ts";
import { listRecords, readRecord } from "./tree_record.ts";

/** `run-PID-CHANCE.toml`; the process is the one that has written it. */
const NAME = /^run-(\d+)-[0-9a-z]+\.toml$/;

/** See the module. */
export interface AdHocFile {
  /** Its real path. */
  readonly file: string;
  /** Removes the file and what is kept of its tree, unless that is still there. */
  remove(): void;
}

/** Writes the file of a tree. @throws {UserError} `state/not-private`, `state/not-writable` */
export function writeAdHocFile(host: Host, program: Program, text: string): AdHocFile {
  const { uid } = program;
  const folder = ensureRunFolder(host, uid);
  const name = `run-${host.processes.ownPid}-${host.randomSeed().toString(36)}.toml`;
  host.files.replace(`${folder.path}/${name}`, text);
  const file = `${folder.name}/${name}`;
  return {
    file,
    remove: () => {
      removeUnlessUp(host, program, treeIdOf(host, uid, file));
      pruneTrees(host, uid);
    },
  };
}

/** Removes the files of trees that have ended, and whose clients were killed before they could do so. */
export function sweepAdHocFiles(host: Host, program: Program): void {
  const folder = runFolderOf(host, program.uid);
  for (const name of host.files.list(folder.path)) {
    const pid = NAME.exec(name)?.[1];
    if (pid === undefined || host.processes.find(Number(pid)) !== null) continue;
    removeUnlessUp(host, program, treeIdOf(host, program.uid, `${folder.name}/${name}`));
  }
}

/** A name for a tree that no other tree has which runs: `run`, `run-2` and so on. */
export function freeTreeName(host: Host, { uid }: Program, wanted: string): string {
  const taken = new Set(
    listRecords(host, uid).filter(({ endedAt }) => endedAt === null).map(({ name }) => name),
  );
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`;
  return name;
}

function removeUnlessUp(host: Host, program: Program, tree: TreeId): void {
  const record = readRecord(host, tree);
  if (isSupervised(host, tree) || countLeftovers(host, tree) > 0) return;
  if (record !== null && presentOf(host, tree, record).guardian !== null) return;
  const logs = record?.stateFolder ?? stateFolderOf(program, tree);
  // The record is only believed as far as it names a folder of this very tree.
  if (baseName(logs).endsWith(`-${tree.id}`)) host.files.remove(logs);
  host.files.remove(`${runFolderOf(host, tree.uid).path}/${baseName(tree.file)}`);
}
