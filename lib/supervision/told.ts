/** What a process has told of itself, by whatever protocol. */

/** One thing that a run says of itself. */
export type Told =
  /** It stops by itself. */
  | { readonly is: "stopping" }
  /** It reads its configuration anew, until it says that it is ready. */
  | { readonly is: "reloading" }
  | { readonly is: "ready" }
  /** For people. */
  | { readonly is: "status"; readonly text: string }
  /** It still works: its watchdog begins anew. */
  | { readonly is: "alive" }
  /** It has found out by itself that it does not. */
  | { readonly is: "broken" }
  /** Its watchdog has another time; null for none. */
  | { readonly is: "watchdog"; readonly ms: number | null }
  /** What it is doing takes so long yet: its start, its stop or its whole run. */
  | { readonly is: "extend"; readonly ms: number }
  /** Why it will fail, or has. */
  | { readonly is: "error"; readonly text: string };
