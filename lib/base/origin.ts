/** Where this program came from. A build writes it into the program; sources that run as they are have none. */
export interface Origin {
  /** How the program was packed: a binary by itself (in an archive, or just built), a Debian or npm package, JavaScript files. */
  readonly package: "binary" | "deb" | "npm" | "bundle" | "sources";
  /** The machine that a binary is for: `linux-x64`, `linux-arm64-musl`. Null where any machine will do. */
  readonly target: string | null;
  /** The commit that it was built from. Null where nobody has told. */
  readonly commit: string | null;
}

/** A constant that a build defines (`packaging/build.mjs`). */
declare const SUPERVISE_ORIGIN: Origin;

/** Where this program came from. */
export const ORIGIN: Origin = typeof SUPERVISE_ORIGIN === "undefined"
  ? { package: "sources", target: null, commit: null }
  : SUPERVISE_ORIGIN;

const NAMES: Readonly<Record<Origin["package"], string>> = {
  binary: "binary",
  deb: "Debian package",
  npm: "npm package",
  bundle: "JavaScript bundle",
  sources: "sources",
};

/** An origin for people: `Debian package for linux-x64, commit 0123456789ab`. */
export function describeOrigin(origin: Origin): string {
  const target = origin.target === null ? "" : ` for ${origin.target}`;
  const commit = origin.commit === null ? "" : `, commit ${origin.commit.replace(/^(\w{12})\w+/, "$1")}`;
  return `${NAMES[origin.package]}${target}${commit}`;
}
