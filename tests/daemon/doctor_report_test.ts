import assert from "node:assert/strict";
import { type Findings, reportOn } from "../../lib/daemon/doctor/doctor_report.ts";
import { test } from "../harness/test.ts";

const FACTS: Findings["facts"] = {
  kernel: "Linux 6.1",
  adoptsOrphans: true,
  hasProcessHandles: true,
  hidden: null,
  userNamespaces: true,
  openFilesLimit: 1_024,
  processesLimit: Infinity,
};

const GOOD: Findings = {
  facts: FACTS,
  groups: { isAvailable: true, home: "/sys/fs/cgroup", kills: true, startsInGroup: true },
  limits: (["memory", "cpu", "pids"] as const).map((controller) => ({ controller, lack: null })),
  runtime: "Bun 1.4.5",
  folders: [{ path: "/state", why: null }],
};

const NO_GROUPS: Findings["groups"] = { isAvailable: false, why: "they are not mounted", hint: "mount them" };

/** The names of what weakens a promise. */
function weak(changes: Partial<Findings>): readonly string[] {
  const { ok, findings } = reportOn({ ...GOOD, ...changes });
  const names = findings.filter(({ status }) => status === "weak").map(({ name }) => name);
  assert.equal(ok, names.length === 0);
  return names;
}

test("doctor: a machine that has everything weakens nothing, and asks for nothing", () => {
  assert.deepEqual(weak({}), []);
  assert.deepEqual(reportOn(GOOD).findings.filter(({ hint }) => hint !== null), []);
  assert.equal(reportOn(GOOD).containment, "cgroup");
});

test("doctor: each lack weakens what it is about, says what that means and what to do", () => {
  const cases: readonly (readonly [Partial<Findings>, readonly string[]])[] = [
    [{ groups: NO_GROUPS }, ["cgroup"]],
    [{ limits: [{ controller: "cpu", lack: { why: "there is none", hint: "get it" } }] }, []],
    [{ facts: { ...FACTS, adoptsOrphans: false } }, ["subreaper"]],
    [{ facts: { ...FACTS, hasProcessHandles: false } }, ["pidfd"]],
    [{ facts: { ...FACTS, hidden: "hidepid=2" } }, ["proc"]],
    [{ facts: { ...FACTS, openFilesLimit: 64 } }, ["open-files"]],
    [{ facts: { ...FACTS, processesLimit: 20 } }, ["processes"]],
    [{ facts: { ...FACTS, userNamespaces: false } }, []],
    [{ facts: { ...FACTS, openFilesLimit: null, userNamespaces: null } }, []],
    [{ folders: [{ path: "/state", why: "it is full" }] }, ["folder"]],
  ];
  for (const [changes, names] of cases) assert.deepEqual(weak(changes), names);
  for (const [changes] of cases) {
    for (const { status, means, hint } of reportOn({ ...GOOD, ...changes }).findings) {
      assert.ok(means.length > 0 && (status !== "weak" || hint !== null));
    }
  }
});

test("doctor: it names the layer that is used", () => {
  assert.equal(reportOn({ ...GOOD, groups: NO_GROUPS }).containment, "subreaper");
  const facts = { ...FACTS, adoptsOrphans: false };
  assert.equal(reportOn({ ...GOOD, groups: NO_GROUPS, facts }).containment, "group");
});

test("doctor: a group that is not killed at once, or visited, is good and said to be so", () => {
  const groups: Findings["groups"] = { isAvailable: true, home: "/h", kills: false, startsInGroup: false };
  const [first] = reportOn({ ...GOOD, groups }).findings;
  assert.equal(first!.status, "good");
  assert.match(first!.found, /one by one.*visit/);
});

test("doctor: it says which limits can be kept, and what keeps from the others", () => {
  const limitsOf = (lacks: Partial<Record<"memory" | "cpu" | "pids", string>>) => {
    const limits = GOOD.limits.map(({ controller }) => {
      const why = lacks[controller];
      return { controller, lack: why === undefined ? null : { why, hint: `end that ${why}` } };
    });
    const { status, found, hint } = reportOn({ ...GOOD, limits }).findings[1]!;
    return [status, found, hint];
  };
  assert.deepEqual(limitsOf({}), ["good", "limits of memory, cpu or pids can be kept", null]);
  assert.deepEqual(limitsOf({ cpu: "it is hot" }), [
    "note",
    "limits of memory or pids can be kept; no limits of cpu: it is hot",
    "end that it is hot",
  ]);
  assert.deepEqual(limitsOf({ cpu: "it is hot", memory: "it is full", pids: "it is full" }), [
    "note",
    "no limits of memory or pids: it is full; no limits of cpu: it is hot",
    "end that it is full; end that it is hot",
  ]);
});
