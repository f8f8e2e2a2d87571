/** The entry that the journal names as the cause of another one: what people are told of why something happened. */
import assert from "node:assert/strict";
import type { Entry } from "../../lib/supervision/journal_entry.ts";
import { planOf } from "../config/compiling.ts";
import { test } from "../harness/test.ts";
import { World } from "../harness/world.ts";

/** Plays a world, and gives the chain of causes of the last entry about an event of a node, itself first. */
function chainOf(
  toml: string,
  play: (world: World) => void,
  node: string,
  event: Entry["event"],
): readonly string[] {
  const world = new World(planOf(toml));
  const entries = new Map<number, Entry>();
  world.onStep = (_before, _event, _now, { effects }) => {
    for (const effect of effects) if (effect.type === "record") entries.set(effect.entry.seq, effect.entry);
  };
  play(world);
  const last = [...entries.values()].findLast((entry) => entry.node === node && entry.event === event);
  assert.ok(last, `nothing has ${event}`);
  const chain = [last];
  for (let at = last.cause; at !== null; at = entries.get(at)!.cause) chain.push(entries.get(at)!);
  return chain.map((entry) => `${entry.event} ${entry.node || "-"}`);
}

const PAIR = `[actors.db]
exec = "db"
daemon = true
restart = "never"
[actors.api]
exec = "api"
daemon = true
depends_on = ["db"]
`;

test("causes: what fails for a dependency does so because that has failed", () => {
  const play = (world: World) => {
    world.script("db", { spawn: { error: "ENOENT", isFinal: true } });
    world.begin();
  };
  assert.deepEqual(chainOf(PAIR, play, "api", "failed"), [
    "failed api",
    "failed db",
    "start_failed db",
    "started -",
  ]);
});

test("causes: a tree ends because of the child that has decided it", () => {
  const toml = `auto_shutdown = "any_significant"\n${PAIR}[actors.main]\nexec = "main"\nsignificant = true\n`;
  const play = (world: World) => {
    world.begin();
    world.exits("main", 0);
    world.exhaust();
  };
  const [ended, cancelled, completed] = chainOf(toml, play, "", "ended");
  assert.deepEqual([ended, cancelled, completed], ["ended -", "cancelled -", "completed main"]);
});

test("causes: of several ends the last decides that of a tree, and of failures the first", () => {
  const tasks = ["a", "b", "c"].map((name) => `[actors.${name}]\nexec = "${name}"\n`).join("");
  const ends = (codes: Readonly<Record<string, number>>) => (world: World) => {
    world.begin();
    for (const [name, code] of Object.entries(codes)) world.exits(name, code);
  };
  assert.equal(chainOf(tasks, ends({ b: 0, a: 0, c: 0 }), "", "ended")[2], "completed c");
  assert.equal(chainOf(tasks, ends({ b: 1, a: 1, c: 0 }), "", "ended")[2], "failed b");
});

test("causes: what is another process by now is started anew because of the plan", () => {
  const play = (world: World) => {
    world.begin();
    world.replan(planOf(PAIR.replace('exec = "api"', 'exec = "api --fast"')));
  };
  const chain = chainOf(PAIR, play, "api", "started");
  assert.deepEqual(chain, ["started api", "exited api", "stopping api", "planned -"]);
});

test("causes: a stop by hand stays the cause of a stop that a plan would have asked for, too", () => {
  const play = (world: World) => {
    world.script("api", { obeys: false });
    world.begin();
    world.down();
    world.replan(planOf(PAIR.replace('exec = "db"', 'exec = "db --fast"')));
    world.exhaust();
  };
  assert.equal(chainOf(PAIR, play, "db", "stopping").at(-1), "requested -");
});

test("causes: what a later supervisor adopts it does because it goes on, and stops if it is another by now", () => {
  const survives = `on_supervisor_death = "survive"\n${PAIR}`;
  const adopted = (isOutdated: boolean) => (world: World) => {
    world.begin();
    world.resume({ isOutdated: () => isOutdated });
  };
  assert.deepEqual(chainOf(survives, adopted(false), "db", "adopted"), ["adopted db", "resumed -"]);
  assert.deepEqual(chainOf(survives, adopted(true), "db", "stopping"), ["stopping db", "resumed -"]);
});

test("causes: what is killed because somebody is in a hurry", () => {
  const play = (world: World) => {
    world.script("api", { obeys: false });
    world.script("db", { obeys: false });
    world.begin();
    world.down();
    world.send({ type: "grace_cut", toMs: 0 });
    world.exhaust();
  };
  assert.deepEqual(chainOf(PAIR, play, "api", "killed"), [
    "killed api",
    "hurried -",
    "cancelled -",
    "requested -",
  ]);
  assert.deepEqual(chainOf(PAIR, play, "db", "stopping"), [
    "stopping db",
    "hurried -",
    "cancelled -",
    "requested -",
  ]);
});
