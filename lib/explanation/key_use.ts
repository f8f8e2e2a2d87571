/** The use of a key in a file: where it is set, to what, for whom, and what follows from it there. PURE. */
import { type ActorSpec, isProbed, type NodeId, type NodeSpec, type Plan } from "../config/plan.ts";
import { withoutReplica } from "../config/replica_path.ts";
import { keyFinder } from "../config/toml/key_location.ts";
import { type KeyPlace, keyPlaces } from "../config/toml/key_places.ts";
import type { Failing, Forecast } from "./forecast.ts";
import { whatIf } from "./what_if.ts";

/** A place that sets the key. */
export interface KeySetting extends KeyPlace {
  /** The actors and trees that go by it, an actor with replicas once. */
  readonly for: readonly NodeId[];
}

/** See the module. */
export interface KeyUse {
  readonly key: string;
  /** In the order of the files. */
  readonly settings: readonly KeySetting[];
  /** The consequences for an actor that goes by the key, if it fails in a way that the key is about. */
  readonly effects: readonly { readonly path: NodeId; readonly forecast: Forecast }[];
}

/** The names of tables that may stand before a key. */
const TABLES: readonly string[] = ["actor", "tree", "root", "included", "defaults"];

/** More forecasts say the same, and one is an example where nothing is set. */
const MOST_EFFECTS = 2;

/**
 * The use of a key in a file.
 *
 * @param texts The texts of the file and of all that it includes, by their paths.
 * @param key As `help` knows it: `start_timeout`, `ready.timeout`, `actor.exec`; `timeout` is that of any table.
 */
export function keyUse(plan: Plan, texts: ReadonlyMap<string, string>, key: string): KeyUse {
  const [table, ...rest] = key.split(".");
  const bare = rest.length > 0 && TABLES.includes(table!) ? rest.join(".") : key;
  const places = keyPlaces(texts).filter((place) => place.key === bare || place.key.endsWith(`.${bare}`));
  return useOf(plan, texts, bare, places);
}

/** The use of the keys that stand in some places. */
export function useOf(
  plan: Plan,
  texts: ReadonlyMap<string, string>,
  key: string,
  places: readonly KeyPlace[],
): KeyUse {
  const find = keyFinder(texts);
  const known = new Map(plan.nodes.map((node) => [withoutReplica(node.path) as NodeId, node]));
  const settings = places.map((place): KeySetting => {
    const goesByIt = ([path]: readonly [NodeId, NodeSpec]) => {
      const found = find(path, place.key);
      return found !== null && found.file === place.file && found.line === place.line;
    };
    const inherits = ([, { kind }]: readonly [NodeId, NodeSpec]) => kind !== "tree";
    const meant = place.table === "defaults"
      ? [...known].filter((one) => inherits(one) && goesByIt(one)).map(([path]) => path)
      : [place.of];
    return { ...place, for: meant };
  });
  const touched = settings.length === 0
    ? plan.nodes.filter((node) => node.kind !== "tree" && node.daemon).map(({ path }) => ({ path, key }))
    : settings.flatMap((setting) => setting.for.map((path) => ({ path, key: setting.key })));
  const effects = new Map<NodeId, Forecast>();
  for (const { path, key } of touched) {
    const actor = effects.size === (settings.length === 0 ? 1 : MOST_EFFECTS)
      ? null
      : actorFor(plan, known.get(path));
    const failing = actor === null || effects.has(actor.path) ? null : failingBy(key, actor);
    const forecast = failing === null ? null : whatIf(plan, actor!.path, failing);
    if (forecast !== null) effects.set(actor!.path, forecast);
  }
  return { key, settings, effects: [...effects].map(([path, forecast]) => ({ path, forecast })) };
}

/** A tree is told by the first daemon in it. */
function actorFor(plan: Plan, node: NodeSpec | undefined): ActorSpec | null {
  if (node === undefined) return null;
  if (node.kind !== "tree") return node;
  const own = plan.nodes.find((one) => one.parent === node.path && one.kind !== "tree" && one.daemon);
  return own === undefined || own.kind === "tree" ? null : own;
}

/** The failure that a key is about; null for a key that is about none. */
function failingBy(key: string, actor: ActorSpec): Failing | null {
  switch (key.split(".")[0]) {
    case "restart":
    case "intensity":
    case "backoff":
    case "strategy":
    case "on_failure":
      return { how: "exits", exit: { how: "exited", code: 1 } };
    case "start_timeout":
    case "ready":
      return isProbed(actor) ? { how: "never_ready" } : null;
    case "health":
      return actor.health === null ? null : { how: "unhealthy", why: "" };
    default:
      return null;
  }
}
