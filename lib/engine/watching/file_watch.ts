/**
 * Watches the files of all actors of a tree that watch some. Folders that come are entered, those that go are let go of, and
 * one that is watched itself and goes is looked out for above, until it comes back.
 *
 * Invariants:
 * 1. Nothing of it takes a step of the core: it tells of changes, and what follows is decided there.
 * 2. A folder is watched before it is read, so that nothing that comes into it is missed.
 */
import { folderOf, resolvePath } from "../../base/posix_path.ts";
import { isSameData } from "../../base/same_data.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { NodeId, Plan, Watch } from "../../config/plan.ts";
import type { FileWatcher, FolderChange, Watching } from "../../host/ports/watching.ts";
import { openNursery } from "../../scope/nursery.ts";
import { sleep } from "../../scope/sleep.ts";
import { Event } from "../../sync/event.ts";
import { isIn, WatchPattern } from "./watch_pattern.ts";

/** How many folders are entered before others have their turn. */
const FOLDERS_A_TURN = 64;

/** How many files are named at a time. */
const MOST_NAMED = 100;

const FULL_HINT = "let it ignore folders, or raise fs.inotify.max_user_watches (sysctl)";

/** What watches are told to. */
export interface FileWatchOptions {
  readonly watching: Watching;
  /** @param files Those that have changed, a hundred of many; none if it is not known which. */
  readonly onChange: (node: NodeId, files: readonly string[]) => void;
  /** Told once of each actor of which something cannot be watched. */
  readonly onRefused: (node: NodeId, path: string, why: string, hint: string | null) => void;
}

interface Watcher {
  readonly node: NodeId;
  readonly watch: Watch;
  readonly pattern: WatchPattern;
  hasComplained: boolean;
}

/** A folder that is to be entered. */
interface Visit {
  readonly folder: string;
  /** Whether the files in it are changes: it was not there before. */
  readonly isNew: boolean;
}

/** See the module. */
export class FileWatch {
  readonly #options: FileWatchOptions;
  #watchers: readonly Watcher[] = [];
  #kernel: FileWatcher | null = null;
  readonly #folders = new Set<string>();
  /** Those above bases that are not there; they are watched for these alone. */
  readonly #lookouts = new Set<string>();
  readonly #visits: Visit[] = [];
  #work = new Event();

  constructor(options: FileWatchOptions) {
    this.#options = options;
  }

  /** Watches what the actors of a plan watch from now on. */
  set({ nodes }: Plan): void {
    const before = new Map(this.#watchers.map((watcher) => [watcher.node, watcher]));
    const wanted = nodes.flatMap((spec) => spec.kind === "tree" || spec.watch === null ? [] : [spec]);
    this.#watchers = wanted.map(({ path, watch }) => {
      const known = before.get(path);
      if (known !== undefined && isSameData(known.watch, watch)) return known;
      return { node: path, watch: watch!, pattern: new WatchPattern(watch!), hasComplained: false };
    });
    this.#letGoOfUnwanted();
    const isNews = this.#watchers.filter((watcher) => before.get(watcher.node) !== watcher);
    for (const { pattern } of isNews) for (const base of pattern.bases) this.#visit(base, false);
  }

  /** Tells of changes until it is cancelled. Nothing is opened before there is something to watch. */
  async run(): Promise<void> {
    const kernel = await this.#open();
    this.#kernel = kernel;
    try {
      await openNursery((nursery) => {
        nursery.startSoon(() => this.#enterAll(kernel), { name: "folders" });
        nursery.startSoon(() => this.#listen(kernel), { name: "changes" });
      });
    } finally {
      kernel.close();
    }
  }

  async #open(): Promise<FileWatcher> {
    while (true) {
      await this.#work.wait();
      const kernel = this.#options.watching.open();
      if (kernel !== null) return kernel;
      this.#work = new Event();
      this.#refuse(
        () => true,
        "/",
        "there is no room for another watch (fs.inotify.max_user_instances)",
        null,
      );
    }
  }

  async #enterAll(kernel: FileWatcher): Promise<void> {
    while (true) {
      await this.#work.wait();
      this.#work = new Event();
      for (
        let visit = this.#visits.pop(), count = 1;
        visit !== undefined;
        visit = this.#visits.pop(), count++
      ) {
        this.#enter(kernel, visit);
        if (count % FOLDERS_A_TURN === 0) await sleep(0);
      }
    }
  }

  async #listen(kernel: FileWatcher): Promise<void> {
    for (let heard = await next(kernel); heard !== null; heard = await next(kernel)) {
      if (heard === "lost") this.#lookAnew();
      else this.#hear(heard);
    }
  }

  #visit(folder: string, isNew: boolean): void {
    this.#visits.push({ folder, isNew });
    this.#work.set();
  }

  #enter(kernel: FileWatcher, { folder, isNew }: Visit): void {
    if (!this.#isWanted(folder)) return;
    const found = kernel.add(folder);
    switch (found.is) {
      case "watched":
        this.#folders.add(folder);
        for (const name of found.folders) this.#visits.push({ folder: join(folder, name), isNew });
        if (isNew) this.#tell(found.files.map((name) => join(folder, name)));
        return;
      case "missing":
        return this.#lookOutFor(kernel, folder);
      case "refused":
        this.#refuse(
          ({ pattern }) => pattern.mayHold(folder),
          folder,
          found.why,
          found.isFull ? FULL_HINT : null,
        );
    }
  }

  /** It may be a file, or come later: the nearest folder above tells. */
  #lookOutFor(kernel: FileWatcher, missing: string): void {
    if (!this.#watchers.some(({ pattern }) => pattern.bases.includes(missing))) return;
    for (let above = folderOf(missing);; above = folderOf(above)) {
      if (this.#folders.has(above)) return;
      const found = kernel.add(above);
      if (found.is === "watched") {
        this.#lookouts.add(above);
        return;
      }
      if (found.is === "refused" || above === "/") {
        const why = found.is === "refused" ? found.why : "it does not exist";
        return this.#refuse(({ pattern }) => pattern.bases.includes(missing), above, why, null);
      }
    }
  }

  #hear(changes: readonly FolderChange[]): void {
    const files: string[] = [];
    for (const { folder, name, is } of changes) {
      const path = name === null ? folder : join(folder, name);
      if (is === "gone") this.#forget(path);
      if (is === "folder" && this.#isWanted(path)) this.#visit(path, true);
      else if (is !== "folder" && name !== null) files.push(path);
      if (is === "folder" && this.#lookouts.has(folder)) {
        this.#visitBases((base) => base !== path && isIn(path, base));
      }
    }
    this.#tell(files);
  }

  #visitBases(isMeant: (base: string) => boolean): void {
    for (const { pattern } of this.#watchers) {
      for (const base of pattern.bases) if (isMeant(base)) this.#visit(base, true);
    }
  }

  /** A folder that has gone, with all below it. */
  #forget(path: string): void {
    if (!this.#folders.has(path) && !this.#lookouts.has(path)) return;
    for (const known of [this.#folders, this.#lookouts]) {
      for (const folder of known) {
        if (!isIn(path, folder)) continue;
        known.delete(folder);
        this.#kernel!.remove(folder);
      }
    }
    this.#visitBases((base) => isIn(path, base));
  }

  /** The kernel had no room for all changes: all may have changed, and folders have come that are not known. */
  #lookAnew(): void {
    for (const { node, pattern } of this.#watchers) {
      this.#options.onChange(node, []);
      for (const base of pattern.bases) this.#visit(base, false);
    }
  }

  #tell(files: readonly string[]): void {
    if (files.length === 0) return;
    const once = [...new Set(files)];
    for (const { node, pattern } of this.#watchers) {
      const counting = once.filter((file) => pattern.counts(file));
      if (counting.length > 0) this.#options.onChange(node, counting.slice(0, MOST_NAMED));
    }
  }

  #isWanted(folder: string): boolean {
    return this.#watchers.some(({ pattern }) => pattern.mayHold(folder));
  }

  #letGoOfUnwanted(): void {
    for (const known of [this.#folders, this.#lookouts]) {
      for (const folder of known) {
        const isNeeded = known === this.#folders
          ? this.#isWanted(folder)
          : this.#watchers.some(({ pattern }) => pattern.bases.some((base) => isIn(folder, base)));
        if (isNeeded) continue;
        known.delete(folder);
        this.#kernel?.remove(folder);
      }
    }
  }

  #refuse(isConcerned: (watcher: Watcher) => boolean, path: string, why: string, hint: string | null): void {
    for (const watcher of this.#watchers) {
      if (watcher.hasComplained || !isConcerned(watcher)) continue;
      watcher.hasComplained = true;
      this.#options.onRefused(watcher.node, path, why, hint);
    }
  }
}

async function next(kernel: FileWatcher) {
  return await fromPromise(kernel.next());
}

function join(folder: string, name: string): string {
  return resolvePath(folder, name);
}
