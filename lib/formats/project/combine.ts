/** Several proposals in one configuration: the database of a compose file beside the server of a package.json. */
import { nameSome } from "../../base/name_some.ts";
import { addActor, type DraftTable, type DraftTree, draftTree, type DraftValue } from "../draft.ts";
import type { Proposal } from "./proposal.ts";

/** @param proposals At least one. */
export function combined(proposals: readonly [Proposal, ...Proposal[]]): Proposal {
  const [only, ...others] = proposals;
  if (others.length === 0) return only;
  const draft = draftTree();
  for (const proposal of proposals) addDraft(draft, proposal.draft);
  const before = proposals.flatMap(({ before }) => before ?? []);
  const files = proposals.flatMap(({ file, files = [file] }) => files);
  return {
    file: nameSome(files),
    files,
    title: proposals.map(({ title }) => title).join(" + "),
    draft,
    findings: proposals.flatMap(({ findings }) => findings),
    ...(before.length === 0 ? {} : { before: before.join(" && ") }),
  };
}

/** Moves what holds for all of a file to each actor, because the other file's have nothing of it. */
function addDraft(whole: DraftTree, part: DraftTree): void {
  const names = new Map<string, string>();
  const actors = part.actors.map((own) => {
    const actor = addActor(whole, own.name);
    names.set(own.name, actor.name);
    return [own, actor] as const;
  });
  whole.comments.push(...part.comments);
  for (const [own, actor] of actors) {
    copy(own, actor);
    addDefaults(actor, part.defaults);
    const dependsOn = actor.keys.get("depends_on");
    if (dependsOn !== undefined) actor.keys.set("depends_on", renamed(dependsOn, names));
    const files = [part.keys.get("env_file") ?? [], actor.keys.get("env_file") ?? []].flat();
    if (files.length > 0) actor.keys.set("env_file", files);
  }
  for (const tree of part.trees) {
    addDefaults(tree.defaults, part.defaults);
    whole.trees.push(tree);
  }
  for (const [key, value] of part.keys) {
    if (key !== "env_file" && !whole.keys.has(key)) whole.keys.set(key, value);
  }
}

function copy(from: DraftTable, to: DraftTable): void {
  to.comments.push(...from.comments);
  for (const [key, value] of from.keys) to.keys.set(key, value);
  for (const [key, note] of from.notes) to.notes.set(key, note);
}

function addDefaults({ keys }: DraftTable, defaults: DraftTable): void {
  for (const [key, value] of defaults.keys) {
    const own = keys.get(key);
    if (own === undefined) keys.set(key, value);
    else if (isTable(own) && isTable(value)) keys.set(key, { ...value, ...own });
  }
}

function renamed(dependsOn: DraftValue, names: ReadonlyMap<string, string>): DraftValue {
  const nameOf = (name: string) => names.get(name) ?? name;
  if (isTable(dependsOn)) {
    return Object.fromEntries(Object.entries(dependsOn).map(([name, value]) => [nameOf(name), value]));
  }
  return Array.isArray(dependsOn) ? dependsOn.map((name) => nameOf(String(name))) : dependsOn;
}

function isTable(value: DraftValue): value is { readonly [key: string]: DraftValue } {
  return typeof value === "object" && !Array.isArray(value);
}
