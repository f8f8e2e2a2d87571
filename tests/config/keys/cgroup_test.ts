import assert from "node:assert/strict";
import { describeGroupLimits } from "../../../lib/config/describe_group_limits.ts";
import type { GroupLimits } from "../../../lib/config/plan.ts";
import { test } from "../../harness/test.ts";
import { actorOf, adviceOf, problemsOf } from "../compiling.ts";

const NONE: GroupLimits = { memoryMaxBytes: null, cpuMaxPercent: null, pidsMax: null, required: false };

/** The limits of an actor with these lines. */
function limitsOf(lines: string): GroupLimits | null {
  return actorOf(`[actors.a]\nexec = "x"\n${lines}`, "a", { environment: { MOST: "max" } }).cgroup;
}

test("cgroup: every key does what the reference says", () => {
  const cases: readonly (readonly [string, Partial<GroupLimits>])[] = [
    ["memory_max = '64MiB'", { memoryMaxBytes: 67_108_864 }],
    ["memory_max = '10MB'", { memoryMaxBytes: 10_000_000 }],
    ["cpu_max = '50%'", { cpuMaxPercent: 50 }],
    ["cpu_max = '12.5%'", { cpuMaxPercent: 12.5 }],
    ["cpu_max = '200%'", { cpuMaxPercent: 200 }],
    ["pids_max = 100", { pidsMax: 100 }],
    ["pids_max = 1, memory_max = 'max'", { pidsMax: 1 }],
    ["pids_max = 1, cpu_max = '${env:MOST}', required = true", { pidsMax: 1, required: true }],
  ];
  for (const [keys, expected] of cases) {
    assert.deepEqual(limitsOf(`cgroup = { ${keys} }`), { ...NONE, ...expected }, keys);
  }
});

test("cgroup: without a key, or with none that limits anything, there is none", () => {
  const all = "cgroup = { memory_max = 'max', cpu_max = 'max', pids_max = 'max' }";
  for (const lines of ["", "cgroup = {}", "cgroup.required = true", all]) assert.equal(limitsOf(lines), null);
});

test("cgroup: actors inherit it from the defaults, key by key, and lift a limit with max", () => {
  const { cgroup } = actorOf(
    `defaults.cgroup = { memory_max = "1GiB", pids_max = 50, required = true }
    actors.a = { exec = "x", cgroup = { pids_max = "max", cpu_max = "10%" } }`,
    "a",
  );
  assert.deepEqual(cgroup, { ...NONE, memoryMaxBytes: 2 ** 30, cpuMaxPercent: 10, required: true });
});

const WRONG: readonly (readonly [string, string])[] = [
  ["memory_max = 64", "bad-value 3:25 64 has no unit"],
  ["memory_max = '64M'", 'bad-value 3:25 "64M" is not a size'],
  ["memory_max = 'lots'", 'bad-value 3:25 "lots" is not a size'],
  ["memory_max = '100B'", 'out-of-range 3:25 "100B" is too small'],
  ["memory_max = 'unlimited'", 'bad-value 3:25 "unlimited" is not a size'],
  ["memory_max = true", "wrong-type 3:25 this is a boolean, not a size"],
  ["cpu_max = 2", "bad-value 3:22 2 has no unit"],
  ["cpu_max = '0.5'", 'bad-value 3:22 "0.5" is not a share of a processor'],
  ["cpu_max = '0%'", 'out-of-range 3:22 "0%" is too small'],
  ["cpu_max = '0.9%'", 'out-of-range 3:22 "0.9%" is too small'],
  ["cpu_max = '10000001%'", 'out-of-range 3:22 "10000001%" is too large'],
  ["pids_max = 0", "out-of-range 3:23 0 is too small"],
  ["pids_max = '10'", "wrong-type 3:23 this is a string, not an integer"],
  ["pids_max = 'infinity'", 'bad-value 3:23 "infinity" is not an integer'],
  ["required = 'yes'", "wrong-type 3:23 this is a string, not a boolean"],
  ["mem_limit = '64MiB'", 'unknown-key 3:12 unknown key "mem_limit", did you mean "memory_max"?'],
  ["TasksMax = 5", 'unknown-key 3:12 unknown key "TasksMax", did you mean "pids_max"?'],
];

test("cgroup: what no kernel could keep is refused at its place", () => {
  for (const [key, problem] of WRONG) {
    assert.deepEqual(problemsOf(`[actors.a]\nexec = "x"\ncgroup = { ${key} }`), [problem], key);
  }
  assert.deepEqual(problemsOf('[actors.a]\nexec = "x"\ncgroup = "64MiB"'), [
    "wrong-type 3:10 this is a string, not a table",
  ]);
});

test("cgroup: the advice repeats what was written in our units", () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ["memory_max = 64", 'write "64MiB"'],
    ["memory_max = 67_108_864", 'write "64MiB"'],
    ["memory_max = '64M'", 'write "64MiB"'],
    ["memory_max = '2gb'", 'write "2GB"'],
    ["memory_max = '512Ki'", 'write "512KiB"'],
    ["memory_max = 'lots'", "units are B, KB, MB, GB, KiB, MiB and GiB"],
    ["memory_max = 'infinity'", 'write "max" for no limit'],
    ["cpu_max = 2", 'write "200%" for 2 processors, or "2%" of one'],
    ["cpu_max = 1", 'write "100%" for 1 processor'],
    ["cpu_max = 0.5", 'write "50%" for 0.5 processors'],
    ["cpu_max = '1.5'", 'write "150%" for 1.5 processors, or "1.5%" of one'],
    ["cpu_max = 'half'", null],
    ["pids_max = 'unlimited'", 'write "max" for no limit'],
  ];
  for (const [key, hint] of cases) {
    assert.equal(adviceOf(`[actors.a]\nexec = "x"\ncgroup = { ${key} }`).hint, hint, key);
  }
});

test("cgroup: at another place it is said where it belongs", () => {
  const { message, hint } = adviceOf('[actors.a]\nexec = "x"\nmemory_max = "64MiB"');
  assert.equal(message, 'unknown key "memory_max"');
  assert.equal(hint, '"memory_max" is a key of a cgroup table');
});

test("cgroup: the limits are described in one line", () => {
  const limits = limitsOf(
    "cgroup = { memory_max = '64MiB', cpu_max = '12.5%', pids_max = 9, required = true }",
  );
  assert.equal(describeGroupLimits(limits!), "memory_max 64MiB, cpu_max 12.5%, pids_max 9, required");
  assert.equal(describeGroupLimits({ ...NONE, pidsMax: 9 }), "pids_max 9");
});
