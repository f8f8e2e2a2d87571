/** `explain KEY` and `explain FILE:LINE`: what a key means, and what it does in a file. */
import { UserError } from "../../base/user_error.ts";
import { baseName } from "../../base/posix_path.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import { maskerFor } from "../../config/mask.ts";
import type { Plan } from "../../config/plan.ts";
import { withoutReplica } from "../../config/replica_path.ts";
import { type KeyPlace, keyPlaces } from "../../config/toml/key_places.ts";
import { DEFAULT_FILE, findFile } from "../../daemon/find_tree.ts";
import { type KeyUse, keyUse, useOf } from "../../explanation/key_use.ts";
import type { Context } from "../command.ts";
import { type Topic, topicCalled } from "../help/topics.ts";
import { usage } from "../option.ts";
import { renderKeyUse, renderTable } from "../render/key_use.ts";
import { renderTopic } from "../render/topic.ts";
import { requireLoaded } from "../require_plan.ts";
import { fileOf } from "../which_tree.ts";

const FILE_LINE = /^(?<file>.+):(?<line>\d+)$/;

/** Explains the only word if it is a line of a file, or a key that no actor or tree is called by. @returns Whether it was. */
export async function explainKey(context: Context): Promise<boolean> {
  const [word, ...more] = context.args.words;
  if (word === undefined || more.length > 0) return false;
  const { file, line } = FILE_LINE.exec(word)?.groups ?? {};
  if (file !== undefined) {
    await explainLine(context, file, Number(line));
    return true;
  }
  const topic = topicCalled(word);
  if (topic?.kind !== "key") return false;
  const found = await fileOrNull(context);
  if (found !== null && found.plan.nodes.some(({ path }) => withoutReplica(path) === word)) return false;
  await tell(context, topic, found === null ? null : keyUse(found.plan, found.texts, word), found);
  return true;
}

interface Loaded {
  readonly plan: Plan;
  readonly texts: ReadonlyMap<string, string>;
}

/** A key means the same without a file; one that is named must be there. @throws {UserError} */
async function fileOrNull(context: Context): Promise<Loaded | null> {
  try {
    return await fromPromise(requireLoaded(context, fileOf(context, Infinity), "tell"));
  } catch (error) {
    const isNamed = context.args.text("file") !== null || context.args.text("name") !== null;
    if (isNamed || !(error instanceof UserError) || error.code !== "config/not-found") throw error;
    return null;
  }
}

/** @throws {UserError} `config/not-found`, `config/invalid`, `usage/bad-value` */
async function explainLine(context: Context, named: string, line: number): Promise<void> {
  const file = findFile(context.host, context.program, named);
  const loaded = await loadedWith(context, file);
  const places = keyPlaces(loaded.texts);
  const place = placeAt(places, file, line);
  if (place.key === "") return await tellTable(context, loaded, place, places);
  const isBeside = (one: KeyPlace) => one.file === file && one.line === place.line && one.value !== null;
  const own = place.value === null ? places.filter(isBeside) : [place];
  await tell(context, topicOf(place), useOf(loaded.plan, loaded.texts, place.key, own), loaded);
}

/** The tree that has a file: that of the folder if it includes the file, else the file itself. */
async function loadedWith(context: Context, file: string): Promise<Loaded> {
  const whole = baseName(file) === DEFAULT_FILE ? null : await fileOrNull(context);
  if (whole?.texts.has(file) === true) return whole;
  return await fromPromise(requireLoaded(context, file, "tell"));
}

/** The first key of a line, or that whose value goes on there. @throws {UserError} */
function placeAt(places: readonly KeyPlace[], file: string, line: number): KeyPlace {
  const own = places.filter((place) => place.file === file);
  const found = own.find((place) => place.line === line) ??
    own.findLast((place) => place.line < line && line <= place.lastLine);
  if (found !== undefined) return found;
  const before = own.filter((place) => place.line < line).toSorted((a, b) => a.line - b.line).at(-1);
  throw usage(
    "usage/bad-value",
    `Line ${line} of "${baseName(file)}" has no key`,
    before === undefined
      ? "name a line that sets something"
      : `line ${before.line} is the last before it that has one`,
  );
}

/** The meaning of a key where it stands; null for one that is a name of the user's, as that of a variable. */
function topicOf({ key, table }: KeyPlace): Topic | null {
  const parts = key.split(".");
  const own = parts.length === 1
    ? [`${table}.${key}`, `root.${key}`, `actor.${key}`]
    : [parts.slice(-2).join(".")];
  return own.map(topicCalled).find((topic) => topic?.kind === "key") ??
    (parts.length === 1 ? null : topicCalled(`actor.${parts[0]}`) ?? topicCalled(parts[0]!));
}

async function tell(
  { ui }: Context,
  topic: Topic | null,
  use: KeyUse | null,
  found: Loaded | null,
): Promise<void> {
  const shown = use === null ? null : masked(use, found!.plan);
  if (ui.json) return await fromPromise(ui.printJson([{ topic, use: shown }]));
  const meaning = topic === null ? [] : [renderTopic(topic, ui.out)];
  const here = shown === null
    ? [`There is no ${DEFAULT_FILE} here or above that it could be looked up in.`]
    : [renderKeyUse(shown, found!.plan, ui.columns, ui.out)];
  await fromPromise(ui.print([...meaning, ...here].join("\n\n")));
}

async function tellTable(
  { ui }: Context,
  { plan }: Loaded,
  place: KeyPlace,
  places: readonly KeyPlace[],
): Promise<void> {
  const isIn = ({ key, of, table, file }: KeyPlace) =>
    file === place.file && of === place.of && table === place.table && key !== "" && !key.includes(".");
  const masker = maskerFor(plan);
  const keys = places.filter(isIn).map((one) => {
    const topic = topicOf(one);
    const doc = topic?.kind === "key" ? topic.keys[0]!.key.doc : null;
    return { ...maskedPlace(one, masker), doc };
  });
  await fromPromise(
    ui.json ? ui.printJson([{ table: place, keys }]) : ui.print(renderTable(place, keys, ui.columns, ui.out)),
  );
}

function masked(use: KeyUse, plan: Plan): KeyUse {
  const masker = maskerFor(plan);
  return { ...use, settings: use.settings.map((setting) => maskedPlace(setting, masker)) };
}

function maskedPlace<Place extends KeyPlace>(place: Place, masker: ReturnType<typeof maskerFor>): Place {
  const name = place.key.split(".").at(-1)!;
  const shown = masker.data({ [name]: place.value }) as Readonly<Record<string, string | null>>;
  const value = shown[name] ?? null;
  return { ...place, value: value === null ? null : masker.source(value) };
}
