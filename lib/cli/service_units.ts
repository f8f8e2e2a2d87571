/** The service managers that can run a tree: where their units are, and which commands have them start and forget one. */
import { definedOnly } from "../base/defined_only.ts";
import { after } from "../base/instant.ts";
import { baseName } from "../base/posix_path.ts";
import { UserError } from "../base/user_error.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import type { Plan } from "../config/plan.ts";
import { labelOf, treePlist } from "../formats/launchd/tree_plist.ts";
import { writePlist } from "../formats/launchd/plist.ts";
import { SYSTEM_TARGET, treeUnit, unitNameOf, USER_TARGET } from "../formats/systemd/tree_unit.ts";
import type { Files } from "../host/ports/files.ts";
import { type Child, SpawnError } from "../host/ports/processes.ts";
import { currentTime, sleep } from "../scope/sleep.ts";
import type { Context } from "./command.ts";

const ASK_AGAIN_MS = 100;

/** Names of the managers. */
export const MANAGERS = ["systemd", "launchd"] as const;

type Line = readonly string[];

/** See the module. */
export interface Manager {
  readonly name: typeof MANAGERS[number];
  /** Whether its units are the machine's. */
  readonly isSystem: boolean;
  /** Where units are. */
  readonly folder: string;
  readonly unit: (plan: Plan) => { readonly name: string; readonly text: string };
  /** The name that messages give it. */
  readonly title: string;
  /** The variables that its commands need to find it, beside the environment of the shell. */
  readonly variables: Readonly<Record<string, string>>;
  /** A command that succeeds if it is there. */
  readonly asks: Line;
  /** The cure if it is not there. */
  readonly answersHint: string;
  /** Commands after a unit was written. */
  readonly start: (path: string, now: boolean) => readonly Line[];
  /** The command that starts it, for people. */
  readonly startLine: (name: string) => string;
  /** Commands before a unit is removed. */
  readonly stop: (path: string) => readonly Line[];
  /** Commands after it was removed, which may find nothing to do. */
  readonly forget: (name: string) => readonly Line[];
  /** Folders that are only there for what stands in them, the deepest first. */
  readonly leftFolders: readonly string[];
  /** Has it run this user's units without a login, and takes that back; null where it always or never does. */
  readonly linger: { readonly enable: Line; readonly disable: Line; readonly hint: string } | null;
  /** Whether units run without anybody being logged in. */
  readonly isLingering: () => boolean;
}

/** By which a unit is known as one of ours, for a file. It stands in a comment, which in XML has no two dashes. */
export function markOf(file: string): string {
  return `Made by \`supervise install\` for ${JSON.stringify(file).replaceAll("--", "-\\u002d")};`;
}

/** A unit that `install` has written. */
export interface Installed {
  readonly path: string;
}

/** The manager of that name; null if there is none. */
export function managerOf({ host, program }: Context, name: string, isSystem: boolean): Manager | null {
  const { environment, homeFolder, selfCommand, uid } = program;
  const home = environment["HOME"] ?? homeFolder;
  const path = environment["PATH"] ?? null;
  const headerOf = (file: string) => `${markOf(file)} \`supervise uninstall ${name}\` removes it.`;
  if (name === "systemd") {
    const config = environment["XDG_CONFIG_HOME"] ?? `${home}/.config`;
    const folder = isSystem ? "/etc/systemd/system" : `${config}/systemd/user`;
    const target = isSystem ? SYSTEM_TARGET : USER_TARGET;
    const systemctl = isSystem ? ["systemctl"] : ["systemctl", "--user"];
    const user = environment["USER"] ?? environment["LOGNAME"] ?? String(uid);
    // A shell that was opened by su or sudo has no such variable, and systemctl finds nothing without it.
    const runtimeFolder = environment["XDG_RUNTIME_DIR"] ?? `/run/user/${uid}`;
    return {
      name,
      isSystem,
      folder,
      title: isSystem ? "systemd" : "The systemd of this user",
      variables: isSystem ? {} : { XDG_RUNTIME_DIR: runtimeFolder },
      asks: [...systemctl, "show", "--property=Version"],
      answersHint: isSystem
        ? "it has to be what the machine was started by; --print shows the unit"
        : `log in as this user, or let root run \`loginctl enable-linger ${user}\`; --print shows the unit`,
      unit: (plan) => {
        const unit = treeUnit(plan, {
          supervise: selfCommand,
          wantedBy: target,
          path,
          profiles: plan.profiles,
        });
        return { name: unitNameOf(plan), text: unit.text([headerOf(plan.file)]) };
      },
      start: (path, now) => [
        [...systemctl, "daemon-reload"],
        [...systemctl, "enable", ...(now ? ["--now"] : []), baseName(path)],
      ],
      startLine: (unit) => [...systemctl, "start", unit].join(" "),
      stop: (path) => [[...systemctl, "disable", "--now", baseName(path)]],
      forget: (unit) => [[...systemctl, "daemon-reload"], [...systemctl, "reset-failed", unit]],
      leftFolders: [`${folder}/${target}.wants`, ...(isSystem ? [] : [folder, `${config}/systemd`])],
      linger: isSystem ? null : {
        enable: ["loginctl", "enable-linger", String(uid)],
        disable: ["loginctl", "disable-linger", String(uid)],
        hint: `nothing else was done; root can do this for ${user}`,
      },
      isLingering: () => isSystem || host.files.exists(`/var/lib/systemd/linger/${user}`),
    };
  }
  if (name !== "launchd") return null;
  const folder = isSystem ? "/Library/LaunchDaemons" : `${home}/Library/LaunchAgents`;
  const domain = isSystem ? "system" : `gui/${uid}`;
  return {
    name,
    isSystem,
    folder,
    title: "launchd",
    variables: {},
    asks: ["launchctl", "managername"],
    answersHint: "it is a part of macOS; --print shows the property list",
    linger: null,
    unit: (plan) => ({
      name: `${labelOf(plan)}.plist`,
      text: writePlist(treePlist(plan, { supervise: selfCommand, path }), headerOf(plan.file)),
    }),
    start: (path, now) => now ? [["launchctl", "bootstrap", domain, path]] : [],
    startLine: (unit) => `launchctl bootstrap ${domain} ${folder}/${unit}`,
    stop: () => [],
    forget: (unit) => [["launchctl", "bootout", `${domain}/${unit.replace(/\.plist$/, "")}`]],
    leftFolders: [],
    isLingering: () => true,
  };
}

/** The units of a file. */
export function installedFor(files: Files, { folder }: Manager, file: string): readonly Installed[] {
  return files.list(folder).map((name) => `${folder}/${name}`)
    .filter((path) => /\.(?:service|plist)$/.test(path) && readOrNothing(files, path).includes(markOf(file)))
    .map((path) => ({ path }));
}

function readOrNothing(files: Files, path: string): string {
  try {
    return files.readText(path) ?? "";
  } catch {
    // It is none of ours: those can be read.
    return "";
  }
}

/**
 * Returns when the manager answers.
 *
 * @param withinMs How long it may take to start.
 * @throws {UserError} `install/no-manager`
 */
export async function requireManager(context: Context, manager: Manager, withinMs: number): Promise<void> {
  const until = after(currentTime(), withinMs);
  while (!await tryManager(context, manager, manager.asks)) {
    if (currentTime() >= until) {
      throw new UserError("install/no-manager", `${manager.title} does not answer`, {
        hint: manager.answersHint,
      });
    }
    await sleep(ASK_AGAIN_MS);
  }
}

/** Runs a command of a manager, whose words are its own. @throws {UserError} `install/manager-failed` */
export async function runManager(
  context: Context,
  manager: Manager,
  argv: Line,
  hint: string,
): Promise<void> {
  const line = argv.join(" ");
  const why = await failureOf(context, manager, argv, "inherit");
  if (why !== null) throw new UserError("install/manager-failed", `\`${line}\` ${why}`, { hint });
}

/** Runs a command of a manager of which nothing is shown; tells whether it did its work. */
export async function tryManager(context: Context, manager: Manager, argv: Line): Promise<boolean> {
  return await failureOf(context, manager, argv, "null") === null;
}

/** Null if it did its work. */
async function failureOf(
  { host, program, ui }: Context,
  { variables }: Manager,
  argv: Line,
  output: "inherit" | "null",
): Promise<string | null> {
  if (ui.verbosity === "verbose") await fromPromise(ui.say(`running ${argv.join(" ")}`));
  const env = { ...definedOnly(program.environment), ...variables };
  let child: Child;
  try {
    child = host.processes.spawn({ argv, env, cwd: program.cwd, stdin: null, output });
  } catch (error) {
    if (!(error instanceof SpawnError)) throw error;
    return `cannot be run: ${error.message}`;
  }
  const status = await fromPromise(child.exited);
  if (status.how === "exited") return status.code === 0 ? null : `has ended with exit code ${status.code}`;
  return `was ended by ${status.signal}`;
}
