/** Variables of a service. */
import { folderOf, resolvePath } from "../../base/posix_path.ts";
import { mapOf, reject, valueOf } from "../document/access.ts";
import { asMap } from "../document/merge_maps.ts";
import { type Entry, isNothing, type Node } from "../document/node.ts";
import type { DraftValue } from "../draft.ts";
import { isReservedVariable } from "../reserved_variables.ts";
import { placeHere } from "./places.ts";
import { fromFile, localText, type ServiceContext, tellHosts, toKey, wholePath } from "./service.ts";

/** Sets `env`, with hosts and paths of containers as those of this machine. */
export function setEnvironment(context: ServiceContext, entry: Entry): void {
  const { actor, findings, places, project } = context;
  if (isNothing(entry.value)) return;
  // A program of this machine that stands for an image has variables of its own already.
  const ours = { ...actor.keys.get("env") as Record<string, DraftValue> | undefined };
  const map = entry.value.kind === "list"
    ? asMap("environment", entry.value)
    : mapOf(entry.value, "`environment`");
  const env: Record<string, DraftValue> = {};
  const names = new Set<string>();
  const fromDotenv: string[] = [];
  for (const { key, value, file, line } of map.entries.values()) {
    const at = { file, line };
    if (isReservedVariable(key) || key === "") {
      findings.lost(at, `environment.${key}`, "supervise sets it for every process", "use another name");
    } else if (isNothing(value)) {
      findings.kept(at, `environment.${key}`, "inherited from the shell");
    } else if (Object.hasOwn(ours, key)) {
      const why = "it is what the program of this machine is told";
      findings.changed(at, `environment.${key}`, toKey(context, `env.${key}`), why);
    } else if (isOfDotenv(key, value, context)) {
      fromDotenv.push(key);
    } else {
      const text = localText(value, `the variable ${key}`, context, names, key);
      const here = text.startsWith("/") ? placeHere(text, places) : null;
      env[key] = here === null ? text : wholePath(here, project.folder);
      if (here !== null) {
        const why = "a path of the container is that of this machine";
        findings.changed(at, `environment.${key}`, toKey(context, `env.${key}`), why);
      }
    }
  }
  if (fromDotenv.length > 0) {
    addEnvFile(context, ".env");
    const to = toKey(context, 'env_file = [".env"]');
    const why = `${fromDotenv.join(", ")} ${
      fromDotenv.length === 1 ? "comes" : "come"
    } from .env, with all else that it sets`;
    findings.changed(entry, "environment", to, why);
  }
  const count = Object.keys(env).length;
  if (count === 0) return;
  actor.keys.set("env", { ...ours, ...env });
  const to = toKey(context, "env");
  if (names.size === 0) {
    findings.kept(entry, "environment", `${to} (${count === 1 ? "1 variable" : `${count} variables`})`);
  } else tellHosts(context, entry, to, names);
}

/** `NAME: ${NAME}` says no more than the `.env` does. */
function isOfDotenv(key: string, value: Node, { project: { variables } }: ServiceContext): boolean {
  return variables.aloneIn(value, `the variable ${key}`) === key && variables.isInDotenv(key);
}

/** Sets `env_file`. */
export function setEnvFiles(context: ServiceContext, entry: Entry): void {
  const { findings, project } = context;
  if (isNothing(entry.value)) return;
  for (const item of entry.value.kind === "list" ? entry.value.items : [entry.value]) {
    const path = item.kind === "map" ? valueOf(item, "path") : item;
    if (path === null) return reject(item, "an item of `env_file` has no `path`");
    const written = project.variables.now(path, "`env_file`");
    const here = resolvePath(folderOf(path.file), written);
    const shown = fromFile(here, project.folder).replace(/^\.\//, "");
    if (project.disk.exists(here)) {
      addEnvFile(context, shown);
      findings.kept(item, `env_file ${written}`, toKey(context, "env_file"));
    } else {
      const hint = `write env_file = [${
        JSON.stringify(shown)
      }] into actors.${context.actor.name} once it is there`;
      findings.lost(item, `env_file ${written}`, "there is no such file", hint);
    }
  }
}

function addEnvFile({ actor }: ServiceContext, file: string): void {
  const known = (actor.keys.get("env_file") ?? []) as readonly string[];
  if (!known.includes(file)) actor.keys.set("env_file", [...known, file]);
}
