/** Files that `secrets` and `configs` put into a container, as those of this machine that they are. */
import { folderOf, resolvePath } from "../../base/posix_path.ts";
import { valueOf } from "../document/access.ts";
import type { Entry, MapNode, Node } from "../document/node.ts";
import type { Variables } from "../variables/variables.ts";
import type { Project } from "./load_project.ts";
import { type Place, placeHere } from "./places.ts";
import { fromFile, type ServiceContext } from "./service.ts";

/** Absolute paths by the names of secrets and configs: `secrets db-password`. */
export type MountedFiles = ReadonlyMap<string, string>;

const FOLDERS: Readonly<Record<string, string>> = { secrets: "/run/secrets/", configs: "/" };

/** The secrets and configs of a project that are files. */
export function mountedFilesOf({ top }: Project, variables: Variables): MountedFiles {
  return new Map(
    top.filter(({ key, value }) => Object.hasOwn(FOLDERS, key) && value.kind === "map").flatMap((
      { key, value },
    ) =>
      [...(value as MapNode).entries.values()].flatMap(({ key: name, value: one }): [string, string][] => {
        const file = one.kind === "map" ? valueOf(one, "file") : null;
        if (file === null) return [];
        return [[`${key} ${name}`, resolvePath(folderOf(file.file), variables.now(file, "`file`"))]];
      })
    ),
  );
}

/** Where a service finds them in its container, and where they are here. */
export function placesOfFiles(keys: MapNode, files: MountedFiles, variables: Variables): readonly Place[] {
  return Object.keys(FOLDERS).flatMap((key) =>
    itemsOf(keys, key).flatMap((item) => {
      const { name, inside } = mountOf(item, key, variables);
      const here = files.get(`${key} ${name}`);
      return here === undefined ? [] : [{ inside, here }];
    })
  );
}

/** Tells of `secrets` or `configs` of a service. */
export function tellMountedFiles(context: ServiceContext, { key }: Entry): void {
  const { service, project: { variables, folder }, places, findings } = context;
  for (const item of itemsOf(service.keys, key)) {
    const { name, inside } = mountOf(item, key, variables);
    const here = placeHere(inside, places);
    if (here === null) {
      findings.lost(
        item,
        `${key} ${name}`,
        "nothing is mounted",
        `have the program read it elsewhere than in ${inside}`,
      );
    } else {
      findings.changed(
        item,
        `${key} ${name}`,
        fromFile(here, folder),
        `nothing is mounted: arguments and variables that say ${inside} say this file now`,
      );
    }
  }
}

function itemsOf(keys: MapNode, key: string): readonly Node[] {
  const list = valueOf(keys, key);
  return list?.kind === "list" ? list.items : [];
}

function mountOf(item: Node, key: string, variables: Variables): { name: string; inside: string } {
  const read = (name: string) => {
    const value = item.kind === "map" ? valueOf(item, name) : null;
    return value === null ? null : variables.now(value, `\`${name}\` of \`${key}\``);
  };
  const name = item.kind === "map" ? read("source") ?? "" : variables.now(item, `an item of \`${key}\``);
  const target = read("target") ?? name;
  return { name, inside: target.startsWith("/") ? target : `${FOLDERS[key]}${target}` };
}
