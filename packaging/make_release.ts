/** Makes all files of a release in a folder: the same bytes for the same commit. */
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { entriesOf } from "./changelog.ts";
import { checksumsOf } from "./checksums.ts";
import { packDebian } from "./debian/package.ts";
import { librariesOf, type Library, thirdPartyNotice } from "./licenses.ts";
import { layBinaryPackage, layMainPackage } from "./npm/packages.ts";
import { writeTypings } from "./npm/typings.ts";
import { type Page, pagesOf } from "./pages.ts";
import { type Provenance, provenanceOf } from "./provenance.ts";
import { run } from "./run.ts";
import { runtimeFor } from "./runtimes.ts";
import { sbomOf } from "./sbom.ts";
import { unitTemplates } from "./systemd/units.ts";
import { packTarball } from "./tarball.ts";
import { type Target, targetHere } from "./targets.ts";
import { versionOf } from "./versions.ts";

/** See {@linkcode makeRelease}. */
export interface ReleaseOptions {
  /** The work tree. */
  readonly root: string;
  /** The folder for the files; what is in it goes. */
  readonly out: string;
  /** A folder for what is made on the way; what is in it goes. */
  readonly scratch: string;
  /** A folder for runtimes that were fetched. */
  readonly cache: string;
  readonly targets: readonly Target[];
  /** Is told of each file, and of what cannot be made. */
  readonly tell: (line: string) => void;
}

/** What the parts of a release have in common. */
interface Making extends ReleaseOptions, Provenance {
  readonly version: string;
  readonly bun: string;
  readonly pages: readonly Page[];
  readonly license: string;
  readonly libraries: readonly Library[];
  /** The licences of the libraries, and those of the runtime in a binary too. */
  readonly notices: { readonly libraries: string; readonly binary: string };
}

/** Makes a release. @returns The targets that no binary could be made for, as their runtime was not to be had. */
export async function makeRelease(options: ReleaseOptions): Promise<readonly Target[]> {
  const { root, out, scratch, targets, tell } = options;
  for (const folder of [out, scratch]) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }
  const making = await begin(options);
  const lacking: Target[] = [];
  for (const target of targets) {
    const runtime = await runtimeFor(target, root, options.cache).catch((error: Error) => {
      tell(`${target.name}: not made, because its runtime cannot be had: ${error.message}`);
      return null;
    });
    if (runtime === null) lacking.push(target);
    else await makeBinaries(making, target, runtime);
  }
  await makeMainPackage(making, targets.filter((target) => !lacking.includes(target)));
  const { version, epoch, commit, bun } = making;
  writeFileSync(
    join(out, `supervise-${version}.cdx.json`),
    await sbomOf(root, { version, epoch, commit, bun }),
  );
  writeFileSync(join(out, "SHA256SUMS"), await checksumsOf(out));
  return lacking;
}

async function begin(options: ReleaseOptions): Promise<Making> {
  const { root, scratch } = options;
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const bun: string = lock.packages["node_modules/bun"].version;
  const libraries = librariesOf(root);
  const provenance = await provenanceOf(root);
  const here = await runtimeFor(targetHere(), root, options.cache);
  const binary = await buildBinary({ ...options, ...provenance }, targetHere(), here, "binary", scratch);
  return {
    ...options,
    ...provenance,
    version: versionOf(root),
    bun,
    pages: await pagesOf(binary),
    license: readFileSync(join(root, "LICENSE"), "utf8"),
    libraries,
    notices: { libraries: thirdPartyNotice(libraries, null), binary: thirdPartyNotice(libraries, bun) },
  };
}

/** Everything that holds a binary for a target: archive, Debian package, npm package. */
async function makeBinaries(making: Making, target: Target, runtime: string): Promise<void> {
  const { root, out, scratch, version, epoch, license, libraries, notices, pages, tell } = making;
  const binary = await buildBinary(making, target, runtime, "binary", scratch);
  const name = `supervise-${version}-${target.name}`;
  layArchive(join(scratch, name), making, binary);
  await packTarball(scratch, name, join(out, `${name}.tar.gz`), epoch);
  tell(`${name}.tar.gz`);
  if (target.debian !== null) {
    const changes = entriesOf(readFileSync(join(root, "CHANGELOG.md"), "utf8"))
      .map(({ version: released, lines }) => ({ version: released ?? version, lines }));
    const file = await packDebian(out, scratch, {
      version,
      architecture: target.debian,
      binary: await buildBinary(making, target, runtime, "deb", scratch),
      pages,
      license,
      libraries,
      notice: notices.binary,
      changes,
      epoch,
    });
    tell(file.slice(out.length + 1));
  }
  const place = join(scratch, "npm", target.name);
  layBinaryPackage(join(place, "package"), target, {
    version,
    binary: await buildBinary(making, target, runtime, "npm", scratch),
    texts: [["LICENSE", license], ["THIRD-PARTY-LICENSES", notices.binary]],
  });
  const packed = `supervise-${target.name}-${version}.tgz`;
  await packTarball(place, "package", join(out, packed), epoch);
  tell(packed);
}

async function makeMainPackage(making: Making, targets: readonly Target[]): Promise<void> {
  const { root, out, scratch, version, commit, epoch, license, notices, tell } = making;
  const bundle = join(scratch, "bundle");
  const typings = join(scratch, "typings");
  await build(root, "build_bundle.mjs", [bundle, "--package=npm", `--commit=${commit}`]);
  await writeTypings(root, typings);
  const place = join(scratch, "npm", "main");
  layMainPackage(join(place, "package"), {
    version,
    bundle,
    typings,
    targets,
    texts: [
      ["README.md", readFileSync(join(root, "README.md"), "utf8")],
      ["LICENSE", license],
      ["THIRD-PARTY-LICENSES", notices.libraries],
    ],
  });
  const packed = `supervise-${version}.tgz`;
  await packTarball(place, "package", join(out, packed), epoch);
  tell(packed);
}

/** The files of an archive. */
function layArchive(folder: string, making: Making, binary: string): void {
  const { root, pages, notices } = making;
  const units = unitTemplates();
  mkdirSync(folder, { recursive: true });
  cpSync(binary, join(folder, "supervise"));
  for (const name of ["README.md", "LICENSE", "CHANGELOG.md"]) {
    copyFileSync(join(root, name), join(folder, name));
  }
  const texts: readonly (readonly [string, string])[] = [
    ["THIRD-PARTY-LICENSES", notices.binary],
    ["systemd/system/supervise@.service", units.system],
    ["systemd/user/supervise@.service", units.user],
    ...pages.map(({ path, text }) => [path, text] as const),
  ];
  for (const [path, text] of texts) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Builds a binary, or finds it built. @returns Its path. */
async function buildBinary(
  { root, commit }: Pick<Making, "root" | "commit">,
  target: Target,
  runtime: string,
  origin: "binary" | "deb" | "npm",
  scratch: string,
): Promise<string> {
  const file = join(scratch, "bin", `${target.name}-${origin}`);
  if (existsSync(file)) return file;
  const words = [
    `--target=${target.name}`,
    `--runtime=${runtime}`,
    `--package=${origin}`,
    `--commit=${commit}`,
  ];
  await build(root, "build.mjs", ["cli.ts", file, ...words]);
  return file;
}

async function build(root: string, script: string, words: readonly string[]): Promise<void> {
  const path = `${root}/node_modules/.bin:${process.env["PATH"]}`;
  await run(["node", `packaging/${script}`, ...words], { cwd: root, env: { PATH: path } });
}
