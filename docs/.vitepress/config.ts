/** The site: all pages of this folder, searched in the browser; a link that leads nowhere fails the build. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";

const DOCS = fileURLToPath(new URL("..", import.meta.url));

/** A page is called by its heading. */
function item(page: string) {
  const [, title] = /^# (.+)$/m.exec(readFileSync(`${DOCS}${page}`, "utf8"))!;
  return { text: title!, link: `/${page.replace(/\.md$/, "")}` };
}

/** The sections of the index are those of the sidebar. */
function sections() {
  const index = readFileSync(`${DOCS}index.md`, "utf8");
  return index.split(/^## /m).slice(1).map((section) => ({
    text: section.split("\n")[0]!,
    items: [...section.matchAll(/\]\(([\w/]+\.md)\)/g)].map(([, page]) => item(page!)),
  }));
}

const pages = (readdirSync(DOCS, { recursive: true }) as string[]).filter((name) =>
  name.endsWith(".md") && !name.includes("node_modules")
);
const listed = new Set(sections().flatMap(({ items }) => items.map(({ link }) => `${link.slice(1)}.md`)));
const unlisted = pages.filter((page) => page !== "index.md" && !listed.has(page));
if (unlisted.length > 0) throw new Error(`not in index.md: ${unlisted}`);

export default defineConfig({
  title: "supervise",
  description: "Runs trees of processes and never loses track of one",
  cleanUrls: true,
  srcExclude: ["node_modules/**"],
  // Pages link to files of the repository, which the site does not have.
  ignoreDeadLinks: [/\.\.\/README/, /\.\.\/\.\.\//, /bench\/README/, /examples\//, /lib\//, /tests\//],
  /** Programs that read get the pages as they are written, by the list of them. */
  buildEnd({ outDir }) {
    for (const name of ["llms.txt", ...pages]) {
      mkdirSync(dirname(join(outDir, name)), { recursive: true });
      copyFileSync(join(DOCS, name), join(outDir, name));
    }
  },
  themeConfig: {
    search: { provider: "local" },
    sidebar: sections(),
    outline: "deep",
  },
  markdown: {
    // Placeholders of the language look like those of the generator.
    attrs: { disable: true },
  },
  vue: { template: { compilerOptions: { delimiters: ["[[[", "]]]"] } } },
});
