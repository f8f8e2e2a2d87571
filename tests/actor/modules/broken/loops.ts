/** Never lets the event loop turn again while it is imported. */
import { note } from "../journal.ts";

note("looping");
// deno-lint-ignore no-empty -- This is what a stuck event loop is.
while (true) {}
