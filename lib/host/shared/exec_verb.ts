/**
 * The hidden verb with which this program changes what a process may do and then becomes another program, as its shim. The
 * numbers of two descriptors follow: where its orders are, and where it reports.
 */
export const EXEC_VERB = "__exec";
