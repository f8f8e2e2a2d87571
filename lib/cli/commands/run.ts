/** `supervise run`: a tree of commands, in the foreground, without a file. */
import { anyOf, quote } from "../../config/wording.ts";
import { freeTreeName, sweepAdHocFiles, writeAdHocFile } from "../../daemon/ad_hoc_file.ts";
import { stateFolderOf } from "../../daemon/state_folder.ts";
import { treeIdOf } from "../../daemon/tree_id.ts";
import { isTreeName } from "../../config/keys/tree_name.ts";
import { resolvePath } from "../../base/posix_path.ts";
import { writeToml } from "../../formats/write_toml.ts";
import { adHocDraft, canBeName, commandsIn } from "../ad_hoc_draft.ts";
import { type Command, type Context, RAW_OPTION } from "../command.ts";
import { usage } from "../option.ts";
import { upFile } from "./up.ts";

const SEPARATOR = "+";
const RESTARTS = ["always", "on-failure", "never"];
const HINT = "write `supervise run -- CMD + CMD`";

/** `supervise run`. */
export const run: Command = {
  usage: "-- CMD... [+ CMD...]",
  about: [
    "Runs each CMD as an actor of a tree that no file describes, in this folder, and shows what they print, each line with " +
    "the actor's name, as `up` does. A word that is + stands between two commands. No shell reads them, unless --shell says so.",
    "It ends when all have ended, with 0 if all ended well, else with the exit code of the first that failed. --kill-others " +
    "ends the others as soon as one has ended. Commands that serve are given --daemon: each is restarted when it ends.",
    "Ctrl-C ends all of them, as in `up`. When the command returns, nothing of the tree is left: no process, no file and no log.",
    "An actor is called after its program, or after what npm, make, python and their like run. While it runs, other commands " +
    "find the tree by its name: `supervise ps -p run`.",
  ],
  options: [
    {
      name: "name",
      short: "p",
      value: "NAME",
      doc: "what the tree is called; default: run, or run-2 beside another",
    },
    {
      name: "names",
      short: "n",
      value: "NAME",
      many: true,
      doc: "what the actors are called, in the order of the commands",
    },
    { name: "daemon", doc: "all of them serve, and are restarted when they end" },
    { name: "restart", value: "POLICY", doc: "when to restart them: always, on-failure or never" },
    { name: "kill-others", short: "k", doc: "end all when one has ended, whether well or not" },
    { name: "shell", doc: "have a shell run each command: its words are the text" },
    { name: "separator", value: "WORD", doc: "the word between two commands; default: +" },
    RAW_OPTION,
  ],
  examples: [
    ["supervise run -- npm test + npm run lint", "side by side, each to its end"],
    ["supervise run --daemon -n api,web -- ./api --port 8080 + npm run dev", "two servers with names"],
    ["supervise run --shell -- 'tail -f log | grep x' + make", "with a shell"],
  ],
  takesCommand: true,
  words: [0, Infinity],
  async run(context) {
    const { host, program, args } = context;
    const file = args.text("file");
    if (file !== null) throw usage("usage/two-files", `\`run\` needs no file, and "${file}" is named`, HINT);
    const draft = draftOf(context);
    sweepAdHocFiles(host, program);
    const written = writeAdHocFile(host, program, writeToml(draft));
    try {
      return await upFile(context, {
        file: written.file,
        stateFolder: stateFolderOf(program, treeIdOf(host, program.uid, written.file)),
        only: null,
        exitCodeFrom: [],
        openFilesLimit: program.callersOpenFilesLimit,
        containment: null,
      }, true);
    } finally {
      written.remove();
    }
  },
};

/** The tree that the words describe. @throws {UserError} `usage/...` */
function draftOf(context: Context) {
  const { host, program, args } = context;
  const commands = commandsIn(args.words, args.text("separator") ?? SEPARATOR);
  const isShell = args.has("shell");
  requireCommands(context, commands, isShell);
  const name = args.text("name");
  if (name !== null && !isTreeName(name)) {
    throw usage("usage/bad-value", `--name is ${quote(name)}`, "a name is printable text without slashes");
  }
  return adHocDraft(commands, {
    name: name ?? freeTreeName(host, program, "run"),
    names: namesFor(commands.length, args.list("names")),
    cwd: program.cwd,
    isTogether: args.has("kill-others"),
    isDaemon: args.has("daemon"),
    isShell,
    restart: restartOf(args.text("restart")),
  });
}

function requireCommands(
  { host, program }: Context,
  commands: readonly (readonly string[])[],
  isShell: boolean,
): void {
  if (commands.length === 1 && commands[0]!.length === 0) {
    throw usage("usage/no-command", "There is no command to run", HINT);
  }
  for (const [index, [first]] of commands.entries()) {
    if (first === undefined || first === "") {
      throw usage("usage/no-command", `Command ${index + 1} of ${commands.length} is empty`, HINT);
    }
    // A whole command in quotes is what other tools want.
    if (isShell || !/\s/.test(first) || host.files.exists(resolvePath(program.cwd, first))) continue;
    throw usage(
      "usage/no-command",
      `There is no program ${quote(first)}`,
      `leave out its quotes: \`supervise run -- ${first}\`; or have a shell run it, with --shell`,
    );
  }
}

function namesFor(count: number, names: readonly string[]): readonly string[] {
  if (names.length > count) {
    throw usage(
      "usage/bad-value",
      `--names has ${names.length} names for ${count} commands`,
      "name each once",
    );
  }
  const wrong = names.find((name) => !canBeName(name));
  if (wrong !== undefined) {
    throw usage("usage/bad-value", `--names has ${quote(wrong)}`, "names have letters, digits, _ and -");
  }
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) {
    throw usage("usage/bad-value", `--names has ${quote(twice)} twice`, "name each once");
  }
  return names;
}

function restartOf(policy: string | null): string | null {
  if (policy === null || RESTARTS.includes(policy)) return policy;
  throw usage("usage/bad-value", `--restart is ${quote(policy)}`, `write ${anyOf(RESTARTS)}`);
}
