import assert from "node:assert/strict";
import { keyPlaces } from "../../lib/config/toml/key_places.ts";
import { keyUse, useOf } from "../../lib/explanation/key_use.ts";
import { planOf } from "../config/compiling.ts";
import { test } from "../harness/test.ts";

const TEXT = `on_failure = "stop"
[defaults]
start_timeout = "1m"
[actors.db]
exec = "db"
daemon = true
start_timeout = "2m"
ready = { tcp = "127.0.0.1:1", interval = "1s" }
[trees.pool]
intensity = { restarts = 2, within = "1h" }
[trees.pool.defaults]
start_timeout = "3m"
[trees.pool.actors.web]
exec = [
  "web",
  "--fast",
]
daemon = true
replicas = 2
[trees.pool.actors.web.stop]
grace = "7s"
`;

const PLACES = keyPlaces(new Map([["/s.toml", TEXT]]));

function useText(key: string): readonly string[] {
  const use = keyUse(planOf(TEXT), new Map([["/s.toml", TEXT]]), key);
  return use.settings.map(({ line, table, of, key, value, for: meant }) =>
    `${line} ${table} ${of || "-"} ${key} ${value} for ${meant.join(",") || "-"}`
  );
}

test("key places: the table, the dotted key and the lines of all that a text sets", () => {
  const told = PLACES.map(({ line, lastLine, table, of, key }) =>
    `${line}-${lastLine} ${table} ${of || "-"} ${key}`
  );
  assert.deepEqual(told, [
    "1-1 tree - on_failure",
    "3-3 defaults - start_timeout",
    "4-4 actor db ",
    "5-5 actor db exec",
    "6-6 actor db daemon",
    "7-7 actor db start_timeout",
    "8-8 actor db ready",
    "8-8 actor db ready.tcp",
    "8-8 actor db ready.interval",
    "9-9 tree pool ",
    "10-10 tree pool intensity",
    "10-10 tree pool intensity.restarts",
    "10-10 tree pool intensity.within",
    "12-12 defaults pool start_timeout",
    "13-13 actor pool/web ",
    "14-17 actor pool/web exec",
    "18-18 actor pool/web daemon",
    "19-19 actor pool/web replicas",
    "20-20 actor pool/web stop",
    "21-21 actor pool/web stop.grace",
  ]);
  assert.equal(PLACES.find(({ line }) => line === 14)!.value, '[ "web", "--fast", ]');
  assert.deepEqual(keyPlaces(new Map([["/s.toml", "[actors.a"]])), []);
});

test("key use: defaults are for those that go by them, and not for those with a nearer one", () => {
  assert.deepEqual(useText("start_timeout"), [
    '3 defaults - start_timeout "1m" for -',
    '7 actor db start_timeout "2m" for db',
    '12 defaults pool start_timeout "3m" for pool/web',
  ]);
});

test("key use: a key by its table, by the name of the node's kind, and alone", () => {
  const grace = ['21 actor pool/web stop.grace "7s" for pool/web'];
  assert.deepEqual(useText("stop.grace"), grace);
  assert.deepEqual(useText("grace"), grace);
  assert.deepEqual(useText("actor.daemon").length, 2);
  assert.deepEqual(useText("run_timeout"), []);
});

test("key use: the consequences are computed for those that go by the key", () => {
  const texts = new Map([["/s.toml", TEXT]]);
  const [pool] = keyUse(planOf(TEXT), texts, "intensity").effects;
  assert.equal(pool!.path, "pool/web.1");
  assert.equal(pool!.forecast.retries.length, 2);
  const [db] = keyUse(planOf(TEXT), texts, "ready.interval").effects;
  assert.deepEqual([db!.path, db!.forecast.failing.how], ["db", "never_ready"]);
  assert.deepEqual(keyUse(planOf(TEXT), texts, "daemon").effects, []);
});

test("key use: of a key that nothing sets, a daemon is the example", () => {
  const { settings, effects } = keyUse(planOf(TEXT), new Map([["/s.toml", TEXT]]), "backoff");
  assert.deepEqual(settings, []);
  assert.deepEqual(effects.map(({ path }) => path), ["db"]);
});

test("key use: one place alone", () => {
  const places = PLACES.filter(({ line }) => line === 21);
  const { settings } = useOf(planOf(TEXT), new Map([["/s.toml", TEXT]]), "stop.grace", places);
  assert.deepEqual(settings.map(({ line }) => line), [21]);
});
