import assert from "node:assert/strict";
import type { PrivilegesSpec } from "../../../lib/config/plan.ts";
import { describePrivileges } from "../../../lib/config/describe_privileges.ts";
import { NO_PRIVILEGES as NONE } from "../../harness/no_privileges.ts";
import { test } from "../../harness/test.ts";
import { actorOf, adviceOf, problemsOf } from "../compiling.ts";

/** Lines of an actor, and what they make of its privileges. */
const CASES: readonly (readonly [string, Partial<PrivilegesSpec>])[] = [
  ["user = 'postgres'", { user: "postgres" }],
  ["user = 'DOMAIN\\www-data'", { user: "DOMAIN\\www-data" }],
  ["user = 999", { user: 999 }],
  ["user = '999'", { user: 999 }],
  ["group = 'www-data'", { group: "www-data" }],
  ["group = 0", { group: 0 }],
  ["umask = '0027'", { umask: 0o27 }],
  ["umask = '77'", { umask: 0o77 }],
  ["umask = 0o022", { umask: 0o22 }],
  ["umask = '0'", { umask: 0 }],
  ["nice = -20", { nice: -20 }],
  ["nice = 0", { nice: 0 }],
  ["no_new_privs = true", { noNewPrivs: true }],
  ["oom_score_adj = -1000", { oomScoreAdj: -1_000 }],
  ["supervisor_death_signal = 'KILL'", { deathSignal: "SIGKILL" }],
  ["limits = { nofile = 1024 }", { limits: { nofile: { soft: 1_024, hard: 1_024 } } }],
  ["limits.core = 'unlimited'", { limits: { core: { soft: "unlimited", hard: "unlimited" } } }],
  ["limits.core = 'infinity'", { limits: { core: { soft: "unlimited", hard: "unlimited" } } }],
  ["limits.as = '1.5GiB'", { limits: { as: { soft: 1_610_612_736, hard: 1_610_612_736 } } }],
  ["limits.memlock = '10MB'", { limits: { memlock: { soft: 10_000_000, hard: 10_000_000 } } }],
  ["limits.cpu = '1m30s'", { limits: { cpu: { soft: 90, hard: 90 } } }],
  ["limits.cpu = '100ms'", { limits: { cpu: { soft: 1, hard: 1 } } }],
  ["limits.rttime = '200ms'", { limits: { rttime: { soft: 200_000, hard: 200_000 } } }],
  ["limits.nproc = { soft = 10 }", { limits: { nproc: { soft: 10, hard: null } } }],
  ["limits.nproc = { hard = 'unlimited' }", { limits: { nproc: { soft: null, hard: "unlimited" } } }],
  ["limits.nproc = { soft = 1, hard = 2 }", { limits: { nproc: { soft: 1, hard: 2 } } }],
];

test("privileges: every key does what the reference says", () => {
  for (const [line, expected] of CASES) {
    const { privileges } = actorOf(`[actors.a]\nexec = "x"\n${line}`, "a");
    assert.deepEqual(privileges, { ...NONE, ...expected }, line);
  }
});

test("privileges: without a key, or with none that changes anything, there are none", () => {
  for (const line of ["", "no_new_privs = false", "limits = {}"]) {
    assert.equal(actorOf(`[actors.a]\nexec = "x"\n${line}`, "a").privileges, null);
  }
});

test("privileges: actors inherit them from the defaults, key by key", () => {
  const { privileges } = actorOf(
    "defaults = { user = 'a', nice = 1 }\nactors.a = { exec = 'x', nice = 2 }",
    "a",
  );
  assert.deepEqual(privileges, { ...NONE, user: "a", nice: 2 });
});

const WRONG: readonly (readonly [string, string])[] = [
  ["user = ''", 'bad-value 3:8 "" cannot be a user'],
  ["user = 'a:b'", 'bad-value 3:8 "a:b" cannot be a user'],
  ["user = '-a'", 'bad-value 3:8 "-a" cannot be a user'],
  ["group = 4294967295", "out-of-range 3:9 4294967295 cannot be a group"],
  ["user = '4294967295'", 'bad-value 3:8 "4294967295" cannot be a user'],
  ["user = true", "wrong-type 3:8 this is a boolean, not a user"],
  ["umask = 22", "bad-value 3:9 22 is not a umask"],
  ["umask = '0888'", 'bad-value 3:9 "0888" is not a umask'],
  ["umask = '1777'", 'bad-value 3:9 "1777" is not a umask'],
  ["nice = 20", "out-of-range 3:8 20 is too large"],
  ["oom_score_adj = -1001", "out-of-range 3:17 -1001 is too small"],
  ["supervisor_death_signal = 'KIL'", 'bad-signal 3:27 unknown signal "KIL", did you mean "SIGKILL"?'],
  ["limits = 5", "wrong-type 3:10 this is an integer, not a table of limits"],
  ["limits.nofiles = 5", 'bad-value 3:8 unknown limit "nofiles", did you mean "nofile"?'],
  ["limits.LimitNOFILE = 5", 'bad-value 3:8 unknown limit "LimitNOFILE", did you mean "nofile"?'],
  ["limits.nofile = -1", "out-of-range 3:17 -1 is too small"],
  ["limits.nofile = '10MB'", 'bad-value 3:17 "10MB" is not a limit'],
  ["limits.as = '10 parsec'", 'bad-value 3:13 "10 parsec" is not a limit'],
  ["limits.as = 1.5", "wrong-type 3:13 this is a number, not a limit"],
  ["limits.as = {}", "wrong-type 3:13 this is a table, not a limit"],
  ["limits.as = { sotf = 1 }", 'unknown-key 3:15 unknown key "sotf"'],
  ["limits.as = { soft = 2, hard = 1 }", "out-of-range 3:13 the soft limit is above the hard one"],
  ["limits.as = { soft = 'unlimited', hard = 1 }", "out-of-range 3:13 the soft limit is above the hard one"],
];

test("privileges: what no system could do is refused at its place", () => {
  for (const [line, problem] of WRONG) {
    assert.deepEqual(problemsOf(`[actors.a]\nexec = "x"\n${line}`), [problem], line);
  }
});

test("privileges: a umask that lost its quotes is repeated with them", () => {
  assert.equal(adviceOf("[actors.a]\nexec = 'x'\numask = 27").hint, 'write "0027"');
});

test("privileges: a module cannot be of another user, but all the rest", () => {
  assert.deepEqual(problemsOf("[actors.a]\nmodule = 'a.ts'\nuser = 'b'\ngroup = 'c'\nnice = 1"), [
    'not-for-modules 3:1 a module cannot have "user" yet',
    'not-for-modules 4:1 a module cannot have "group" yet',
  ]);
});

test("privileges: they are described in one line", () => {
  const { privileges } = actorOf(
    `[actors.a]
    exec = "x"
    user = "www"
    group = 7
    umask = "0027"
    nice = -5
    limits = { nofile = 1024, core = { soft = 0, hard = "unlimited" }, nproc = { soft = 5 } }
    no_new_privs = true
    oom_score_adj = 10
    supervisor_death_signal = "SIGKILL"`,
    "a",
  );
  assert.equal(
    describePrivileges(privileges!),
    "as www, in the group 7, umask 0027, nice -5, nofile 1024, core 0:unlimited, nproc 5:-, " +
      "no new privileges, oom score 10, SIGKILL when the supervisor dies",
  );
});
