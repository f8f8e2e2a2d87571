/** By which a command can tell that a variable is another in its own environment than it was for `up`, and not what it was. */
import type { Host } from "../host/ports/host.ts";
import type { Program } from "../host/ports/program.ts";

/** A fingerprint of what a variable is in the environment of a program; null if it is not set there. */
export function variableMark(
  { digest }: Pick<Host, "digest">,
  { environment }: Pick<Program, "environment">,
  name: string,
): string | null {
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  return value === undefined ? null : digest(value);
}

/** The variables that are others in the environment of a program than their fingerprints say, in order. */
export function otherVariables(
  host: Pick<Host, "digest">,
  program: Pick<Program, "environment">,
  marks: Readonly<Record<string, string | null>>,
): readonly string[] {
  return Object.keys(marks).filter((name) => variableMark(host, program, name) !== marks[name]).sort();
}
