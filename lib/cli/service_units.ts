/** The service managers that can run a tree: where their units are, and which commands have them start and forget one. */
import { definedOnly } from "../base/defined_only.ts";
import { baseName } from "../base/posix_path.ts";
import { UserError } from "../base/user_error.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import type { Plan } from "../config/plan.ts";
import { labelOf, treePlist } from "../formats/launchd/tree_plist.ts";
import { writePlist } from "../formats/launchd/plist.ts";
import { SYSTEM_TARGET, treeUnit, unitNameOf, USER_TARGET } from "../formats/systemd/tree_unit.ts";
import type { Files } from "../host/ports/files.ts";
import { type Child, SpawnError } from "../host/ports/processes.ts";
import type { Context } from "./command.ts";

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
  /** Commands after a unit was written. */
  readonly start: (path: string, now: boolean) => readonly Line[];
  /** The command that starts it, for people. */
  readonly startLine: (name: string) => string;
  /** Commands before a unit is removed. */
  readonly stop: (path: string) => readonly Line[];
  /** Commands after it was removed, which may find nothing to do. */
  readonly forget: (name: string) => readonly Line[];
  /** Folders that are only there for what stands in them. */
  readonly leftFolders: readonly string[];
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
    return {
      name,
      isSystem,
      folder,
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
      leftFolders: [`${folder}/${target}.wants`],
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

/** Runs a command of a manager, whose words are its own. @throws {UserError} `install/manager-failed` */
export async function runManager(
  { host, program, ui }: Context,
  argv: Line,
  { mayFail = false, hint = "" }: { readonly mayFail?: boolean; readonly hint?: string },
): Promise<void> {
  const line = argv.join(" ");
  if (ui.verbosity === "verbose") await fromPromise(ui.say(`running ${line}`));
  let child: Child;
  try {
    const output = mayFail ? "null" : "inherit";
    child = host.processes.spawn({
      argv,
      env: definedOnly(program.environment),
      cwd: program.cwd,
      stdin: null,
      output,
    });
  } catch (error) {
    if (!(error instanceof SpawnError)) throw error;
    if (mayFail) return;
    throw failed(line, `cannot be run: ${error.message}`, hint);
  }
  const status = await fromPromise(child.exited);
  if (mayFail || (status.how === "exited" && status.code === 0)) return;
  throw failed(
    line,
    status.how === "exited" ? `has ended with exit code ${status.code}` : `was ended by ${status.signal}`,
    hint,
  );
}

function failed(line: string, why: string, hint: string): UserError {
  return new UserError("install/manager-failed", `\`${line}\` ${why}`, { hint });
}
