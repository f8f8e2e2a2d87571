// Not by node:url, which takes milliseconds to load.
const FOLDER = new URL("../../../", import.meta.url);

/** Whether this runs from a compiled binary, which keeps the files that were built into it under such a path. */
export const IS_BINARY: boolean = import.meta.url.includes("/$bunfs/");
/** The folder of this program's own files, with a slash at its end. */
export const ROOT: string = decodeURIComponent(FOLDER.pathname);
/** The file that this program begins with. */
export const CLI: string = `${ROOT}cli.ts`;

/** The URL of that file; in a binary, of the part that it begins with. */
export const OWN_ENTRY: string = IS_BINARY ? `file://${process.argv[1]}` : new URL("cli.ts", FOLDER).href;
