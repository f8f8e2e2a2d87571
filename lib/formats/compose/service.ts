/** A service while it is turned into an actor. */
import type { IncludeDisk } from "../../config/include/disk.ts";
import type { DraftActor } from "../draft.ts";
import type { KeyFindings } from "../document/key_findings.ts";
import type { Entry, Node } from "../document/node.ts";
import type { Variables } from "../variables/variables.ts";
import type { Host } from "./hosts.ts";
import { localize } from "./hosts.ts";
import type { KnownImage } from "./known_images.ts";
import type { Service } from "./load_project.ts";
import { type Place, placeHere, relativeTo, type Volume } from "./places.ts";

/** The context that all services of a project share. */
export interface ProjectContext {
  /** The folder of the file, which that of ours is to be beside. */
  readonly folder: string;
  readonly disk: IncludeDisk;
  readonly variables: Variables;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly services: ReadonlyMap<string, Service>;
  /** Absolute paths of secrets and configs that are files: `secrets db-password`. */
  readonly mountedFiles: ReadonlyMap<string, string>;
  /** Names of actors by those of the services that become one. */
  readonly actors: ReadonlyMap<string, string>;
  /** Services that have a probe of ours which says when they are ready. */
  readonly probed: ReadonlySet<string>;
  /** Services that have an end of their own. */
  readonly oneShots: ReadonlySet<string>;
}

/** See the module. */
export interface ServiceContext {
  readonly service: Service;
  readonly actor: DraftActor;
  readonly findings: KeyFindings;
  readonly project: ProjectContext;
  readonly places: readonly Place[];
  readonly volumes: readonly Volume[];
  /** The folder that it runs in, absolute, and null where that is the one of the file. */
  readonly cwd: string | null;
  /** The program that is run instead of its image; null for what is run as it is. */
  readonly known: { readonly image: KnownImage; readonly port: number } | null;
}

/** Where a key of the actor is, for a finding: `actors.web restart`. */
export function toKey({ actor }: ServiceContext, key: string): string {
  return `actors.${actor.name} ${key}`.trimEnd();
}

/** Names of services that a text had as hosts are added to `names`. */
export function localText(
  node: Node,
  what: string,
  { project }: ServiceContext,
  names: Set<string>,
  variable: string | null = null,
): string {
  const { text, names: found } = localize(project.variables.text(node, what), project.hosts, variable);
  for (const name of found) names.add(name);
  return text;
}

/** A word of a command, with paths of the container as those of this machine. */
export function localWord(word: string, isProgram: boolean, context: LocalFolders): string {
  const { project, places, cwd } = context;
  const folder = cwd ?? project.folder;
  if (word.startsWith("/")) {
    const here = placeHere(word, places);
    if (here === null) return word;
    return isProgram ? fromFile(here, project.folder) : argument(here, folder, project.folder);
  }
  // A program with a slash is looked for from the folder of the file, not from where it runs.
  const isRelative = isProgram && /^\.{0,2}[^$]*\//.test(word) && folder !== project.folder;
  return isRelative ? fromFile(`${folder}/${word.replace(/^\.\//, "")}`, project.folder) : word;
}

/** The folders that paths of a command are relative to. */
export type LocalFolders = Pick<ServiceContext, "project" | "places" | "cwd">;

function argument(here: string, cwd: string, folder: string): string {
  const relative = fromFile(here, cwd);
  return relative === "." || relative.startsWith("./") ? relative : wholePath(here, folder);
}

/** A path as our file writes it. */
export function fromFile(here: string, folder: string): string {
  const relative = relativeTo(folder, here);
  return /^(?:\.\.?(?:\/|$)|\/)/.test(relative) ? relative : `./${relative}`;
}

/** A path that means the same from every folder. */
export function wholePath(here: string, folder: string): string {
  const relative = relativeTo(folder, here);
  return relative.startsWith("/") ? relative : `\${dir}/${relative}`;
}

/** Tells that names of services in a value became this machine. */
export function tellHosts(
  context: ServiceContext,
  entry: Entry,
  to: string,
  names: ReadonlySet<string>,
): void {
  if (names.size === 0) return;
  const list = [...names].join(", ");
  context.findings.changed(entry, entry.key, to, `${list} ${names.size === 1 ? "is" : "are"} 127.0.0.1 here`);
}
