import { fromPromise } from "../../bridge/from_promise.ts";
import type { Command } from "../command.ts";
import { usage } from "../option.ts";

/** `supervise init`: two commands, of which each is loaded when it is called. */
export const init: Command = {
  usage: "[--pid1 -- CMD...]",
  about: [
    "Looks what there is to run in this folder, and writes a supervise.toml for it: for a Procfile and the files of other " +
    "tools that `import` reads, for the scripts of a package.json and the packages of its workspace, for the usual servers " +
    "of Ruby, Python, Go and Rust, for the run targets of a Makefile. Where there is nothing, it writes one to start from. " +
    "Nothing is run, and no file is written over without --force.",
    "On a terminal it shows what it has found, and asks which is meant if there are several; elsewhere, and with --yes, it " +
    "takes the likeliest.",
    "With --pid1 it is the init of a container: it starts CMD in the foreground, with the terminal if there is one, passes " +
    "signals on to it, and reaps every orphan of the container at once. When CMD ends it ends what is left, with SIGTERM, a " +
    "grace and SIGKILL, and says what that was.",
    "Then it exits with the code of CMD, with 128 and the number of the signal that ended it, with 127 if it is not found, with " +
    "126 if it may not be run, and with 9 if anything survived. A signal while the rest is being ended cuts the grace.",
    "Where it is not process 1, it is the parent of the orphans of CMD all the same. For more than one command write a file: " +
    "`supervise up` does all of this, too, where it is process 1.",
  ],
  options: [
    { name: "yes", short: "y", doc: "ask nothing: take the likeliest of what is found" },
    {
      name: "from",
      value: "FILE",
      many: true,
      doc: "take what this file says, of what is found; several are put together",
    },
    { name: "empty", doc: "write a file to start from, whatever there is" },
    { name: "force", doc: "write over a supervise.toml that is there" },
    { name: "pid1", doc: "be the init of a container" },
    {
      name: "grace",
      value: "DURATION",
      doc: "with --pid1: how long what CMD leaves behind may take to end; default: 5s",
    },
    {
      name: "group",
      short: "g",
      doc: "with --pid1: pass signals on to the whole group of CMD, not to CMD alone",
    },
  ],
  examples: [
    ["supervise init", "and then `supervise up`"],
    ["supervise init --yes --from Procfile", "without a question"],
    [
      "supervise init --from docker-compose.yml --from package.json",
      "the database of one, the server of another",
    ],
    ["supervise init --pid1 -- nginx -g 'daemon off;'", "as the entry point of an image"],
    ["supervise init --pid1 --group -- sh -c 'a; b'", "for a shell that passes no signals on"],
  ],
  words: [0, Infinity],
  takes: ["command"],
  async run(context) {
    const { args } = context;
    if (args.has("pid1")) {
      const { initContainer } = await fromPromise(import("./init_container.ts"));
      return await initContainer(context);
    }
    if (args.words.length > 0) {
      throw usage("usage/pid1", "A command is only for the init of a container, with --pid1", INIT_HINT);
    }
    const { initProject } = await fromPromise(import("./init_project.ts"));
    return await initProject(context);
  },
};

const INIT_HINT =
  "write `supervise init --pid1 -- CMD...`, or `supervise run -- CMD...` to run commands here";
