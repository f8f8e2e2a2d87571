/** What runs say of themselves by sd_notify, on a fake machine. */
import assert from "node:assert/strict";
import type { FakeProgram } from "../../lib/host/fake/puppet.ts";
import { test } from "../harness/test.ts";
import { play } from "./play.ts";

test("voices: a run is ready when it says so, and its word is that of its processes", async () => {
  const talks: FakeProgram = async (self) => {
    assert.match(self.env["NOTIFY_SOCKET"]!, /^@supervise\//);
    assert.equal(self.env["WATCHDOG_USEC"], undefined);
    await self.sleep(1_000);
    // A command that it runs speaks for it.
    await self.fork((child) => child.notify("READY=1\nSTATUS=serving")).wait();
    await self.forever();
  };
  const { instants } = await play({
    config: `actors.a = { exec = "/bin/talks", daemon = true, ready = { notify = true } }`,
    programs: { "/bin/talks": talks },
    async script(stage) {
      await stage.at(2_000);
      const { phase } = stage.engine.state.nodes.get("a" as never)!;
      assert.ok(phase.at === "running" && "word" in phase && phase.word.status === "serving");
      stage.down();
    },
  });
  assert.deepEqual(instants("a", "ready"), [1_000]);
});

test("voices: whoever is another user says nothing, whatever it knows", async () => {
  let address = "";
  const silent: FakeProgram = async (self) => {
    address = self.env["NOTIFY_SOCKET"]!;
    await self.forever();
  };
  const { lines } = await play({
    config: `
      actors.a = { exec = "/bin/silent", daemon = true, restart = "never", ready = { notify = true, timeout = "3s" } }
      actors.stranger.exec = "/bin/stranger"
    `,
    programs: {
      "/bin/silent": silent,
      "/bin/stranger": async (self) => {
        await self.sleep(1_000);
        self.becomeUser(4_711);
        self.setEnvironment({ ...self.env, NOTIFY_SOCKET: address });
        self.notify("READY=1\nMAINPID=1\nWATCHDOG=trigger\nSTATUS=mine");
      },
    },
  });
  assert.deepEqual(lines("ready", "timed_out").filter((line) => line.includes(" a ")), ["3000 a timed_out"]);
});

test("voices: a watchdog that is silent is a failure, and a flood of words costs no step each", async () => {
  let steps = 0;
  const barks: FakeProgram = async (self) => {
    assert.equal(self.env["WATCHDOG_USEC"], "1000000");
    self.notify("READY=1");
    for (let count = 0; count < 3_000; count++) {
      self.notify("WATCHDOG=1\nSTATUS=well");
      await self.sleep(1);
    }
    await self.forever();
  };
  const { entries } = await play({
    config: `
      actors.a = { exec = "/bin/barks", daemon = true, restart = "never", ready = { notify = true }, health = { watchdog = "1s" } }
    `,
    programs: { "/bin/barks": barks },
    script: async (stage) => {
      await stage.at(2_900);
      steps = stage.engine.state.seq;
    },
  });
  const told = entries.filter(({ path }) => path === "a").map(({ ms, event }) => `${ms} ${event}`);
  assert.ok(steps < 10, `${steps} entries`);
  const unhealthy = entries.find(({ event }) => event === "unhealthy")!;
  assert.ok(unhealthy.ms >= 3_800 && unhealthy.ms <= 4_000, told.join());
});

test("voices: the main process that is named goes on in the place of the first, and its end is that of the run", async () => {
  let heir = 0;
  const forks: FakeProgram = async (self) => {
    const child = self.fork(async (child) => {
      await child.sleep(5_000);
      child.exit(3);
    });
    heir = child.pid;
    self.notify(`READY=1\nMAINPID=${child.pid}`);
    await self.sleep(1_000);
    self.exit(0);
  };
  const { entries, instants } = await play({
    config: `actors.a = { exec = "/bin/forks", daemon = true, restart = "never", ready = { notify = true } }`,
    programs: { "/bin/forks": forks },
    containment: "subreaper",
    async script(stage) {
      await stage.at(2_000);
      const { phase } = stage.engine.state.nodes.get("a" as never)!;
      assert.ok(phase.at === "running" && phase.pid === heir);
    },
  });
  assert.deepEqual(instants("a", "exited"), [5_000]);
  assert.equal(entries.find(({ event }) => event === "exited")!["code"], 3);
});

test("voices: a process that is none of the run is not its main one", async () => {
  const lies: FakeProgram = async (self) => {
    self.notify("READY=1\nMAINPID=1");
    self.notify("MAINPID=999999");
    await self.sleep(1_000);
    self.exit(0);
  };
  const { instants } = await play({
    config: `actors.a = { exec = "/bin/lies", ready = { notify = true } }`,
    programs: { "/bin/lies": lies },
  });
  assert.deepEqual(instants("a", "exited"), [1_000]);
});

/** Names a child of its own as the main process, and stays. @param child Told of as the first does. */
const staysBeside =
  (child: FakeProgram, then: FakeProgram = (self) => self.forever()): FakeProgram => async (self) => {
    const heir = self.fork(child);
    self.notify(`READY=1\nMAINPID=${heir.pid}`);
    void heir.wait();
    await then(self);
  };

test("voices: the end of the named main process is that of the run, though the first goes on; all that is left ends", async () => {
  const dies: FakeProgram = async (self) => {
    await self.sleep(5_000);
    self.kill(self.pid, "SIGKILL");
  };
  const { linesOf, entries } = await play({
    config: `actors.a = { exec = "/bin/stays", daemon = true, restart = "never", ready = { notify = true } }`,
    programs: { "/bin/stays": staysBeside(dies) },
    containment: "subreaper",
  });
  const ended = linesOf("a", "exited", "killed").map((line) => line.split(" ")[1]);
  assert.deepEqual(ended, ["exited"]);
  const { ms } = entries.find(({ event }) => event === "exited")!;
  assert.ok(ms >= 5_000 && ms < 7_000, `${ms}`);
});

test("voices: a stop asks the named main process, and then the first, without waiting for the end of its grace", async () => {
  let asked = 0;
  const asks: FakeProgram = async (self) => {
    await self.signalled("SIGTERM");
    asked++;
  };
  const { entries } = await play({
    config: `actors.a = { exec = "/bin/stays", daemon = true, ready = { notify = true } }`,
    programs: { "/bin/stays": staysBeside(asks, asks) },
    containment: "subreaper",
    async script(stage) {
      await stage.at(2_000);
      stage.down();
    },
  });
  assert.equal(asked, 2);
  assert.ok(!entries.some(({ event }) => event === "killed"));
  assert.ok(entries.find(({ event, path }) => event === "stopped" && path === "a")!.ms < 4_000);
});

test("voices: how a named process ended under the first is told by the end of that, if it follows at once", async () => {
  const wrapper: FakeProgram = async (self) => {
    const heir = self.fork(async (child) => {
      await child.sleep(1_000);
      child.exit(3);
    });
    self.notify(`READY=1\nMAINPID=${heir.pid}`);
    await heir.wait();
    self.exit(3);
  };
  const { entries } = await play({
    config: `actors.a = { exec = "/bin/wrapper", restart = "never", ready = { notify = true } }`,
    programs: { "/bin/wrapper": wrapper },
    containment: "subreaper",
  });
  assert.equal(entries.find(({ event }) => event === "exited")!["code"], 3);
});

test("voices: a main process that is named as the first ends is heard before that end", async () => {
  const leaves: FakeProgram = (self) => {
    const heir = self.fork((child) => child.sleep(5_000));
    self.notify(`READY=1\nMAINPID=${heir.pid}`);
    self.exit(0);
  };
  const { instants } = await play({
    config:
      `actors.a = { exec = "/bin/leaves", daemon = true, restart = "never", ready = { notify = true } }`,
    programs: { "/bin/leaves": leaves },
    containment: "subreaper",
  });
  assert.deepEqual(instants("a", "exited"), [5_000]);
});

test("voices: what was the main process can become it again", async () => {
  const returns: FakeProgram = async (self) => {
    const heir = self.fork((child) => child.sleep(2_000));
    void heir.wait();
    self.notify(`READY=1\nMAINPID=${heir.pid}`);
    await self.sleep(1_000);
    self.notify(`MAINPID=${self.pid}`);
    await self.sleep(3_000);
    self.exit(4);
  };
  const { entries, instants } = await play({
    config: `actors.a = { exec = "/bin/returns", restart = "never", ready = { notify = true } }`,
    programs: { "/bin/returns": returns },
    containment: "subreaper",
  });
  assert.deepEqual(instants("a", "exited"), [4_000]);
  assert.equal(entries.find(({ event }) => event === "exited")!["code"], 4);
});
