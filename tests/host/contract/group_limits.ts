import assert from "node:assert/strict";
import { GroupError, type GroupLimit } from "../../../lib/host/ports/control_groups.ts";
import type { Host } from "../../../lib/host/ports/host.ts";
import { SpawnError } from "../../../lib/host/ports/processes.ts";
import { inGroup } from "./control_groups.ts";
import { finish, guarantees, lineOf, type OpenSubject, start, type Subject } from "./subject.ts";

const NEEDED = ["memory", "cpu", "pids"];

const NO_SUCH = "no-such-controller";

/** More than the programs need, and less than one that hoards takes. */
const SOME_MEMORY = 32 * 2 ** 20;

/** What a machine lacks for tests of limits; null for nothing. */
export interface LimitLacks {
  /** Why groups cannot be made. */
  readonly groups: string | null;
  /** Why no controller can be given to them. */
  readonly controllers: string | null;
  /** Why these cannot. */
  readonly limits: string | null;
}

/** What this process, where it is, lacks for tests of limits. */
export function limitLacksOf({ groups }: Pick<Host, "groups">): LimitLacks {
  const support = groups.support();
  if (!support.isAvailable) return { groups: support.why, controllers: support.why, limits: support.why };
  const has = groups.controllersOf(support.home);
  const mayGive = groups.isTop(support.home) || groups.residentsOf(support.home).length === 0;
  const whyNone = has.length === 0
    ? "this group has no controllers"
    : mayGive
    ? null
    : "this process is in the group that would give them";
  const missing = NEEDED.filter((name) => !has.includes(name));
  const whyUnlimited = missing.length === 0 ? null : `this group has no ${missing.join(", ")}`;
  return { groups: null, controllers: whyNone, limits: whyNone ?? whyUnlimited };
}

/**
 * What every implementation guarantees about limits of groups. What needs something that `lacks` names is
 * left to machines that have it.
 */
export function groupLimitsContract(name: string, open: OpenSubject, lacks: LimitLacks): void {
  const register = guarantees(`${name} group limits`, open);
  type Body = (subject: Subject, group: string) => Promise<void>;
  const unless = (lack: string | null) => (sentence: string, body: Body) =>
    lack === null ? register(sentence, (subject) => inGroup(subject, body)) : undefined;
  const guarantee = unless(lacks.groups);
  const givingGuarantee = unless(lacks.controllers);
  const limitGuarantee = unless(lacks.limits);

  guarantee(
    "a process can be taken to another group, and what it has started stays",
    async (subject, group) => {
      const { groups, processes } = subject.host;
      let orphanIsGone = () => {};
      const orphanGone = new Promise<void>((resolve) => orphanIsGone = resolve);
      processes.adoptOrphans(() => orphanIsGone());
      const [from, to] = [`${group}/from`, `${group}/to`];
      groups.make(from);
      groups.make(to);
      const child = start(subject, subject.programs.stayWithChild, { group: from });
      const below = Number(await lineOf(child.stdout));
      groups.move(child.pid, to);
      assert.deepEqual([groups.groupOf(child.pid), groups.groupOf(below)], [to, from]);
      assert.deepEqual([groups.residentsOf(to), groups.residentsOf(group)], [[child.pid], []]);
      processes.signalGroup(child, "SIGKILL");
      await finish(subject, child);
      await orphanGone;
      assert.throws(() => groups.move(child.pid, from), GroupError);
    },
  );

  guarantee("a program that is to be limited alone is in its group when it runs", async (subject, group) => {
    const { groups, processes } = subject.host;
    const child = start(subject, subject.programs.stay, { group, isLimited: true });
    assert.equal(await child.started, null);
    assert.equal(await lineOf(child.stdout), "up");
    assert.deepEqual(groups.residentsOf(group), [child.pid]);
    assert.equal(processes.find(child.pid)!.startTime, child.startTime);
    await finish(subject, child);
  });

  guarantee("a program whose group cannot be entered has not started, and ends", async (subject, group) => {
    const child = start(subject, subject.programs.stay, {
      group: `${group}/missing`,
      isLimited: true,
      output: "null",
    });
    const error = await child.started;
    assert.ok(error instanceof SpawnError && error.stage === "start");
    assert.match(error.message, /control group/);
    await child.exited;
  });

  guarantee("what there is not cannot be given, limited or counted", async (subject, group) => {
    const { groups } = subject.host;
    const missing = `${group}/missing`;
    assert.ok(groups.lackOf(NO_SUCH) !== null);
    assert.ok(!groups.isTop(group) && !groups.isTop(missing));
    assert.deepEqual([groups.controllersOf(missing), groups.givenBy(missing)], [[], []]);
    assert.deepEqual(groups.countsOf(missing), { oomKills: 0, memoryReached: 0, forksRefused: 0 });
    assert.throws(() => groups.give(group, [NO_SUCH]), GroupError);
    assert.throws(() => groups.give(missing, [NO_SUCH]), GroupError);
    assert.throws(() => groups.limit(missing, { on: "pids", count: 5 }), GroupError);
    assert.throws(() => groups.move(subject.host.processes.ownPid, missing), GroupError);
    await Promise.resolve();
  });

  givingGuarantee("a group has the controllers that the group around it gives", async (subject, group) => {
    const { groups } = subject.host;
    const [controller] = giveSome(subject);
    const [inner, innermost] = [`${group}/inner`, `${group}/inner/most`];
    groups.make(inner);
    groups.make(innermost);
    assert.ok(groups.controllersOf(group).includes(controller!));
    assert.deepEqual([groups.givenBy(group), groups.controllersOf(inner)], [[], []]);
    assert.throws(() => groups.give(inner, [controller!]), GroupError);
    groups.give(group, [controller!]);
    groups.give(group, [controller!]);
    groups.give(inner, [controller!]);
    assert.deepEqual([groups.givenBy(group), groups.controllersOf(innermost)], [[controller], [controller]]);
    assert.throws(() => groups.takeBack(group, [controller!]), GroupError);
    groups.takeBack(inner, [controller!]);
    groups.takeBack(group, [controller!]);
    assert.deepEqual([groups.givenBy(group), groups.controllersOf(inner)], [[], []]);
    await Promise.resolve();
  });

  givingGuarantee(
    "a group with a process right in it gives nothing, and one that gives lets none in",
    async (subject, group) => {
      const { groups } = subject.host;
      const [controller] = giveSome(subject);
      const inner = `${group}/inner`;
      groups.make(inner);
      const child = start(subject, subject.programs.stay, { group });
      await lineOf(child.stdout);
      assert.throws(() => groups.give(group, [controller!]), GroupError);
      assert.deepEqual(groups.givenBy(group), []);
      groups.move(child.pid, inner);
      groups.give(group, [controller!]);
      assert.throws(() => groups.move(child.pid, group), GroupError);
      assert.throws(() => start(subject, subject.programs.stay, { group }), SpawnError);
      await finish(subject, child);
    },
  );

  guarantee(
    "a group is not limited by what it has no controller for",
    async ({ host: { groups } }, group) => {
      const has = groups.controllersOf(group);
      const limits: readonly GroupLimit[] = [
        { on: "memory", bytes: SOME_MEMORY },
        { on: "cpu", percent: 50 },
        { on: "pids", count: 5 },
      ];
      for (const limit of limits) {
        if (!has.includes(limit.on)) assert.throws(() => groups.limit(group, limit), GroupError);
      }
      await Promise.resolve();
    },
  );

  limitGuarantee("a group without a controller cannot be limited", async (subject, group) => {
    const { groups } = subject.host;
    const inner = `${group}/inner`;
    groups.make(inner);
    assert.throws(() => groups.limit(inner, { on: "memory", bytes: SOME_MEMORY }), GroupError);
    await Promise.resolve();
  });

  limitGuarantee("where there may be no more processes none can be started", async (subject, group) => {
    const { groups } = subject.host;
    giveSome(subject);
    groups.limit(group, { on: "pids", count: 1 });
    groups.limit(group, { on: "cpu", percent: 12.5 });
    const child = start(subject, subject.programs.haveChild, { group, isLimited: true, output: "null" });
    assert.equal(await child.started, null);
    assert.deepEqual(await child.exited, { how: "exited", code: 2 });
    assert.ok(groups.countsOf(group).forksRefused > 0);
    groups.limit(group, { on: "pids", count: 2 });
    const other = start(subject, subject.programs.haveChild, { group, isLimited: true, output: "null" });
    assert.deepEqual(await other.exited, { how: "exited", code: 0 });
  });

  limitGuarantee(
    "whoever takes more memory than there may be is killed, and is counted",
    async (subject, group) => {
      const { groups } = subject.host;
      giveSome(subject);
      groups.limit(group, { on: "memory", bytes: SOME_MEMORY });
      const child = start(subject, subject.programs.hoard, { group, isLimited: true, output: "null" });
      assert.deepEqual(await child.exited, { how: "signalled", signal: "SIGKILL" });
      const { oomKills, memoryReached, forksRefused } = groups.countsOf(group);
      assert.deepEqual([oomKills, memoryReached > 0, forksRefused], [1, true, 0]);
    },
  );
}

/** Has the group of this process give what limits need, or else any one controller, for good: others may rely on it. */
function giveSome({ host: { groups, processes } }: Subject): readonly string[] {
  const home = groups.groupOf(processes.ownPid)!;
  const has = groups.controllersOf(home);
  const needed = NEEDED.filter((name) => has.includes(name));
  const controllers = needed.length === 0 ? has.slice(0, 1) : needed;
  groups.give(home, controllers);
  return controllers;
}
