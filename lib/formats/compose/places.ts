/** Where the folders of a container are on this machine: what is mounted, and what its image was made from. */
import { folderOf, normalizePath, resolvePath } from "../../base/posix_path.ts";
import { valueOf } from "../document/access.ts";
import type { MapNode, Node } from "../document/node.ts";
import type { Variables } from "../variables/variables.ts";

/** A folder or a file of a container, and what it is here. */
export interface Place {
  /** Absolute path in the container. */
  readonly inside: string;
  /** Absolute path here. */
  readonly here: string;
}

/** An entry of `volumes`. */
export interface Volume {
  readonly at: Node;
  readonly type: "bind" | "volume" | "tmpfs" | "other";
  /** A path, absolute for a bind, or the name of a volume; null for one without a name. */
  readonly source: string | null;
  readonly target: string;
}

/** The volumes of a service; what is none of them is left out. */
export function volumesOf(keys: MapNode, variables: Variables): readonly Volume[] {
  const list = valueOf(keys, "volumes");
  if (list === null || list.kind !== "list") return [];
  return list.items.flatMap((item) => volumeOf(item, variables) ?? []);
}

function volumeOf(item: Node, variables: Variables): Volume | null {
  if (item.kind === "list") return null;
  if (item.kind === "scalar") return item.value === null ? null : shortVolume(item, variables);
  const target = valueOf(item, "target");
  if (target === null) return null;
  const read = (key: string) => {
    const value = valueOf(item, key);
    return value === null ? null : variables.now(value, `\`${key}\` of a volume`);
  };
  const type = read("type") ?? "volume";
  const source = read("source");
  return {
    at: item,
    type: type === "bind" || type === "volume" || type === "tmpfs" ? type : "other",
    source: source !== null && type === "bind" ? resolvePath(folderOf(item.file), source) : source,
    target: normalizePath(variables.now(target, "`target` of a volume")),
  };
}

/** `SOURCE:TARGET:MODE`, or the target alone. */
function shortVolume(item: Node, variables: Variables): Volume {
  const text = variables.now(item, "an item of `volumes`");
  const [first = "", second] = text.split(":");
  if (second === undefined) return { at: item, type: "volume", source: null, target: normalizePath(first) };
  const isBind = /^(?:[./~]|$)/.test(first);
  return {
    at: item,
    type: isBind ? "bind" : "volume",
    source: isBind ? resolvePath(folderOf(item.file), first) : first,
    target: normalizePath(second),
  };
}

/** The path here for a path of a container; null if the path is of the image alone. */
export function placeHere(path: string, places: readonly Place[]): string | null {
  const inside = normalizePath(path);
  const best = places.filter((place) => place.inside === inside || inside.startsWith(`${place.inside}/`))
    .toSorted((one, other) => other.inside.length - one.inside.length)[0];
  return best === undefined ? null : normalizePath(`${best.here}${inside.slice(best.inside.length)}`);
}

/** `path` as seen from `folder`: `.`, `web`, `../web`; as it is, if they share nothing. Both are absolute. */
export function relativeTo(folder: string, path: string): string {
  const from = folder.split("/").filter((part) => part !== "");
  const to = path.split("/").filter((part) => part !== "");
  let shared = 0;
  while (shared < from.length && shared < to.length && from[shared] === to[shared]) shared++;
  if (shared === 0 && from.length > 0) return path;
  const parts = [...from.slice(shared).map(() => ".."), ...to.slice(shared)];
  return parts.length === 0 ? "." : parts.join("/");
}
