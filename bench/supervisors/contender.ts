/** What the bench needs to know of a supervisor: its files and its commands. */

export type Words = readonly string[];

/** A service: its name, and its command as words that no configuration has to quote. */
export interface Service {
  readonly name: string;
  readonly argv: Words;
}

/** What it is to run. */
export interface Tree {
  /** The folder in which all of it is. */
  readonly folder: string;
  readonly services: readonly Service[];
  /** Whether a service that has ended is started again. */
  readonly restarts: boolean;
}

/**
 * A supervisor. Its commands run in a folder of the measurement alone, which has an empty folder `logs`; whatever the services
 * print goes into files below that folder.
 */
export interface Contender {
  readonly name: string;
  /** Programs without which it cannot be measured; a path or a name on the PATH. */
  readonly programs: Words;
  /** How it was installed. */
  readonly install: string;
  /** What its configuration sets beyond the defaults. */
  readonly settings: string;
  /** The most services that it takes. */
  readonly most?: number;
  /** Its files, by name; a script begins with `#!`. */
  files(tree: Tree): Readonly<{ [name: string]: string }>;
  /** Starts it with all services. */
  readonly start: Words;
  /** Whether `start` returns and leaves the supervisor in the background. */
  readonly detaches?: boolean;
  /** Ends all of it in the documented way: a command, or a signal to the process of `start`. */
  readonly stop: Words | NodeJS.Signals;
  /** Shows all services. */
  readonly list: Words | null;
  /** Shows one service. */
  readonly status: ((service: string) => Words) | null;
  readonly version: Words | null;
  readonly help: Words | null;
}

/** A script that becomes the service. */
export function script(argv: Words, before: readonly string[] = []): string {
  return ["#!/bin/sh", ...before, `exec ${argv.join(" ")}`, ""].join("\n");
}

/** One text for each service, put together. */
export function each(tree: Tree, textOf: (service: Service) => string): string {
  return tree.services.map(textOf).join("");
}
