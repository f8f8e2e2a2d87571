/**
 * Where the paths that are watched lead through. A path leads elsewhere when a folder on it is moved, or a link on it is set
 * anew; and it leads to nothing until all that is on it has come. So every step of it is minded.
 */
import { resolvePath } from "../../base/posix_path.ts";
import type { FileWatcher, Refused } from "../../host/ports/watching.ts";

/** As many links as the kernel follows. */
const MOST_LINKS = 40;

interface Way {
  /** The paths on it: when one of them becomes something else, the way may lead elsewhere. */
  readonly steps: ReadonlySet<string>;
  /** The folders that tell of it. */
  readonly folders: ReadonlySet<string>;
}

/** See the module. */
export class Ways {
  readonly #ways = new Map<string, Way>();

  /** Goes along a path, as it leads now, and minds every step; gives why one of them cannot be minded. */
  walk(kernel: FileWatcher, base: string): Refused | null {
    const steps = new Set<string>();
    const folders = new Set<string>();
    this.#ways.set(base, { steps, folders });
    const ahead = namesOf(base).toReversed();
    let folder = "/";
    let links = 0;
    for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
      const path = resolvePath(folder, name);
      const found = kernel.mind(path);
      steps.add(path);
      folders.add(found.is === "folder" ? path : folder);
      if (found.is === "folder") folder = path;
      else if (found.is === "link" && ++links <= MOST_LINKS) {
        ahead.push(...namesOf(found.to).toReversed());
        if (found.to.startsWith("/")) folder = "/";
      } else return found.is === "refused" ? found : null;
    }
    return null;
  }

  /** The paths whose way has a step. */
  through(step: string): readonly string[] {
    return [...this.#ways].filter(([, { steps }]) => steps.has(step)).map(([base]) => base);
  }

  /** Whether a folder tells of any way. */
  needs(folder: string): boolean {
    return [...this.#ways.values()].some(({ folders }) => folders.has(folder));
  }

  /** Forgets all ways that are not wanted any more; gives the folders that told of them. */
  keepOnly(isWanted: (base: string) => boolean): readonly string[] {
    const gone = [...this.#ways].filter(([base]) => !isWanted(base));
    for (const [base] of gone) this.#ways.delete(base);
    return gone.flatMap(([, { folders }]) => [...folders]);
  }
}

function namesOf(path: string): readonly string[] {
  return path.split("/").filter((name) => name !== "");
}
