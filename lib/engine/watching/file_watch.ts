/**
 * Watches the files of all actors of a tree that watch some. Folders that come are entered, and those that go are let go of.
 * A path that leads elsewhere, or nowhere for a while, is entered anew (`ways.ts`).
 *
 * Invariants:
 * 1. Nothing of it takes a step of the core: it tells of changes, and what follows is decided there.
 * 2. A folder is watched before it is read, so that nothing that comes into it is missed.
 */
import { isSameData } from "../../base/same_data.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { NodeId, Plan, Watch } from "../../config/plan.ts";
import type { FileWatcher, FolderChange, Refused, Watching } from "../../host/ports/watching.ts";
import { openNursery } from "../../scope/nursery.ts";
import { sleep } from "../../scope/sleep.ts";
import { Event } from "../../sync/event.ts";
import { WatchPattern } from "./watch_pattern.ts";
import { Ways } from "./ways.ts";

/** How many folders are entered before others have their turn. */
const FOLDERS_A_TURN = 64;

/** How many files are named at a time. */
const MOST_NAMED = 100;

const FULL_HINT = "let it ignore folders, or raise fs.inotify.max_user_watches (sysctl)";

/** The listener of watches, and their parts. */
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
  /** Those that are entered, each with those directly in it that are: one that goes takes along what is below it, of many. */
  readonly #folders = new Map<string, Set<string>>();
  /** Those to what the patterns begin with. */
  readonly #ways = new Ways();
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
      this.#complain(
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
      else this.#hear(kernel, heard);
    }
  }

  #visit(folder: string, isNew: boolean): void {
    this.#visits.push({ folder, isNew });
    this.#work.set();
  }

  #enter(kernel: FileWatcher, { folder, isNew }: Visit): void {
    if (!this.#isWanted(folder)) return;
    if (this.#isBase(folder)) {
      const refused = this.#ways.walk(kernel, folder);
      if (refused !== null) this.#refuse(folder, refused);
    }
    const found = kernel.add(folder);
    if (found.is === "refused") this.#refuse(folder, found);
    if (found.is !== "watched") return;
    if (!this.#folders.has(folder)) this.#folders.set(folder, new Set());
    this.#folders.get(folderAbove(folder))?.add(folder);
    for (const name of found.folders) this.#visits.push({ folder: join(folder, name), isNew });
    if (isNew) this.#tell(found.files.map((name) => join(folder, name)));
  }

  #hear(kernel: FileWatcher, changes: readonly FolderChange[]): void {
    const files: string[] = [];
    const bases = new Set<string>();
    for (const { folder, name, is } of changes) {
      const path = name === null ? folder : join(folder, name);
      if (is === "gone") this.#forget(kernel, path);
      if (is === "folder") this.#visit(path, true);
      else if (name !== null) files.push(path);
      for (const base of this.#ways.through(path)) {
        bases.add(base);
        if (is !== "folder") files.push(base);
      }
    }
    for (const base of bases) {
      this.#forget(kernel, base);
      this.#visit(base, true);
    }
    this.#tell(files);
  }

  /** A folder that has gone, with all below it. */
  #forget(kernel: FileWatcher, path: string): void {
    const below = this.#folders.get(path);
    if (below === undefined) return;
    this.#folders.delete(path);
    for (const folder of below) this.#forget(kernel, folder);
    this.#folders.get(folderAbove(path))?.delete(path);
    this.#letGo(kernel, path);
  }

  /** Has a folder watched no more, unless it is for another reason. */
  #letGo(kernel: FileWatcher, folder: string): void {
    if (!this.#folders.has(folder) && !this.#ways.needs(folder)) kernel.remove(folder);
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

  #isBase(path: string): boolean {
    return this.#watchers.some(({ pattern }) => pattern.bases.includes(path));
  }

  #letGoOfUnwanted(): void {
    const kernel = this.#kernel;
    if (kernel === null) return;
    for (const folder of [...this.#folders.keys()]) if (!this.#isWanted(folder)) this.#forget(kernel, folder);
    for (const folder of this.#ways.keepOnly((base) => this.#isBase(base))) this.#letGo(kernel, folder);
  }

  #refuse(path: string, { why, isFull }: Refused): void {
    this.#complain((pattern) => pattern.mayHold(path), path, why, isFull ? FULL_HINT : null);
  }

  #complain(
    isConcerned: (pattern: WatchPattern) => boolean,
    path: string,
    why: string,
    hint: string | null,
  ): void {
    for (const watcher of this.#watchers) {
      if (watcher.hasComplained || !isConcerned(watcher.pattern)) continue;
      watcher.hasComplained = true;
      this.#options.onRefused(watcher.node, path, why, hint);
    }
  }
}

async function next(kernel: FileWatcher) {
  return await fromPromise(kernel.next());
}

function folderAbove(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

function join(folder: string, name: string): string {
  return folder === "/" ? `/${name}` : `${folder}/${name}`;
}
