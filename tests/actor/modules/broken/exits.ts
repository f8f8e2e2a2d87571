/** Ends its process while it is imported. */
import process from "node:process";

process.exit(3);
