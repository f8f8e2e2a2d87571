import assert from "node:assert/strict";
import { type Place, type Topology, topologyOf } from "../../lib/supervision/topology.ts";
import { planOf, type TreeSketch } from "../harness/plan.ts";
import { test } from "../harness/test.ts";

const DAEMON = { daemon: true };

/** One fact of each node but the root, by its path. */
function byPath<T>({ places }: Topology, factOf: (place: Place) => T): Record<string, T> {
  return Object.fromEntries(places.slice(1).map((place) => [place.id, factOf(place)]));
}

function topologyFor(children: TreeSketch["children"]) {
  const topology = topologyOf(planOf({ children }));
  const early = topology.places.filter((place) => place.stopsEarly).map(({ id }) => id);
  return { topology, early, rounds: byPath(topology, ({ roundsLeft }) => roundsLeft) };
}

test("topology: dependents and ancestors, the nearest first", () => {
  const { topology } = topologyFor({
    db: DAEMON,
    pool: { children: { inner: { children: { job: { needs: { db: "ready" } } } } } },
    api: { daemon: true, needs: { db: "ready", "pool/inner": "ready" } },
  });
  assert.deepEqual(topology.places[4]!.ancestors, ["pool/inner", "pool", ""]);
  assert.deepEqual(byPath(topology, ({ dependents }) => dependents), {
    db: ["pool/inner/job", "api"],
    pool: [],
    "pool/inner": ["api"],
    "pool/inner/job": [],
    api: [],
  });
});

test("topology: one-shots stop early, unless a daemon depends on them, directly or through others and trees", () => {
  const cases: readonly (readonly [string, TreeSketch["children"], readonly string[]])[] = [
    ["a lone one-shot", { job: {}, web: DAEMON }, ["job"]],
    ["needed by a daemon", { job: {}, web: { daemon: true, needs: { job: "completed" } } }, []],
    ["needed through another", {
      a: {},
      b: { needs: { a: "completed" } },
      web: { daemon: true, needs: { b: "completed" } },
    }, []],
    ["needed by a one-shot alone", { a: {}, b: { needs: { a: "completed" } }, web: DAEMON }, ["a", "b"]],
    ["needs a daemon", { web: DAEMON, job: { needs: { web: "ready" } } }, ["job"]],
    ["in a tree that a daemon needs", {
      pool: { children: { job: {} } },
      web: { daemon: true, needs: { pool: "ready" } },
    }, []],
    ["needed by the tree around a daemon", {
      job: {},
      pool: { needs: { job: "completed" }, children: { web: DAEMON } },
    }, []],
    ["beside a daemon in a tree", { pool: { children: { web: DAEMON, job: {} } } }, ["pool/job"]],
  ];
  for (const [what, children, expected] of cases) {
    assert.deepEqual(topologyFor(children).early, expected, what);
  }
});

test("topology: the rounds that are left are the longest chain from a node on, with early ones before all others", () => {
  const cases: readonly (readonly [string, TreeSketch["children"], Record<string, number>])[] = [
    ["apart", { a: DAEMON, b: DAEMON }, { a: 1, b: 1 }],
    ["a chain", {
      a: DAEMON,
      b: { daemon: true, needs: { a: "ready" } },
      c: { daemon: true, needs: { b: "ready" } },
    }, { a: 1, b: 2, c: 3 }],
    ["two ways, the longer counts", {
      a: DAEMON,
      b: { daemon: true, needs: { a: "ready" } },
      c: { daemon: true, needs: { a: "ready", b: "ready" } },
    }, { a: 1, b: 2, c: 3 }],
    ["early ones first", { a: DAEMON, b: { daemon: true, needs: { a: "ready" } }, job: {} }, {
      a: 1,
      b: 2,
      job: 3,
    }],
    ["through a tree", {
      a: DAEMON,
      pool: { needs: { a: "ready" }, children: { b: DAEMON } },
      c: { daemon: true, needs: { pool: "ready" } },
    }, { a: 1, pool: 2, "pool/b": 2, c: 3 }],
  ];
  for (const [what, children, expected] of cases) {
    assert.deepEqual(topologyFor(children).rounds, expected, what);
  }
});

test("topology: a chain of thousands and a deep nest need no deep stack and little time", () => {
  const chain: Record<string, TreeSketch["children"][string]> = {};
  for (let i = 0; i < 3_000; i++) {
    chain[`n${i}`] = { daemon: true, ...(i === 0 ? {} : { needs: { [`n${i - 1}`]: "ready" } }) };
  }
  assert.equal(topologyFor(chain).rounds["n2999"], 3_000);
  let nest: TreeSketch = { children: { leaf: DAEMON } };
  for (let i = 0; i < 200; i++) nest = { children: { t: nest } };
  assert.equal(topologyOf(planOf(nest)).places.at(-1)!.ancestors.length, 201);
});
