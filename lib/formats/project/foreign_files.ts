/** Files of other tools in the folder of a project, through the importers of `import`. */
import { nameSome } from "../../base/name_some.ts";
import { UserError } from "../../base/user_error.ts";
import type { IncludeDisk } from "../../config/include/disk.ts";
import type { Importer, SourceText } from "../importer.ts";
import { IMPORTERS } from "../importers.ts";
import type { ProjectFolder, Proposal, Unusable } from "./proposal.ts";

/** A larger file is none that describes processes. */
const MOST_CHARACTERS = 1_000_000;

/** A file that its tool reads together with the one that is called so without it. */
const OVERLAY = /[.-](?:override|local)(?=\.)/;

/** Where to look. */
export interface ProjectSource {
  /** Absolute path of the folder. */
  readonly path: string;
  readonly disk: IncludeDisk;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Files that are not looked at: that which is to be written. */
  readonly except: readonly string[];
}

/** The results of reading the files of other tools. */
export interface ForeignFiles {
  /** Those of tools that run a project. */
  readonly ofProject: readonly (Proposal | Unusable)[];
  /** Those of which a machine has many, as systemd has units: what they name is installed, and is not this project's code. */
  readonly ofMachine: readonly (Proposal | Unusable)[];
}

/** Of two of the same tool, the one for development is the first. */
export async function foreignFiles(
  source: ProjectSource,
  folder: ProjectFolder,
  importers: readonly (() => Promise<Importer>)[] = Object.values(IMPORTERS),
): Promise<ForeignFiles> {
  const texts = textsIn(source, folder);
  const ofProject: (Proposal | Unusable)[] = [];
  const ofMachine: (Proposal | Unusable)[] = [];
  for (const load of importers) {
    const importer = await load();
    const isOneOfMany = importer.isOneOfMany ?? (() => false);
    const recognized = [...texts].filter(([name, text]) => importer.recognizes(name, text));
    for (const [name] of recognized) texts.delete(name);
    const group = recognized.filter(([name]) => isOneOfMany(name));
    if (group.length > 0) ofMachine.push(await imported(source, importer, group));
    for (const one of recognized) {
      if (!isOneOfMany(one[0])) ofProject.push(await imported(source, importer, [one]));
    }
  }
  return { ofProject, ofMachine };
}

type NamedText = readonly [name: string, text: string];

function textsIn({ except }: ProjectSource, folder: ProjectFolder): Map<string, string> {
  const names = folder.files().filter((name) => !except.includes(name))
    .toSorted((a, b) => Number(b.includes("dev")) - Number(a.includes("dev")));
  const isOverlay = (name: string) => OVERLAY.test(name) && names.includes(name.replace(OVERLAY, ""));
  const texts = names.filter((name) => !isOverlay(name)).map((name) =>
    [name, folder.text(name) ?? ""] as const
  );
  return new Map(texts.filter(([, text]) => text.length <= MOST_CHARACTERS));
}

async function imported(
  { path, disk, environment }: ProjectSource,
  importer: Importer,
  named: readonly NamedText[],
): Promise<Proposal | Unusable> {
  const files = named.map(([name]) => name);
  const file = nameSome(files);
  const [first, ...others] = named.map(([name, text]): SourceText => ({ file: `${path}/${name}`, text }));
  try {
    const { draft, findings } = await importer.read({ ...first!, others, disk, environment });
    const isEmpty = draft.actors.length === 0 && draft.trees.length === 0;
    if (isEmpty) return { file, why: "nothing in it can be run here" };
    return { file, files, title: importer.title, draft, findings };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { file, why: error.message };
  }
}
