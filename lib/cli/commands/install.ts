/** `supervise install` and `uninstall`: what has a service manager start a tree, and what takes that back. */
import { ExitCode } from "../../base/exit_code.ts";
import { nameSome } from "../../base/name_some.ts";
import { nearestName } from "../../base/nearest.ts";
import { baseName, resolvePath } from "../../base/posix_path.ts";
import { UserError } from "../../base/user_error.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { anyOf, didYouMean, quote } from "../../config/wording.ts";
import { findFile } from "../../daemon/find_tree.ts";
import { PROFILE_OPTION } from "../active_profiles.ts";
import type { Command, Context } from "../command.ts";
import {
  type Installed,
  installedFor,
  type Manager,
  managerOf,
  MANAGERS,
  markOf,
  requireManager,
  runManager,
  tryManager,
} from "../service_units.ts";
import { usage } from "../option.ts";
import { requirePlan } from "../require_plan.ts";
import { fileOf } from "../which_tree.ts";
import { writeAllNew } from "../write_new.ts";

const SYSTEM_OPTION = { name: "system", doc: "for the machine, as root; default for root" } as const;
const USER_OPTION = { name: "user", doc: "for this user; default for all but root" } as const;

/** `supervise install`. */
export const install: Command = {
  usage: "MANAGER [FILE]",
  about: [
    `Has a service manager, ${
      anyOf(MANAGERS)
    }, run \`supervise up FILE\`: from the next boot or login on, or at once with --now. ` +
    "The unit has the name of the tree.",
    "systemd is told when the tree is ready, how it goes and that its supervisor answers; `systemctl reload` applies the file. " +
    "PATH is that of the shell in which `install` is run, and the profiles are those that are active; other variables that the file needs go into a drop-in.",
    "For a user, systemd runs it while that user is logged in; with --linger from boot on.",
  ],
  options: [
    SYSTEM_OPTION,
    USER_OPTION,
    { name: "now", doc: "start it, too" },
    { name: "linger", doc: "have systemd keep this user's services running without a login" },
    { name: "print", doc: "print what would be written, and do nothing" },
    { name: "force", doc: "write over a unit of that name that is not this tree's" },
    PROFILE_OPTION,
  ],
  examples: [
    ["supervise install systemd --print", "to see it"],
    ["supervise install systemd --now --linger", "for a user of a server"],
    ["supervise install systemd --system --now", "for the machine, as root"],
  ],
  words: [1, 2],
  async run(context) {
    const { args, host, ui } = context;
    const manager = managerFor(context);
    const file = fileOf(context, 1);
    const plan = await requirePlan(context, file, "tell");
    const linger = args.has("linger") ? requireLinger(manager) : null;
    const { name, text } = manager.unit(plan);
    const path = `${manager.folder}/${name}`;
    if (args.has("print")) {
      if (ui.json) {
        await fromPromise(ui.printJson([{ path, text, commands: manager.start(path, args.has("now")) }]));
      } else {
        await fromPromise(ui.print(text.trimEnd()));
        await fromPromise(ui.say(`this would be ${path}`));
      }
      return ExitCode.done;
    }
    requireOurs(context, path, file);
    // This is what starts the systemd of a user who is not logged in.
    if (linger !== null) await runManager(context, manager, linger.enable, linger.hint);
    await requireManager(context, manager, linger === null ? 0 : MANAGER_START_MS);
    writeAllNew(host.files, [{ path, text, isPrivate: false }], { isForced: true, folder: manager.folder });
    await fromPromise(ui.say(`wrote ${path}`));
    for (const command of manager.start(path, args.has("now"))) {
      await runManager(context, manager, command, INSTALL_HINT);
    }
    const isLingering = linger !== null || manager.isLingering();
    if (ui.json) {
      await fromPromise(ui.printJson([{ ok: true, path, started: args.has("now"), lingering: isLingering }]));
    }
    const hint = isLingering ? null : "it runs while you are logged in; --linger lets it run from boot on";
    if (hint !== null) await fromPromise(ui.say(`${ui.err.cyan("hint")}: ${hint}`));
    if (!args.has("now")) await fromPromise(ui.say(`\`${manager.startLine(name)}\` starts it now`));
    return ExitCode.done;
  },
};

/** `supervise uninstall`. */
export const uninstall: Command = {
  usage: "MANAGER [FILE]",
  about: [
    "Takes back what `install` has done for a file: stops its unit, and with it the tree, and removes it. The file may be gone by then. " +
    "Logs and journals of the tree stay where they are.",
  ],
  options: [
    SYSTEM_OPTION,
    USER_OPTION,
    { name: "linger", doc: "have systemd end this user's services at logout again" },
    { name: "print", doc: "print what would be removed, and do nothing" },
    { name: "force", doc: "remove it even if it cannot be stopped" },
  ],
  examples: [["supervise uninstall systemd", "the unit of the supervise.toml here or above"]],
  words: [1, 2],
  async run(context) {
    const { args, host, ui } = context;
    const manager = managerFor(context);
    const file = installedFile(context);
    const linger = args.has("linger") ? requireLinger(manager) : null;
    const found = installedFor(host.files, manager, file);
    if (found.length === 0) {
      throw new UserError(
        "install/not-installed",
        `Nothing is installed for "${file}" in ${manager.folder}`,
        {
          exitCode: ExitCode.noSuchTarget,
          hint: manager.isSystem
            ? "--user looks among the units of this user"
            : "--system looks among the units of the machine",
        },
      );
    }
    if (!args.has("print")) { for (const one of found) await remove(context, manager, one); }
    if (!args.has("print") && linger !== null) {
      await runManager(context, manager, linger.disable, "the unit is gone; root can do this for every user");
    }
    const paths = found.map(({ path }) => path);
    if (ui.json) {
      await fromPromise(ui.printJson([{ ok: true, removed: args.has("print") ? [] : paths, found: paths }]));
    } else {await fromPromise(
        ui.say(`${args.has("print") ? "this would remove" : "removed"} ${nameSome(paths)}`),
      );}
    return ExitCode.done;
  },
};

const INSTALL_HINT = "the unit is left as it is, for a look at it; `supervise uninstall` removes it";
const REMOVE_HINT = "nothing was removed; --force removes it even if it cannot be stopped";

/** How long the systemd of a user may take to start. */
const MANAGER_START_MS = 10_000;

function managerFor(context: Context): Manager {
  const { args } = context;
  const [name] = args.words;
  if (args.has("system") && args.has("user")) {
    throw usage("usage/bad-value", "--system and --user are given", "give one of them");
  }
  const isSystem = args.has("system") || (!args.has("user") && context.program.uid === 0);
  const manager = managerOf(context, name!, isSystem);
  if (manager !== null) return manager;
  throw new UserError(
    "install/unknown-manager",
    `There is no service manager ${quote(name!)}${didYouMean(nearestName(name!, [...MANAGERS]))}`,
    { exitCode: ExitCode.usage, hint: `it is ${anyOf(MANAGERS)}` },
  );
}

function requireLinger({ linger }: Manager): NonNullable<Manager["linger"]> {
  if (linger !== null) return linger;
  throw usage("usage/bad-value", "--linger is for the systemd of a user", "leave it out");
}

/** A unit that is there under the name may be from another program, or for another tree of the same name. */
function requireOurs({ host, args }: Context, path: string, file: string): void {
  const text = host.files.readText(path);
  if (text === null || args.has("force") || text.includes(markOf(file))) return;
  throw new UserError("install/not-ours", `"${path}" is there already, and is not for "${file}"`, {
    hint: "give the tree another `name`, or write over it with --force",
  });
}

/** A file that is gone was known by its path. */
function installedFile({ host, program, args }: Context): string {
  const word = args.words[1] ?? args.text("file");
  if (word === null || word === undefined) return findFile(host, program, null);
  const path = resolvePath(program.cwd, word);
  return host.files.realPath(path) ?? path;
}

async function remove(context: Context, manager: Manager, { path }: Installed): Promise<void> {
  const { files } = context.host;
  for (const command of manager.stop(path)) {
    if (context.args.has("force")) await tryManager(context, manager, command);
    else await runManager(context, manager, command, REMOVE_HINT);
  }
  files.remove(path);
  for (const folder of manager.leftFolders) {
    if (files.inspect(folder)?.kind === "folder" && files.list(folder).length === 0) files.remove(folder);
  }
  for (const command of manager.forget(baseName(path))) await tryManager(context, manager, command);
}
