/** Whether this is Deno; else it is Bun. The only place that asks. */
export const isDeno: boolean = "Deno" in globalThis;
