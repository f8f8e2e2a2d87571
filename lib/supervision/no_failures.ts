import { EMPTY_WINDOW } from "./restart_window.ts";

/** The failures of a node that is to start as if it had never failed: none. */
export const NO_FAILURES = { streak: 0, failedStarts: 0, ownWindow: EMPTY_WINDOW } as const;
