/** The hidden verb with which this program runs in a thread that it has started itself. */
export const THREAD_VERB = "__thread";
