import { UserError } from "../base/user_error.ts";
import { isProcOurs } from "./linux/proc.ts";

/**
 * Makes sure that this is a system that is supported.
 *
 * @throws {UserError} `host/not-supported` on one that is not yet, `host/no-proc` where processes cannot be looked up.
 */
export function requireSupport(): void {
  if (process.platform !== "linux") {
    throw new UserError("host/not-supported", `supervise does not run on ${process.platform} yet`, {
      hint: "it runs on Linux, in a container or in a virtual machine too",
    });
  }
  if (!isProcOurs()) {
    throw new UserError("host/no-proc", "/proc is not there, or not that of this container", {
      hint: "mount it: `mount -t proc proc /proc`, or `unshare --mount-proc`",
    });
  }
}
