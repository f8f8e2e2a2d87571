import type * as NodeInspector from "node:inspector";
import { UserError } from "../../base/user_error.ts";

/** Nobody but this machine may debug us. */
const HOST = "127.0.0.1";

/** Opens the runtime's inspector, or finds it open; returns its URL. The runtime tells of it on standard error, too. */
export function openInspector(): string {
  try {
    const inspector = loadInspector();
    if (inspector.url() === undefined) inspector.open(0, HOST);
    const url = inspector.url();
    if (url !== undefined) return url;
  } catch (error) {
    throw notAvailable(error);
  }
  throw notAvailable();
}

/** Closes the inspector, whoever has opened it. */
export function closeInspector(): void {
  const inspector = loadInspector();
  if (inspector.url() !== undefined) inspector.close();
}

/** Loaded when it is needed: at every start it would cost several milliseconds. */
function loadInspector(): typeof NodeInspector {
  return process.getBuiltinModule("node:inspector");
}

function notAvailable(cause?: unknown): UserError {
  return new UserError("debug/not-available", "The inspector of this runtime cannot be opened", {
    hint: "the program must be able to listen on 127.0.0.1; Deno needs --allow-all for it",
    cause,
  });
}
