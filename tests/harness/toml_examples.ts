import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A configuration out of the documentation; many are parts of one. */
export interface TomlExample {
  readonly name: string;
  readonly text: string;
}

/** The files in `examples`, and the `toml` blocks of the README and the pages. */
export function examplesOf(root: string): readonly TomlExample[] {
  const read = (file: string) => readFileSync(join(root, file), "utf8");
  const pages = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md")).map((name) =>
    `docs/${name}`
  );
  const files = readdirSync(join(root, "examples"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".toml")).map((name) => `examples/${name}`);
  return [
    ...files.map((name) => ({ name, text: read(name) })),
    ...["README.md", ...pages].flatMap((page) =>
      [...read(page).matchAll(/^```toml\n([^]*?)^```$/gm)].map(([, text], index) => ({
        name: `${page} #${index + 1}`,
        text: text!,
      }))
    ),
  ];
}
