/** The typings of the library: what the compiler says of `mod.ts` and of everything that its types name. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { run } from "../run.ts";

/** A reference to another file, on a line that is no comment. */
const REFERENCE = /^(?!\s*\*)(.*(?:\bfrom\s+|\bimport\(|^import\s+))"(\.[^"]+)\.ts"/gm;

/** Writes the typings into a folder, and nothing that the library's names do not lead to. `mod.d.ts` is the first of them. */
export async function writeTypings(root: string, folder: string): Promise<void> {
  const all = `${folder}-all`;
  rmSync(all, { recursive: true, force: true });
  await run([
    join(root, "node_modules/.bin/tsc"),
    "--project",
    join(root, "packaging/npm/tsconfig.json"),
    "--outDir",
    all,
  ]);
  const pending = [join(all, "mod.d.ts")];
  const seen = new Set<string>();
  while (pending.length > 0) {
    const file = pending.pop()!;
    if (seen.has(file)) continue;
    seen.add(file);
    const text = readFileSync(file, "utf8");
    for (const [, , name] of text.matchAll(REFERENCE)) pending.push(resolve(dirname(file), `${name}.d.ts`));
    const to = join(folder, relative(all, file));
    mkdirSync(dirname(to), { recursive: true });
    // Under the names that files have for a program that imports the package.
    writeFileSync(to, text.replace(REFERENCE, '$1"$2.js"'));
  }
  rmSync(all, { recursive: true });
}
