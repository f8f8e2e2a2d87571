/** Compiling texts in tests: one folder, one environment, and env files by path. */
import assert from "node:assert/strict";
import { compile, type Compiled } from "../../lib/config/compile.ts";
import type { IncludeDisk } from "../../lib/config/include/disk.ts";
import { decodeText } from "../../lib/config/text/decode_text.ts";
import type { ActorSpec, NodeSpec, Plan, TreeSpec } from "../../lib/config/plan.ts";

/** What a test may set beside the text. */
export interface Surroundings {
  readonly environment?: Readonly<Record<string, string>>;
  /** Other files by their paths; a text behind `-> ` is the target of a link. */
  readonly files?: Readonly<Record<string, string>>;
  readonly file?: string;
  /** The active ones. */
  readonly profiles?: readonly string[];
  /** Numbers of replicas that are not those of the file. */
  readonly replicas?: ReadonlyMap<string, number>;
}

const FILE = "/srv/shop/supervise.toml";

/** Compiles `text` as `/srv/shop/supervise.toml`. */
export function compileText(
  text: string,
  { environment, files, file, profiles, replicas }: Surroundings = {},
): Compiled {
  return compile({
    file: file ?? FILE,
    text,
    environment: environment ?? {},
    readFile: (path) => {
      const text = files?.[path];
      return text === undefined ? { why: "there is no such file" } : { text };
    },
    disk: diskOf(files ?? {}),
    profiles: profiles ?? [],
    replicas: replicas ?? new Map(),
    scriptCommand: ["/usr/bin/supervise", "script"],
    actorCommand: ["/usr/bin/supervise", "actor"],
    supervise: () => "/usr/bin/supervise",
  });
}

const LINK = "-> ";

/** A disk with these files, by their absolute paths. */
export function diskOf(files: Readonly<Record<string, string>>): IncludeDisk {
  const paths = Object.keys(files);
  const targetOf = (path: string): string => {
    const text = files[path];
    return text?.startsWith(LINK) ? targetOf(text.slice(LINK.length)) : path;
  };
  const isFolder = (path: string) => paths.some((below) => below.startsWith(`${targetOf(path)}/`));
  return {
    exists: (path) => files[path] !== undefined || isFolder(path),
    list: (folder) => {
      const below = paths.filter((path) => path.startsWith(`${folder}/`));
      const names = new Set(below.map((path) => path.slice(folder.length + 1).split("/")[0]!));
      return [...names].map((name) => {
        const path = `${folder}/${name}`;
        return { name, isFolder: isFolder(path), isLink: files[path]?.startsWith(LINK) === true };
      });
    },
    read: (path) => {
      const file = targetOf(path);
      const text = files[file];
      if (text === undefined) return { why: isFolder(path) ? "it is a folder" : "there is no such file" };
      return { file, ...decodeText(file, new TextEncoder().encode(text)) };
    },
  };
}

/** The plan of a text without errors. */
export function planOf(text: string, surroundings?: Surroundings): Plan {
  const { plan, problems } = compileText(text, surroundings);
  assert.ok(plan !== null, JSON.stringify(problems, null, 2));
  return plan;
}

/** The node at `path` of the plan of a text without errors. */
export function nodeOf(text: string, path: string, surroundings?: Surroundings): NodeSpec {
  const node = planOf(text, surroundings).nodes.find((candidate) => candidate.path === path);
  assert.ok(node !== undefined, `no node ${path}`);
  return node;
}

/** The actor at `path`. */
export function actorOf(text: string, path: string, surroundings?: Surroundings): ActorSpec {
  const node = nodeOf(text, path, surroundings);
  assert.ok(node.kind !== "tree");
  return node;
}

/** The supervisor at `path`. */
export function treeOf(text: string, path: string, surroundings?: Surroundings): TreeSpec {
  const node = nodeOf(text, path, surroundings);
  assert.ok(node.kind === "tree");
  return node;
}

/** The problems of a text as `name line:column message`. */
export function problemsOf(text: string, surroundings?: Surroundings): readonly string[] {
  return compileText(text, surroundings).problems
    .map(({ name, file, line, column, message }) => {
      const where = file === (surroundings?.file ?? FILE) ? "" : `${file.replace("/srv/shop/", "")}:`;
      return `${name.replace("config/", "")} ${where}${line}:${column} ${message}`;
    });
}

/** What the only problem of a text advises. */
export function adviceOf(
  text: string,
  surroundings?: Surroundings,
): { message: string; expected: string | null; hint: string | null } {
  const { problems } = compileText(text, surroundings);
  assert.equal(problems.length, 1, JSON.stringify(problems, null, 2));
  const { message, expected, hint } = problems[0]!;
  return { message, expected, hint };
}
