/** What the bench needs to know of a supervisor: almost nothing but its files and its commands. */
import type { Lab } from "./lab.ts";
import type { Service } from "./records.ts";

/** The command of a service, as words without anything that a shell or a configuration would read. */
export type CommandOf = (service: Service) => readonly string[];

/**
 * A supervisor with two services, `a` and `b`. Commands are read by `sh`, in a folder of this measurement alone, with
 * `$PEER` as the pid of the supervisor.
 */
export interface Peer {
  readonly name: string;
  /** Programs without which it is not installed. */
  readonly programs: readonly string[];
  /** Prints its version. */
  readonly version: string;
  /** How it was installed. */
  readonly install: string;
  /** What its configuration sets in favour of the measurement. */
  readonly settings: string;
  /** Its files, by name; a script begins with `#!`. */
  files(command: CommandOf): Readonly<Partial<{ [name: string]: string }>>;
  /** Whether it can have but one service, which is `a`. */
  readonly hasOneService?: boolean;
  /** Starts the supervisor. */
  readonly start: string;
  /** The pid of the supervisor, where `start` returns; otherwise it is the process of `start`. */
  readonly pidOf?: (lab: Lab) => number;
  /** Stops service `a`, where there is such a command. */
  readonly stop: string | null;
  /** Ends everything, in the documented way. */
  readonly down: string;
  /** Restarts service `a`, where there is such a command. */
  readonly restart: string | null;
  /** Whether the supervisor has a guardian as its parent. */
  readonly hasGuardian?: boolean;
}

/** Words for a shell. */
export function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(" ");
}

/** A script that becomes the service. */
export function script(words: readonly string[]): string {
  return `#!/bin/sh\nexec ${quoted(words)}\n`;
}
