/** A package of Node, Bun or Deno: the scripts of its package.json, or those of the packages of its workspace. */
import { type DraftTree, draftTree } from "../draft.ts";
import { matchingFolders } from "./matching_folders.ts";
import { folderIn } from "./project_folder.ts";
import type { Detector, ProjectFolder } from "./proposal.ts";
import { addServer } from "./server.ts";

const FILE = "package.json";

/** Of these the first one is taken. */
const MAIN = ["dev", "develop", "start:dev", "start", "serve", "server"];
/** These run beside the main one. */
const BESIDE = new Set(["worker", "workers", "queue", "jobs", "scheduler"]);

/** A script that only starts others, for which supervise is there. */
const STARTS_OTHERS = /\b(?:concurrently|npm-run-all|run-p|mprocs|foreman|overmind)\b/;
const REFERENCE =
  /(?:npm:|\b(?:npm|pnpm|yarn|bun)\s+(?:run\s+|run-script\s+)?)([\w:.*-]+)|(?<=\brun-p\s(?:.*\s)?)([\w:.*-]+)/g;

/** The files that package managers leave behind, the most telling first. */
const LOCK_FILES: readonly (readonly [file: string, manager: string])[] = [
  ["pnpm-lock.yaml", "pnpm"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
  ["yarn.lock", "yarn"],
  ["package-lock.json", "npm"],
];

/** The names that are there when packages have been installed. */
const INSTALLED = ["node_modules", ".pnp.cjs"];

/** The parts of a package.json that are used. */
interface Manifest {
  readonly hasDependencies: boolean;
  readonly scripts: Readonly<Record<string, string>>;
  readonly workspaces: readonly string[];
  readonly packageManager: string | null;
}

/** See the module. */
export const node: Detector = (folder) => {
  const text = folder.text(FILE);
  if (text === null) return null;
  const manifest = readManifest(text);
  if (manifest === null) return { file: FILE, why: "it is no JSON object" };
  const manager = managerOf(folder, manifest);
  const draft = draftTree();
  for (const path of matchingFolders(folder, workspacesOf(folder, manifest), FILE)) {
    addMember(draft, { manager, path, member: folderIn(folder, path) });
  }
  const isWorkspace = draft.actors.length > 0;
  if (!isWorkspace) addScripts(draft, manager, manifest.scripts);
  if (draft.actors.length === 0 && folder.has("server.js")) {
    addServer(draft, { name: "server", argv: ["node", "server.js"], why: "The server of this folder." });
  }
  if (draft.actors.length === 0) {
    return { file: FILE, why: "it has no script that serves, such as dev or start" };
  }
  const title = isWorkspace ? `the packages of a workspace (${manager})` : `scripts of ${manager}`;
  const isInstalled = INSTALLED.some((name) => folder.has(name));
  const needsPackages = isWorkspace || manifest.hasDependencies;
  const before = needsPackages && !isInstalled ? { before: `${manager} install` } : {};
  return { file: FILE, title, draft, findings: [], ...before };
};

/** Each package of a workspace has one script that is its server. */
function addMember(
  draft: DraftTree,
  { manager, path, member }: {
    readonly manager: string;
    readonly path: string;
    readonly member: ProjectFolder;
  },
): void {
  const scripts = readManifest(member.text(FILE) ?? "")?.scripts ?? {};
  const script = MAIN.find((name) => Object.hasOwn(scripts, name));
  if (script === undefined) return;
  addServer(draft, {
    name: path.slice(path.lastIndexOf("/") + 1),
    argv: [manager, "run", script],
    why: whyOf(script, scripts, `${path}/${FILE}`),
    cwd: path,
  });
}

function addScripts(draft: DraftTree, manager: string, scripts: Manifest["scripts"]): void {
  const main = MAIN.find((name) => Object.hasOwn(scripts, name));
  const parts = main === undefined ? [] : partsOf(main, scripts);
  const beside = Object.keys(scripts).filter((name) => BESIDE.has(name) && !parts.includes(name));
  for (const script of [...parts, ...beside]) {
    addServer(draft, {
      name: script.startsWith(`${main}:`) ? script.slice(main!.length + 1) : script,
      argv: [manager, "run", script],
      why: whyOf(script, scripts, FILE),
    });
  }
}

/** The scripts that a script starts side by side, or the script itself. */
function partsOf(main: string, scripts: Manifest["scripts"]): readonly string[] {
  const text = scripts[main]!;
  if (!STARTS_OTHERS.test(text)) return [main];
  const named = [...text.matchAll(REFERENCE)].flatMap(([, byRunner, byRunP]) => {
    const name = (byRunner ?? byRunP)!;
    const isMeant = name.endsWith("*")
      ? (script: string) => script.startsWith(name.slice(0, -1))
      : (script: string) => script === name;
    return Object.keys(scripts).filter((script) => script !== main && isMeant(script));
  });
  const parts = [...new Set(named)];
  return parts.length > 1 ? parts : [main];
}

function whyOf(script: string, scripts: Manifest["scripts"], file: string): string {
  const text = scripts[script]!;
  return `The script ${script} of ${file}${text.length > 60 ? "" : `: ${text}`}`;
}

function managerOf(folder: ProjectFolder, { packageManager }: Manifest): string {
  const named = /^(npm|pnpm|yarn|bun)@/.exec(packageManager ?? "")?.[1];
  return named ?? LOCK_FILES.find(([file]) => folder.has(file))?.[1] ?? "npm";
}

function workspacesOf(folder: ProjectFolder, { workspaces }: Manifest): readonly string[] {
  const text = folder.text("pnpm-workspace.yaml");
  return text === null ? workspaces : packagesIn(text);
}

/** The list under `packages:`; nothing else is of interest in that file. */
function packagesIn(yaml: string): readonly string[] {
  const [, list = ""] = /^packages:[ \t]*\n((?:[ \t]*(?:-.*|#.*)?\n?)*)/m.exec(yaml) ?? [];
  return [...list.matchAll(/^[ \t]*-[ \t]*(["']?)([^"'#\n]+)\1/gm)].map(([, , pattern]) => pattern!.trim());
}

function readManifest(text: string): Manifest | null {
  const value = parsed(text);
  if (!isObject(value)) return null;
  const { scripts, workspaces, packageManager, dependencies, devDependencies } = value;
  const globs = isObject(workspaces) ? workspaces["packages"] : workspaces;
  return {
    hasDependencies: [dependencies, devDependencies].some((named) =>
      isObject(named) && Object.keys(named).length > 0
    ),
    scripts: Object.fromEntries(
      Object.entries(isObject(scripts) ? scripts : {}).filter((entry): entry is [string, string] =>
        typeof entry[1] === "string"
      ),
    ),
    workspaces: Array.isArray(globs) ? globs.filter((glob) => typeof glob === "string") : [],
    packageManager: typeof packageManager === "string" ? packageManager : null,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
