import { UserError } from "../../base/user_error.ts";
import { nodeInspector } from "./lazy_node.ts";

/** Nobody but this machine may debug us. */
const HOST = "127.0.0.1";

/** Opens the runtime's inspector, or finds it open; returns its URL. The runtime tells of it on standard error, too. */
export function openInspector(): string {
  try {
    const inspector = nodeInspector();
    if (inspector.url() === undefined) inspector.open(0, HOST);
    const url = inspector.url();
    if (url !== undefined) return url;
  } catch (error) {
    throw notAvailable(error);
  }
  throw notAvailable();
}

/** Closes the inspector, also one that others have opened. */
export function closeInspector(): void {
  const inspector = nodeInspector();
  if (inspector.url() !== undefined) inspector.close();
}

function notAvailable(cause?: unknown): UserError {
  return new UserError("debug/not-available", "The inspector of this runtime cannot be opened", {
    hint: "the program must be able to listen on 127.0.0.1; Deno needs --allow-all for it",
    cause,
  });
}
