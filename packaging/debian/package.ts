/** The Debian package: the binary, unit templates, completions and manual pages, with no scripts that run as it is installed. */
import { chmodSync, copyFileSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { gzipSync } from "node:zlib";
import type { Library } from "../licenses.ts";
import type { Page } from "../pages.ts";
import { run } from "../run.ts";
import { unitTemplates } from "../systemd/units.ts";

/** Who answers for the package, as Debian's own tools ask for it: who publishes it sets both variables. */
const MAINTAINER = `${process.env["DEBFULLNAME"] ?? "The supervise authors"} <${
  process.env["DEBEMAIL"] ?? "supervise@supervise.invalid"
}>`;

const LONGEST_LINE = 72;

/** What a package is made of. */
export interface DebianPackage {
  readonly version: string;
  readonly architecture: string;
  readonly binary: string;
  readonly pages: readonly Page[];
  /** The licence of supervise, and those of what it contains. */
  readonly license: string;
  readonly libraries: readonly Library[];
  readonly notice: string;
  /** The entries of the changelog, newest first. */
  readonly changes: readonly { readonly version: string; readonly lines: readonly string[] }[];
  readonly epoch: number;
}

/** Makes `supervise_VERSION_ARCHITECTURE.deb` in a folder. @returns Its path. */
export async function packDebian(into: string, scratch: string, made: DebianPackage): Promise<string> {
  const root = join(scratch, `deb-${made.architecture}`);
  rmSync(root, { recursive: true, force: true });
  put(root, "usr/bin/supervise", null, 0o755);
  copyFileSync(made.binary, join(root, "usr/bin/supervise"));
  chmodSync(join(root, "usr/bin/supervise"), 0o755);
  const units = unitTemplates();
  put(root, "lib/systemd/system/supervise@.service", units.system);
  put(root, "usr/lib/systemd/user/supervise@.service", units.user);
  for (const { shared, text } of made.pages) {
    const isManual = shared.startsWith("man/");
    put(root, `usr/share/${shared}${isManual ? ".gz" : ""}`, isManual ? gzipped(text) : text);
  }
  put(root, "usr/share/doc/supervise/copyright", copyrightOf(made));
  put(root, "usr/share/doc/supervise/THIRD-PARTY.gz", gzipped(made.notice));
  put(root, "usr/share/doc/supervise/changelog.gz", gzipped(changelogOf(made)));
  put(root, "usr/share/lintian/overrides/supervise", OVERRIDES);
  put(root, "DEBIAN/control", controlOf(made, Math.ceil(statSync(made.binary).size / 1_024)));
  const file = join(into, `supervise_${made.version}_${made.architecture}.deb`);
  // A stronger compression takes five times as long, and saves a tenth. More threads would give other bytes.
  const compression = ["-Zxz", "-z1", "--threads-max=1"];
  await run(["dpkg-deb", "--root-owner-group", ...compression, "--build", root, file], {
    env: { SOURCE_DATE_EPOCH: String(made.epoch) },
  });
  return file;
}

const OVERRIDES = `# The runtime inside was linked elsewhere together with its libraries, and comes as it is.
supervise: embedded-library * [usr/bin/supervise]
supervise: hardening-no-pie [usr/bin/supervise]
supervise: hardening-no-relro [usr/bin/supervise]
supervise: unstripped-binary-or-object [usr/bin/supervise]
`;

function controlOf({ version, architecture }: DebianPackage, size: number): string {
  return `Package: supervise
Version: ${version}
Architecture: ${architecture}
Maintainer: ${MAINTAINER}
Installed-Size: ${size}
Depends: libc6 (>= 2.29)
Conflicts: daemontools
Section: admin
Priority: optional
Description: runs trees of processes and never loses track of one
 A TOML file says which programs run, in which order they start, what each of
 them waits for, and when they are restarted. supervise starts them, restarts
 what crashes, and takes them down so that no process is left.
 .
 Unit templates for systemd are included: supervise@NAME.service runs the tree
 of /etc/supervise/NAME.toml, for users that of ~/.config/supervise/NAME.toml.
`;
}

function copyrightOf({ license, libraries }: DebianPackage): string {
  const parts = libraries.map(({ name, version, license }) => `  ${name} ${version} (${license})\n`).join("");
  return `supervise is under the MIT License:

${license.trim()}

The program contains parts of other projects, whose licences THIRD-PARTY.gz beside this file has:

  Bun with JavaScriptCore (MIT, LGPL-2.1 and others)
${parts}
On Debian the texts of common licences are /usr/share/common-licenses/LGPL-2.1 and
/usr/share/common-licenses/Apache-2.0.
`;
}

/** The changelog in Debian's form, where all entries bear the date of the release. */
function changelogOf({ changes, epoch }: DebianPackage): string {
  const date = new Date(epoch * 1_000).toUTCString().replace("GMT", "+0000");
  return changes.map(({ version, lines }) =>
    `supervise (${version}) unstable; urgency=medium\n\n${
      lines.map(point).join("")
    }\n -- ${MAINTAINER}  ${date}\n`
  ).join("\n");
}

/** A point of the changelog in lines that are not too long for Debian. */
function point(text: string): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    if (lines.at(-1)!.length + word.length > LONGEST_LINE) lines.push("");
    lines.push(`${lines.pop()!} ${word}`);
  }
  return lines.map((line, index) => `${index === 0 ? "  *" : "   "}${line}\n`).join("");
}

function gzipped(text: string): Uint8Array {
  return gzipSync(text, { level: 9 });
}

function put(root: string, path: string, content: string | Uint8Array | null, mode = 0o644): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
  if (content !== null) writeFileSync(file, content, { mode });
}
