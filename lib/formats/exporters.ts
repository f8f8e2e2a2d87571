/** All formats that `export` writes. Each is loaded when it is asked for. */
import type { Exporter } from "./exporter.ts";

/** By the word behind `export`. */
export const EXPORTERS: Readonly<Record<string, () => Promise<Exporter>>> = {};
