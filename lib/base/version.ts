/** The version of supervise; the package and its manifest have the same. */
export const VERSION = "0.1.0";
