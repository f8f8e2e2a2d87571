/** The hidden verb with which this program runs a TypeScript program in its own place. */
export const SCRIPT_VERB = "__script";
