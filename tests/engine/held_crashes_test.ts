import assert from "node:assert/strict";
import type { HeldCrash } from "../../lib/actor/debug/crash_desk.ts";
import type { FakeProgram, Puppet } from "../../lib/host/fake/puppet.ts";
import { Kind } from "../../lib/wire/message.ts";
import { test } from "../harness/test.ts";
import { boxOf, Member } from "./member.ts";
import { play, type Played, type Stage } from "./play.ts";

const CONFIG = `
  env = { API_TOKEN = "tok-98765" }
  [actors.api]
  module = "api.ts"
  daemon = true
  debug = true
  restart = "never"
  replicas = 2
  [trees.api-x.actors.api]
  exec = "/bin/stay"
  daemon = true
`;
const STAY: FakeProgram = (self) => self.forever();

/** Plays with the first replica. */
async function playFirst(
  part: (member: Member, self: Puppet) => Promise<void>,
  script: (stage: Stage) => Promise<void>,
  config = CONFIG,
): Promise<Played> {
  let stage: Stage | undefined;
  return await play({
    config,
    programs: {
      async "/usr/bin/supervise"(self) {
        const member = await Member.join(stage!.machine, self);
        member.loaded();
        if (self.env["SUPERVISE_ACTOR"] === "api.1") await part(member, self);
        else await self.forever();
        member.leave();
      },
      "/bin/stay": STAY,
    },
    async script(given) {
      stage = given;
      await script(given);
      given.down();
    },
  });
}

function crashOf(self: Puppet, more: Partial<HeldCrash> = {}): HeldCrash {
  return { actor: "api.1", pid: self.pid, name: "f", report: "Error: no", inspector: "ws://x", ...more };
}

test("held crashes: the journal has what is offered, without secrets, and that it was let go", async () => {
  const played = await playFirst(
    async (member, self) => {
      await self.sleep(1_000);
      member.holds(crashOf(self, { report: `Error: no tok-98765\n${"x".repeat(20_000)}` }), 1);
      await self.sleep(1_000);
      member.letsGo(1);
      assert.equal(await member.ended(1), Kind.cancelAck);
      await self.forever();
    },
    ({ at }) => at(3_000),
  );
  assert.deepEqual(played.lines("held", "released"), ["1000 api.1 held", "2000 api.1 released"]);
  const { report, at: _at, ms: _ms, seq: _seq, cause: _cause, pid: _pid, ...held } = played.entries.find((
    { event },
  ) => event === "held")!;
  assert.deepEqual(held, {
    path: "api.1",
    event: "held",
    actor: "api.1",
    function: "f",
    reason: "held for inspection: Error: no ***",
    inspector: "ws://x",
  });
  assert.match(report as string, /^Error: no \*\*\*\nx+\.\.\.$/);
  assert.ok((report as string).length < 17_000);
});

test("held crashes: one below an actor is that actor's, and one of no actor of the tree is not held", async () => {
  const played = await playFirst(
    async (member, self) => {
      for (const actor of ["api", "api-x", "api.1x/worker", "nobody", ""]) {
        member.holds(crashOf(self, { actor }), 1);
        assert.equal(await member.ended(1), Kind.return, actor);
      }
      member.holds(crashOf(self, { actor: "api.1/worker/deep" }), 3);
      await self.sleep(1_000);
      member.letsGo(3);
      await self.forever();
    },
    ({ at }) => at(3_000),
  );
  assert.deepEqual(played.lines("held", "released"), ["0 api.1 held", "1000 api.1 released"]);
});

test("held crashes: a stop waits for the last of them, and then there is the whole grace", async () => {
  let withinMs = 0;
  const played = await playFirst(
    async (member, self) => {
      member.holds(crashOf(self), 1);
      await self.sleep(60_000);
      member.letsGo(1);
      withinMs = await member.cancelled();
    },
    async ({ at, stop }) => {
      await at(1_000);
      await stop("api.1");
    },
  );
  assert.equal(withinMs, 6_000);
  assert.deepEqual(played.linesOf("api.1", "stopping", "killed", "exited"), [
    "60000 stopping",
    "60000 exited",
  ]);
});

test("held crashes: one of a run that is stopped is not held, and does not keep it from failing", async () => {
  const played = await playFirst(
    async (member, self) => {
      await member.cancelled();
      member.holds(crashOf(self), 1);
      assert.equal(await member.ended(1), Kind.return);
      member.fails(boxOf("RangeError", "no"));
      self.exit(1);
    },
    async ({ at, stop }) => {
      await at(1_000);
      await stop("api.1");
    },
  );
  assert.deepEqual(played.linesOf("api.1", "held", "exited", "stopped"), ["1000 exited", "1000 stopped"]);
});

test("held crashes: a held actor that is killed is held no more, and the tree can be taken down", async () => {
  let pid = 0;
  const played = await playFirst(
    async (member, self) => {
      pid = self.pid;
      member.holds(crashOf(self), 1);
      await self.forever();
    },
    async ({ at, machine, engine }) => {
      await at(1_000);
      assert.ok(engine.state.holding !== null);
      const row = machine.host.processes.find(pid)!;
      machine.host.processes.signal(row, "SIGKILL");
      await at(2_000);
      assert.equal(engine.state.holding, null);
    },
  );
  const seen = played.entries.filter(({ path }) => path === "api.1").map(({ event }) => event);
  assert.deepEqual(seen.slice(-3), ["held", "exited", "failed"]);
  assert.equal(played.end.outcome.kind, "cancelled");
});

test("held crashes: a forced down does not wait for them", async () => {
  const played = await playFirst(
    async (member, self) => {
      member.holds(crashOf(self), 1);
      await self.forever();
    },
    async ({ at, engine }) => {
      await at(1_000);
      engine.post({ type: "down_requested", request: null, cause: "down", withinMs: null });
      await at(2_000);
      engine.post({ type: "down_requested", request: null, cause: "down", withinMs: 0 });
    },
  );
  assert.deepEqual(played.lines("refused", "killed", "ended").slice(0, 2), [
    "1000 the tree refused",
    "2000 api.1 killed",
  ]);
});
