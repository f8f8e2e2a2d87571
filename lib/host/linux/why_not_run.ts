/** Why the kernel does not run a program that is there: it says no more than a number, which is about another file. */
import { closeSync, constants, existsSync, openSync, readSync } from "node:fs";
import { describeErrno } from "./libc.ts";

const ENOENT = 2;
const ENOEXEC = 8;
const EACCES = 13;

/** As much as the kernel looks at. */
const LOOKED_AT_BYTES = 256;
const ELF = "\x7fELF";

/** The interpreter that a first line names, and what follows it. */
const FIRST_LINE = /^#![ \t]*([^ \t\n]*)([^\n]*)/;
const CARRIAGE_RETURN = "Its #! line ends in a carriage return, which is taken for a part of";
const UNIX_ENDINGS = "save it with Unix line endings";

/** The fault of the `#!` line of a program, also where the kernel would follow it; null if there is no fault, or no such line. */
export function flawOfFirstLine(file: string): string | null {
  const [, interpreter, rest] = FIRST_LINE.exec(headOf(file)) ?? [];
  if (interpreter === undefined || rest === undefined) return null;
  if (rest.endsWith("\r")) return `${CARRIAGE_RETURN} its last word: ${UNIX_ENDINGS}`;
  // A relative one is looked for in the working folder.
  return /^[^/\r]/.test(interpreter) ? null : whyNotInterpreted(interpreter);
}

/** @param file Its path. */
export function whyNotRun(file: string, errno: number): string {
  if (![ENOENT, ENOEXEC, EACCES].includes(errno)) return describeErrno(errno);
  const head = headOf(file);
  const interpreter = FIRST_LINE.exec(head)?.[1];
  if (interpreter !== undefined) return whyNotInterpreted(interpreter) ?? describeErrno(errno);
  if (errno === ENOENT && head.startsWith(ELF)) {
    return "The loader that it was built for is not on this machine (ENOENT): it may be of another C library";
  }
  return describeErrno(errno);
}

function whyNotInterpreted(interpreter: string): string | null {
  if (interpreter.endsWith("\r")) {
    return `${CARRIAGE_RETURN} the name: ${UNIX_ENDINGS}`;
  }
  if (interpreter === "") return "Its #! line names no program";
  return existsSync(interpreter) ? null : `Its #! line names "${interpreter}", which is not there`;
}

/** The begin of a file, a character for each byte; nothing where it may not be read. */
function headOf(file: string): string {
  try {
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const bytes = new Uint8Array(LOOKED_AT_BYTES);
      return String.fromCharCode(...bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, 0)));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return "";
  }
}
