/** Finds the examples in the documentation: each is a whole program, which imports the library as `"supervise"`. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A program out of the documentation. */
export interface Example {
  /** The file that it is in, and what it is about. */
  readonly name: string;
  /** The guide that it is from, or the library, whose comments have one or two a file. */
  readonly page: string;
  readonly code: string;
}

/** Comments of methods stand further in. */
const DOC_EXAMPLE = /@example ?(.*)\n((?: +\* .*\n| +\*\n)*?) +\* ```ts\n((?: +\*.*\n)*?) +\* ```/g;
const GUIDE_EXAMPLE = /^```ts\n([^]*?)^```$/gm;
const HEADING = /^#+ (.+)$/gm;

/** The `@example` blocks of the library's own comments, and the `ts` blocks of the pages in `docs`. */
export function findExamples(root: string): readonly Example[] {
  const sources = ["mod.ts", ...filesIn(root, "lib", ".ts")];
  const pages = filesIn(root, "docs", ".md");
  const read = (file: string) => readFileSync(join(root, file), "utf8");
  return [
    ...sources.flatMap((file) => inComments(file, read(file))),
    ...pages.flatMap((file) => inPage(file, read(file))),
  ];
}

function inComments(file: string, text: string): readonly Example[] {
  return [...text.matchAll(DOC_EXAMPLE)].map(([, title, , code]) => ({
    name: `${file}: ${title === "" ? "example" : title}`,
    page: "the library",
    code: code!.replace(/^ +\* ?/gm, ""),
  }));
}

/** By line and by the heading above: a heading may have several examples. */
function inPage(file: string, text: string): readonly Example[] {
  return [...text.matchAll(GUIDE_EXAMPLE)].map(({ index, 1: code }) => {
    const before = text.slice(0, index);
    const heading = [...before.matchAll(HEADING)].at(-1)?.[1] ?? "";
    return { name: `${file}:${before.split("\n").length}: ${heading}`, page: file, code: code! };
  });
}

function filesIn(root: string, folder: string, extension: string): readonly string[] {
  const files = readdirSync(join(root, folder), { recursive: true }) as string[];
  const own = files.filter((file) => file.endsWith(extension) && !file.includes("node_modules"));
  return own.sort().map((file) => `${folder}/${file}`);
}
