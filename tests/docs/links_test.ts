/** Every link of a page to another page, to a file or to a heading leads somewhere. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "../harness/test.ts";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const LINK = /\]\(([^()\s]+)\)/g;
const HEADING = /^#{1,6} (.+)$/gm;

function pages(): readonly string[] {
  const below = (folder: string) =>
    (readdirSync(join(ROOT, folder), { recursive: true }) as string[]).map((name) => join(folder, name));
  const all = [
    ...readdirSync(ROOT),
    ...below("docs"),
    ...below("lib"),
    ...below("bench"),
    ...below("examples"),
  ];
  // The site that is built below `docs` has copies of the pages.
  return all.filter((name) => name.endsWith(".md") && !/(?:^|\/)(?:node_modules|\.vitepress)\//.test(name));
}

const textOf = (page: string) => readFileSync(join(ROOT, page), "utf8").replace(/^```[^]*?^```$/gm, "");

/** The anchors of a page's headings, as those make them who show it. */
function anchorsOf(page: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  return new Set([...textOf(page).matchAll(HEADING)].map(([, heading]) => {
    const slug = heading!.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase().replace(
      /[^\p{L}\p{N}_ -]/gu,
      "",
    ).trim()
      .replaceAll(" ", "-");
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  }));
}

test("pages: every link within the project leads somewhere", () => {
  const broken = pages().flatMap((page) =>
    [...textOf(page).matchAll(LINK)].map(([, target]) => target!).filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const [path, anchor] = target.split("#");
        const file = path === "" ? page : relative(ROOT, resolve(ROOT, dirname(page), path!));
        if (!existsSync(join(ROOT, file))) return true;
        return anchor !== undefined && file.endsWith(".md") && !anchorsOf(file).has(anchor);
      }).map((target) => `${page}: ${target}`)
  );
  assert.deepEqual(broken, []);
});

test("pages: the index lists every page of its folder", () => {
  const listed = new Set(
    [...textOf("docs/index.md").matchAll(LINK)].map(([, target]) => join("docs", target!.split("#")[0]!)),
  );
  const unlisted = pages().filter((page) => page.startsWith("docs/") && page !== "docs/index.md")
    .filter((page) => !listed.has(page));
  assert.deepEqual(unlisted, []);
});
