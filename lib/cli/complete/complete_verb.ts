/** The hidden verb that shells ask for completions. */
export const COMPLETE_VERB = "__complete";
