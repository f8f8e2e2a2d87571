import assert from "node:assert/strict";
import { GroupError } from "../../../lib/host/ports/control_groups.ts";
import { skip } from "../../harness/test.ts";
import { finish, guarantees, lineOf, type OpenSubject, start, type Subject } from "./subject.ts";

/** What every implementation of the port to control groups guarantees; `lack` is why this machine has none, if it has none. */
export function controlGroupsContract(name: string, open: OpenSubject, lack: string | null): void {
  const register = guarantees(`${name} control groups`, open);
  const guarantee = (sentence: string, body: (subject: Subject, group: string) => Promise<void>) =>
    lack !== null
      ? skip(`${name} control groups: ${sentence}`, lack)
      : register(sentence, (subject) => inGroup(subject, body));

  guarantee(
    "what is started in a group is there from the start, and this process stays where it is",
    async (subject, group) => {
      const { groups, processes } = subject.host;
      const home = groups.groupOf(processes.ownPid);
      const child = start(subject, subject.programs.stay, { group });
      assert.ok(groups.membersOf(group).includes(child.pid));
      assert.deepEqual([groups.groupOf(child.pid), groups.groupOf(processes.ownPid)], [group, home]);
      await lineOf(child.stdout);
      await finish(subject, child);
      assert.deepEqual(groups.membersOf(group), []);
    },
  );

  guarantee("what escapes into a session of its own is still in the group", async (subject, group) => {
    const { groups } = subject.host;
    const gone: number[] = [];
    let wake = () => {};
    subject.host.processes.adoptOrphans(({ row }) => {
      gone.push(row.pid);
      wake();
    });
    const child = start(subject, subject.programs.leaveBehind, { group });
    const escaped = Number(await lineOf(child.stdout));
    await child.exited;
    assert.deepEqual(groups.membersOf(group), [escaped]);
    assert.equal(groups.remove(group), false);
    assert.equal(groups.kill(group), true);
    while (!gone.includes(escaped)) await new Promise<void>((resolve) => wake = resolve);
    assert.deepEqual(groups.membersOf(group), []);
    child.stdout!.close();
    child.stderr!.close();
  });

  guarantee("a group is killed with those inside, also when it is frozen", async (subject, group) => {
    const { groups } = subject.host;
    const inner = `${group}/inner`;
    groups.make(inner);
    groups.make(inner);
    assert.deepEqual(groups.inside(group), [inner]);
    const children = [group, inner].map((one) =>
      start(subject, subject.programs.stayStubbornly, { group: one })
    );
    for (const child of children) await lineOf(child.stdout);
    assert.deepEqual([...groups.membersOf(group)].sort(), children.map(({ pid }) => pid).sort());
    groups.freeze(group, true);
    assert.equal(groups.kill(group), true);
    for (const child of children) {
      assert.deepEqual(await child.exited, { how: "signalled", signal: "SIGKILL" });
      child.stdout!.close();
      child.stderr!.close();
    }
  });

  guarantee("what is frozen hears nothing until it goes on", async (subject, group) => {
    const { groups, processes } = subject.host;
    const child = start(subject, subject.programs.stayPolitely, { group });
    await lineOf(child.stdout);
    groups.freeze(group, true);
    groups.freeze(group, false);
    processes.signal(child, "SIGTERM");
    assert.equal(await lineOf(child.stdout), "bye");
    await child.exited;
    child.stdout!.close();
    child.stderr!.close();
  });

  guarantee(
    "a group that is not there has nobody in it, and nothing is made of it",
    async (subject, group) => {
      const { groups } = subject.host;
      const missing = `${group}/missing`;
      assert.deepEqual([groups.membersOf(missing), groups.inside(missing)], [[], []]);
      assert.equal(groups.kill(missing), false);
      groups.freeze(missing, true);
      assert.equal(groups.remove(missing), true);
      assert.deepEqual(groups.inside(group), []);
      assert.throws(() => groups.make(`${missing}/deeper`), GroupError);
      assert.throws(() => start(subject, subject.programs.stay, { group: missing }), /control group/);
      await Promise.resolve();
    },
  );
}

/** Runs `body` with a group of its own, which is gone after. */
export async function inGroup(
  subject: Subject,
  body: (subject: Subject, group: string) => Promise<void>,
): Promise<void> {
  const { groups, processes } = subject.host;
  const support = groups.support();
  assert.ok(support.isAvailable);
  const group = `${support.home}/supervise-contract.${processes.ownPid}`;
  groups.make(group);
  try {
    await body(subject, group);
    assert.equal(groups.remove(group), true);
  } finally {
    groups.kill(group);
    groups.remove(group);
  }
}
