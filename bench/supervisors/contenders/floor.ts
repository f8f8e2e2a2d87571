/** The floor in C and in Bun: one file with a line for each service, a folder for logs, SIGTERM as the end. */
import { fileURLToPath } from "node:url";
import { type Contender, each, type Words } from "../contender.ts";

const LOOP = fileURLToPath(new URL("../bun_loop.ts", import.meta.url));

function loop(name: string, command: Words, install: string): Contender {
  return {
    name,
    programs: [command[0]!],
    install,
    settings: "",
    files: (tree) => ({
      services: each(
        tree,
        ({ name, argv }) => `${[tree.restarts ? "restart" : "once", name, ...argv].join("\t")}\n`,
      ),
    }),
    start: [...command, "services", "logs"],
    stop: "SIGTERM",
    list: null,
    status: null,
    version: null,
    help: null,
  };
}

/** @param program The compiled floor.c. */
export const floor = (program: string): Contender => loop("floor (C)", [program], "cc -O2");

export const bunLoop: Contender = loop(
  "bare Bun loop",
  ["bun", LOOP],
  "sources",
);
