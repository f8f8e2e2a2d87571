/** The small files of control groups. */
import { writeFileSync } from "node:fs";
import { GroupError } from "../ports/control_groups.ts";
import { withDescriptor } from "./kernel_files.ts";

/** Whether `text` could be written. Never makes a file: who has the file of a group that is not there has no group. */
export function tryWrite(path: string, text: string): boolean {
  try {
    write(path, text);
    return true;
  } catch {
    return false;
  }
}

/** @param failure What it means if this fails, as a clause. @throws {GroupError} */
export function writeTo(path: string, text: string, failure: string): void {
  try {
    write(path, text);
  } catch (error) {
    throw new GroupError(`${failure} (${codeOf(error)})`);
  }
}

/** The numbers of a file with one in each line. */
export function numbersIn(text: string): readonly number[] {
  return text.split("\n").filter((line) => line !== "").map(Number);
}

/** The kernel's name of an error. */
export function codeOf(error: unknown): string {
  return (error as { readonly code?: string }).code ?? (error as Error).message;
}

function write(path: string, text: string): void {
  withDescriptor(() => writeFileSync(path, text, { flag: "r+" }));
}
