const HERE = import.meta.url;
/** In the sources this file is where it is; in a bundle it is a part of a file that lies beside all others. */
const IS_BUNDLE = !HERE.endsWith("/lib/host/shared/own_entry.ts");
const ENTRY = IS_BUNDLE ? "cli.js" : "cli.ts";

// Not by node:url, which takes milliseconds to load.
const FOLDER = new URL(IS_BUNDLE ? "./" : "../../../", HERE);

/** Whether this runs from a compiled binary, which keeps the files that were built into it under such a path. */
export const IS_BINARY: boolean = HERE.includes("/$bunfs/");
/** The folder of this program's own files, with a slash at its end. */
export const ROOT: string = decodeURIComponent(FOLDER.pathname);
/** Whether this runs from files of another machine, which only Deno does: from JSR, `deno run -A jsr:...`. */
export const IS_REMOTE: boolean = FOLDER.protocol !== "file:";
/** The file that this program begins with, or its address. */
export const CLI: string = IS_REMOTE ? new URL(ENTRY, FOLDER).href : `${ROOT}${ENTRY}`;

/** The URL of that file; in a binary, of the part that it begins with. */
export const OWN_ENTRY: string = IS_BINARY ? `file://${process.argv[1]}` : new URL(ENTRY, FOLDER).href;
