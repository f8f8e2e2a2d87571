/** Looks what is there to run in a folder. Nothing of it is run, and nothing is written. */
import { nameSome } from "../../base/name_some.ts";
import { addActor, type DraftTree, draftTree } from "../draft.ts";
import { foreignFiles, type ProjectSource } from "./foreign_files.ts";
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

/** Files that are of interest by their names alone, also if they cannot be read. */
const TELLING = new RegExp(
  `^(?:${
    [
      "procfile.*|.*compose.*\\.ya?ml|supervisord.*\\.(?:conf|ini)|(?:ecosystem|mprocs|pitchfork)\\..*",
      "package\\.json|gemfile|go\\.mod|cargo\\.toml|pyproject\\.toml|requirements\\.txt|(?:gnu)?makefile",
    ].join("|")
  })$`,
  "i",
);

/** The proposals that were found, the likeliest first. */
export interface Project {
  readonly proposals: readonly Proposal[];
  readonly unusable: readonly Unusable[];
}

/**
 * The ways to run a folder: files of other tools that run a project come before the scripts and the usual servers of
 * languages, and those before a Makefile and the units of a machine. If there is nothing, the folders in it are looked at as
 * parts of one project.
 */
export async function findProject(source: ProjectSource): Promise<Project> {
  const folder = projectFolder(source.disk, source.path);
  const { ofProject, ofMachine } = await foreignFiles(source, folder);
  const own = sorted(detected(folder, DETECTORS));
  const foreign = sorted([...ofProject, ...ofMachine]);
  const proposals = [...sorted(ofProject).proposals, ...own.proposals, ...sorted(ofMachine).proposals];
  const unread = unreadIn(folder);
  // A library beside a Procfile is no news.
  if (proposals.length > 0) return { proposals, unusable: [...unread, ...foreign.unusable] };
  const unusable = [...unread, ...foreign.unusable, ...own.unusable];
  const parts = joined(folder);
  return { proposals: parts === null ? [] : [parts], unusable };
}

function unreadIn(folder: ProjectFolder): readonly Unusable[] {
  return [...folder.files(), ...folder.folders()].filter((name) => TELLING.test(name)).flatMap((file) => {
    const why = folder.whyUnread(file);
    return why === null ? [] : [{ file, why }];
  });
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
  return files.length === 0 ? null : { file: nameSome(files), files, title: "folders", draft, findings: [] };
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
