import process from "node:process";

/**
 * Whether tests start what has been built (`npm run build`, `npm run build:bundle`) in place of the sources, which take two
 * to four times as long to start. A run of all tests builds it and says so; of a single test file the sources are tested as
 * they are.
 */
export const IS_BUILT: boolean = process.env["SUPERVISE_BUILT"] !== undefined;
