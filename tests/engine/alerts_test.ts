/** Commands that are run when something happens, on a fake machine. */
import assert from "node:assert/strict";
import type { ALERT_EVENTS } from "../../lib/config/keys/alert.ts";
import type { EntryEvent } from "../../lib/supervision/journal_entry.ts";
import type { FakeProgram } from "../../lib/host/fake/puppet.ts";
import { test } from "../harness/test.ts";
import { play } from "./play.ts";

/** That there is an event for which nothing can be run, but for that of the commands themselves, does not compile. */
type Unknown = Exclude<EntryEvent, (typeof ALERT_EVENTS)[number] | "alert_failed">;
const NONE_UNKNOWN: [Unknown] extends [never] ? true : Unknown = true;

const fails: FakeProgram = (self) => self.exit(1);

/** Notes what it is told of, and when it begins and ends. */
function teller(ms: number, told: string[]): FakeProgram {
  return async (self) => {
    const { path, event, code } = JSON.parse(await self.read(0));
    told.push(
      `begin ${path} ${event}${code === undefined ? "" : ` ${code}`} for ${self.env["SUPERVISE_ACTOR"]}`,
    );
    await self.sleep(ms);
    told.push("end");
  };
}

test("alerts: each event that is meant is told, those of one alert one at a time, in order", async () => {
  assert.ok(NONE_UNKNOWN);
  const told: string[] = [];
  await play({
    config: `
      alerts = [{ events = ["exited", "failed"], paths = ["a", "b"], exec = "/bin/tell" }]
      actors.a.exec = "/bin/fails"
      actors.b.exec = "/bin/fails"
      actors.c.exec = "/bin/fails"
    `,
    programs: { "/bin/fails": fails, "/bin/tell": teller(100, told) },
  });
  const begun = told.filter((line) => line !== "end");
  assert.deepEqual(begun.toSorted(), [
    "begin a exited 1 for a",
    "begin a failed for a",
    "begin b exited 1 for b",
    "begin b failed for b",
  ]);
  assert.deepEqual(told, begun.flatMap((line) => [line, "end"]));
});

test("alerts: one that hangs is killed after its time, and with all that it has started", async () => {
  const hangs: FakeProgram = async (self) => {
    self.fork(async (child) => {
      child.setsid();
      await child.forever();
    });
    await self.forever();
  };
  const { entries } = await play({
    config: `
      alerts = [{ events = ["ready"], paths = ["a"], exec = "/bin/hangs", timeout = "2s" }]
      actors.a = { exec = "/bin/stay", daemon = true }
    `,
    programs: { "/bin/hangs": hangs, "/bin/stay": (self) => self.forever() },
    script: async (stage) => {
      await stage.at(5_000);
      stage.down();
    },
    containment: "cgroup",
  });
  const failed = entries.filter(({ event }) => event === "alert_failed");
  assert.deepEqual(failed.map(({ ms, command, why }) => [ms, command, why]), [
    [2_000, "/bin/hangs", "it took more than 2 s"],
  ]);
});

test("alerts: a tree that ends waits for them for some seconds, and no longer", async () => {
  const told: string[] = [];
  const config = (ms: number) => ({
    config: `
      alerts = [{ events = ["ended"], exec = "/bin/tell" }]
      actors.a.exec = "/bin/fails"
    `,
    programs: { "/bin/fails": fails, "/bin/tell": teller(ms, told) },
  });
  await play(config(9_000));
  assert.deepEqual(told, ["begin  ended for ", "end"]);
  await play(config(11_000));
  assert.deepEqual(told.slice(2), ["begin  ended for "]);
});

test("alerts: one that cannot be started or fails is told of, and harms nothing", async () => {
  const { end, entries } = await play({
    config: `
      alerts = [
        { events = ["ready"], paths = ["a"], exec = "/bin/nothing" },
        { events = ["ready"], paths = ["a"], exec = "/bin/fails" },
      ]
      actors.a = { exec = "/bin/once", ready = { delay = "1s" } }
    `,
    programs: { "/bin/fails": fails, "/bin/once": (self) => self.sleep(2_000) },
  });
  assert.equal(end.outcome.kind, "completed");
  const failed = entries.filter(({ event }) => event === "alert_failed");
  assert.deepEqual(failed.map(({ command }) => command), ["/bin/nothing", "/bin/fails"]);
  assert.match(String(failed[1]!.why), /exited with code 1/);
});

test("alerts: one that is slow keeps no other waiting, and the latest of its events are told", async () => {
  const told: string[] = [];
  const seen: { seq: number; missed?: number }[] = [];
  const slow: FakeProgram = async (self) => {
    seen.push(JSON.parse(await self.read(0)));
    await self.sleep(1_000);
  };
  const { entries } = await play({
    config: `
      alerts = [
        { events = ["exited"], paths = ["storm"], exec = "/bin/slow" },
        { events = ["exited"], paths = ["a"], exec = "/bin/tell" },
      ]
      actors.storm = { exec = "/bin/fails", daemon = true, intensity = "unlimited", backoff = { initial = "10ms", max = "10ms", jitter = 0 } }
      actors.a = { exec = "/bin/once" }
    `,
    programs: {
      "/bin/fails": fails,
      "/bin/once": (self) => self.sleep(5_000),
      "/bin/slow": slow,
      "/bin/tell": teller(10, told),
    },
    script: async (stage) => {
      await stage.at(5_100);
      assert.deepEqual(told, ["begin a exited 0 for a", "end"]);
      stage.down();
    },
  });
  const crashes = entries.filter(({ event, path }) => event === "exited" && path === "storm");
  const missed = seen.reduce((sum, { missed = 0 }) => sum + missed, 0);
  assert.ok(missed > 0);
  // Its command was run for the fifth time after four seconds.
  const { ms } = crashes.find(({ seq }) => seq === seen[4]!.seq)!;
  assert.ok(ms > 2_500, `it is told of what happened at ${ms} ms`);
  const [untold] = entries.filter(({ event }) => event === "alert_failed");
  // That which a command was killed for was not told, either.
  const left = crashes.length - (seen.length - 1) - missed;
  assert.equal(untold!.why, `the tree was over before it had told of ${left} events`);
});

test("alerts: what becomes of those that tell of the end is journaled, too", async () => {
  const { entries } = await play({
    config: `
      alerts = [{ events = ["ended"], exec = "/bin/fails" }]
      actors.a.exec = "/bin/fails"
    `,
    programs: { "/bin/fails": fails },
  });
  const { event, why } = entries.at(-1)!;
  assert.deepEqual([event, why], ["alert_failed", "it exited with code 1"]);
});

test("alerts: a teardown that is forced waits for none", async () => {
  const hangs: FakeProgram = (self) => self.forever();
  for (const isLate of [false, true]) {
    const { entries } = await play({
      config: `
        alerts = [{ events = ["ready", "ended"], paths = ["a"], exec = "/bin/hangs" }]
        actors.a = { exec = "/bin/hangs", daemon = true }
      `,
      programs: { "/bin/hangs": hangs },
      script: async (stage) => {
        await stage.at(1_000);
        if (!isLate) stage.engine.hurryEnd();
        stage.down();
        await stage.at(4_000);
        stage.engine.hurryEnd();
      },
    });
    const [untold] = entries.filter(({ event }) => event === "alert_failed");
    assert.equal(untold!.why, "the tree was over before it had told of 1 event");
    assert.equal(untold!.ms, isLate ? 4_000 : 1_000);
  }
});
