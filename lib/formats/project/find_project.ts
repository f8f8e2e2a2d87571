/** Looks what is there to run in a folder. Nothing of it is run, and nothing is written. */
import { nameSome } from "../../base/name_some.ts";
import { UserError } from "../../base/user_error.ts";
import type { IncludeDisk } from "../../config/include/disk.ts";
import { addActor, type DraftTree, draftTree } from "../draft.ts";
import type { Importer } from "../importer.ts";
import { IMPORTERS } from "../importers.ts";
import { go } from "./go.ts";
import { makefile } from "./makefile.ts";
import { node } from "./node.ts";
import { folderIn, projectFolder } from "./project_folder.ts";
import type { Detector, ProjectFolder, Proposal, Unusable } from "./proposal.ts";
import { python } from "./python.ts";
import { ruby } from "./ruby.ts";
import { rust } from "./rust.ts";
import { argvOf, execOf } from "./server.ts";

/** In the order in which they are proposed. */
const LANGUAGES: readonly Detector[] = [node, ruby, python, go, rust];
const DETECTORS: readonly Detector[] = [...LANGUAGES, makefile];

/** A larger file is none that describes processes. */
const MOST_CHARACTERS = 1_000_000;

/** Where to look. */
export interface ProjectSource {
  /** Absolute path of the folder. */
  readonly path: string;
  readonly disk: IncludeDisk;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Files that are not looked at: that which is to be written. */
  readonly except: readonly string[];
}

/** What was found, the likeliest first. */
export interface Project {
  readonly proposals: readonly Proposal[];
  readonly unusable: readonly Unusable[];
}

/**
 * What a folder has to run: files of other tools that start processes come before the scripts and the usual servers of
 * languages, and those before a Makefile. If there is nothing, the folders in it are looked at as parts of one project.
 */
export async function findProject(source: ProjectSource): Promise<Project> {
  const folder = projectFolder(source.disk, source.path);
  const found = [...await foreignFiles(source, folder), ...detected(folder, DETECTORS)];
  const project = sorted(found);
  if (project.proposals.length > 0) return project;
  const parts = joined(folder);
  return parts === null ? project : { ...project, proposals: [parts] };
}

function sorted(found: readonly (Proposal | Unusable)[]): Project {
  return {
    proposals: found.filter((one): one is Proposal => "draft" in one),
    unusable: found.filter((one): one is Unusable => "why" in one),
  };
}

function detected(folder: ProjectFolder, detectors: readonly Detector[]): readonly (Proposal | Unusable)[] {
  return detectors.map((detect) => detect(folder)).filter((one) => one !== null);
}

/** Those of other tools; of two of the same tool, the one for development is the first. */
async function foreignFiles(
  { path, disk, environment, except }: ProjectSource,
  folder: ProjectFolder,
): Promise<readonly (Proposal | Unusable)[]> {
  const names = folder.files().filter((name) => !except.includes(name))
    .toSorted((a, b) => Number(b.includes("dev")) - Number(a.includes("dev")));
  const texts = new Map(names.map((name) => [name, folder.text(name) ?? ""]));
  const found: (Proposal | Unusable)[] = [];
  for (const load of Object.values(IMPORTERS)) {
    const importer = await load();
    for (const [name, text] of texts) {
      if (text.length > MOST_CHARACTERS || !importer.recognizes(name, text)) continue;
      texts.delete(name);
      found.push(await imported(importer, name, { file: `${path}/${name}`, text, disk, environment }));
    }
  }
  return found;
}

async function imported(
  importer: Importer,
  name: string,
  source: Parameters<Importer["read"]>[0],
): Promise<Proposal | Unusable> {
  try {
    const { draft, findings } = await importer.read(source);
    const isEmpty = draft.actors.length === 0 && draft.trees.length === 0;
    if (isEmpty) return { file: name, why: "nothing in it can be run here" };
    return { file: name, title: importer.title, draft, findings };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { file: name, why: error.message };
  }
}

/** The folders of a project that has nothing in its own: a backend and a frontend, say. */
function joined(folder: ProjectFolder): Proposal | null {
  const draft = draftTree();
  const files: string[] = [];
  for (const name of folder.folders()) {
    const [part] = sorted(detected(folderIn(folder, name), LANGUAGES)).proposals;
    if (part === undefined) continue;
    files.push(`${name}/${part.file}`);
    addPart(draft, name, part.draft);
  }
  return files.length === 0 ? null : { file: nameSome(files), title: "folders", draft, findings: [] };
}

function addPart(whole: DraftTree, folder: string, part: DraftTree): void {
  for (const { name, comments, keys } of part.actors) {
    const actor = addActor(whole, part.actors.length === 1 ? folder : `${folder}-${name}`);
    actor.comments.push(...comments);
    const [program, ...args] = argvOf(keys.get("exec")!);
    // A program with a slash is looked for from the folder of the file.
    actor.keys.set("exec", execOf([program!.includes("/") ? `${folder}/${program}` : program!, ...args]));
    const cwd = keys.get("cwd");
    actor.keys.set("cwd", cwd === undefined ? folder : `${folder}/${cwd}`);
    for (const [key, value] of keys) if (!actor.keys.has(key)) actor.keys.set(key, value);
  }
}
