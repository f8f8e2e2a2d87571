/**
 * Modules below folders whose names have a `?` or a `\` in them. Bun takes the one for the begin of a query and the other
 * for a slash, in paths and in URLs, encoded or not, so that it finds no such file. A module there is given a namespace of
 * its own. One thing does not work: to import from it by the URL of a file that has a `:` in its path, too, because then Bun
 * takes what is before that for a namespace.
 */
import { nodeFs } from "../shared/lazy_node.ts";

type Loader = "js" | "jsx" | "ts" | "tsx" | "json" | "toml" | "text";

/** The part of the runtime's plugins that is needed. */
interface PluginBuilder {
  onResolve(
    on: { readonly filter: RegExp; readonly namespace?: string },
    resolve: (asked: { readonly path: string; readonly importer: string }) =>
      | { readonly path: string; readonly namespace: string }
      | undefined,
  ): void;
  onLoad(
    on: { readonly filter: RegExp; readonly namespace: string },
    load: (asked: { readonly path: string }) => { readonly contents: string; readonly loader: Loader },
  ): void;
}

interface Runtime {
  readonly main: string;
  plugin(plugin: { name: string; setup(build: PluginBuilder): void }): void;
}

const ODD = /[?\\]/;
const NAMESPACE = "supervise-file";
/** The endings that an import may leave out. */
const ENDINGS = ["", ".ts", ".tsx", ".js", ".mjs", ".jsx", ".json", "/index.ts", "/index.js"];
const LOADERS: Readonly<Record<string, Loader>> = {
  ts: "ts",
  mts: "ts",
  cts: "ts",
  tsx: "tsx",
  jsx: "jsx",
  json: "json",
  toml: "toml",
  txt: "text",
};
/** Modules that have no `import.meta`. */
const WITHOUT_META = /\.(cjs|cts|json|toml|txt)$/;

/** An importer as Bun names it: with a slash before it if the import is a dynamic one. */
const IMPORTER = new RegExp(`^/?${NAMESPACE}:(.*)$`, "s");

let isInstalled = false;

/**
 * Makes a module importable that Bun would not find, and what it imports by relative paths or by the URLs of files.
 *
 * @param path Its absolute path.
 * @returns What to import it by; null for a module that Bun finds without help.
 */
export function oddSpecifier(path: string): string | null {
  const file = realPathOf(path);
  if (!ODD.test(file)) return null;
  install();
  return `${NAMESPACE}:${encoded(file)}`;
}

function install(): void {
  if (isInstalled) return;
  isInstalled = true;
  runtime().plugin({
    name: NAMESPACE,
    setup(build) {
      build.onResolve({ filter: /^/, namespace: NAMESPACE }, ({ path }) => ({ path, namespace: NAMESPACE }));
      build.onResolve({ filter: /^(\.{0,2}\/|file:)/ }, ({ path, importer }) => {
        const from = IMPORTER.exec(importer)?.[1];
        const file = from === undefined ? null : existing(absolute(path, decodeURIComponent(from)));
        if (file === null) return undefined;
        return ODD.test(file)
          ? { path: encoded(file), namespace: NAMESPACE }
          : { path: file, namespace: "file" };
      });
      build.onLoad({ filter: /^/, namespace: NAMESPACE }, ({ path }) => load(decodeURIComponent(path)));
    },
  });
}

function load(file: string): { readonly contents: string; readonly loader: Loader } {
  const text = nodeFs().readFileSync(file, "utf8");
  const loader = LOADERS[file.slice(file.lastIndexOf(".") + 1)] ?? "js";
  if (WITHOUT_META.test(file)) return { contents: text, loader };
  // In the first line, so that the numbers of all lines stay what they are; a #! would not be at its begin any more.
  return { contents: `${metaOf(file)}${text.replace(/^#!/, "//")}`, loader };
}

/** A module of a namespace does not know by itself where it is. */
function metaOf(file: string): string {
  const slash = file.lastIndexOf("/");
  const dirname = file.slice(0, slash);
  const values = {
    url: `file://${encoded(file)}`,
    path: file,
    filename: file,
    file: file.slice(slash + 1),
    dir: dirname,
    dirname,
    main: file === realPathOf(runtime().main),
  };
  return Object.entries(values).map(([name, value]) =>
    `Object.defineProperty(import.meta, "${name}", { value: ${JSON.stringify(value)} });`
  ).join("");
}

function absolute(specifier: string, importer: string): string {
  if (specifier.startsWith("file:")) return decodeURIComponent(specifier.replace(/^file:(\/\/)?/, ""));
  if (specifier.startsWith("/")) return specifier;
  return `${importer.slice(0, importer.lastIndexOf("/"))}/${specifier}`;
}

function encoded(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** The real path of a file that an import names; null if there is none. */
function existing(path: string): string | null {
  const fs = nodeFs();
  for (const ending of ENDINGS) {
    if (fs.statSync(`${path}${ending}`, { throwIfNoEntry: false })?.isFile()) {
      return realPathOf(`${path}${ending}`);
    }
  }
  return null;
}

function realPathOf(path: string): string {
  try {
    return nodeFs().realpathSync(path);
  } catch {
    return path;
  }
}

function runtime(): Runtime {
  return (globalThis as unknown as { readonly Bun: Runtime }).Bun;
}
