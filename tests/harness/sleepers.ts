/** Programs that are known by how long they sleep: no environment, session or parent of theirs is needed to find them. */
import process from "node:process";
import { programsWith } from "./process_table.ts";
import type { Sandbox } from "./supervise.ts";

/** How long the programs of a sandbox sleep, in seconds; a digit behind it tells one from the other. */
export function secondsOf({ dir }: Sandbox): string {
  const digits = [...dir.split("-").at(-1)!].map((letter) => letter.charCodeAt(0) % 10).join("");
  return `8${process.pid % 10_000}${digits}`;
}

/** The living programs of a sandbox. */
export function sleepersOf(sandbox: Sandbox): readonly { readonly pid: number; readonly command: string }[] {
  return programsWith(`sleep\0${secondsOf(sandbox)}`);
}
