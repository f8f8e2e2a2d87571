/** The npm packages: one with the JavaScript, the typings and a launcher, and one with the binary for each machine. */
import { chmodSync, copyFileSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Target } from "../targets.ts";

const HERE = new URL("./", import.meta.url);

/** What every package says of itself. */
const ABOUT = {
  description: "Runs trees of processes and never loses track of one",
  license: "MIT",
  keywords: ["supervisor", "process", "actor", "structured-concurrency", "cli"],
};

/** What the package `supervise` is made of. */
export interface MainPackage {
  readonly version: string;
  /** A folder that `build_bundle.mjs` has made. */
  readonly bundle: string;
  /** A folder that `writeTypings` has made. */
  readonly typings: string;
  /** The machines that there are packages with binaries for. */
  readonly targets: readonly Target[];
  /** Files that stand beside it all: README, licences. */
  readonly texts: readonly (readonly [name: string, text: string])[];
}

/** Lays the package `supervise` out in a folder. */
export function layMainPackage(
  folder: string,
  { version, bundle, typings, targets, texts }: MainPackage,
): void {
  mkdirSync(join(folder, "bin"), { recursive: true });
  cpSync(bundle, join(folder, "dist"), { recursive: true });
  cpSync(typings, join(folder, "types"), { recursive: true });
  copyFileSync(new URL("launcher.mjs", HERE), join(folder, "bin/supervise.mjs"));
  chmodSync(join(folder, "bin/supervise.mjs"), 0o755);
  write(folder, texts);
  writeManifest(folder, {
    name: "supervise",
    version,
    ...ABOUT,
    type: "module",
    bin: { supervise: "bin/supervise.mjs" },
    exports: {
      ".": { types: "./types/mod.d.ts", default: "./dist/mod.js" },
      "./package.json": "./package.json",
    },
    os: ["linux"],
    engines: { node: ">=20", bun: ">=1.3", deno: ">=2.5" },
    optionalDependencies: Object.fromEntries(targets.map(({ name }) => [`supervise-${name}`, version])),
  });
}

/** Lays the package with the binary for a machine out in a folder. */
export function layBinaryPackage(
  folder: string,
  target: Target,
  { version, binary, texts }: Pick<MainPackage, "version" | "texts"> & { readonly binary: string },
): void {
  mkdirSync(folder, { recursive: true });
  copyFileSync(binary, join(folder, "supervise"));
  chmodSync(join(folder, "supervise"), 0o755);
  write(folder, [...texts, [
    "README.md",
    `The binary of supervise for ${target.name}. Install \`supervise\`.\n`,
  ]]);
  writeManifest(folder, {
    name: `supervise-${target.name}`,
    version,
    ...ABOUT,
    description: `The binary of supervise for ${target.name}`,
    os: ["linux"],
    cpu: [target.cpu],
    libc: [target.libc],
    preferUnplugged: true,
  });
}

function write(folder: string, texts: MainPackage["texts"]): void {
  for (const [name, text] of texts) writeFileSync(join(folder, name), text);
}

function writeManifest(folder: string, manifest: Readonly<Record<string, unknown>>): void {
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}
