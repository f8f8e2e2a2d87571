/** The JSR package: the sources, and a manifest that takes @std and what else they import from the registries of Deno. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The versions of @std that the sources were checked with, under the names that JSR has for them. */
export const JSR_STD: Readonly<Record<string, string>> = {
  "@std/cli": "jsr:@std/cli@^1.0.32",
  "@std/streams": "jsr:@std/streams@^1.1.2",
};

/** Files of the sources that are a part of the package. */
const INCLUDED = ["mod.ts", "cli.ts", "lib", "README.md", "LICENSE", "CHANGELOG.md"];

/** Lays the package out in a folder. @param std What @std comes from; another map than {@linkcode JSR_STD} where JSR cannot be reached. */
export function layJsrPackage(
  root: string,
  folder: string,
  std: Readonly<Record<string, string>> = JSR_STD,
): void {
  mkdirSync(folder, { recursive: true });
  for (const name of INCLUDED) {
    cpSync(join(root, name), join(folder, name), {
      recursive: true,
      // The types of @std are those of its sources there.
      filter: (file) => !file.endsWith("std.d.ts") || std !== JSR_STD,
    });
  }
  const { version, license, imports, compilerOptions } = JSON.parse(
    readFileSync(join(root, "deno.json"), "utf8"),
  );
  const others = Object.entries(imports).filter(([name]) =>
    !name.startsWith("@std/") && name !== "supervise"
  );
  const manifest = {
    name: "@supervise/supervise",
    version,
    license,
    exports: { ".": "./mod.ts", "./cli": "./cli.ts" },
    imports: { ...std, ...Object.fromEntries(others) },
    // Until the package is published, a trial of it has the packages of npm as the project has them.
    nodeModulesDir: "manual",
    compilerOptions,
    publish: { include: INCLUDED },
  };
  writeFileSync(join(folder, "deno.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}
