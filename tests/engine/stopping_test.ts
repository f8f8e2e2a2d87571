import assert from "node:assert/strict";
import type { Signal } from "../../lib/base/signals.ts";
import type { NodeId } from "../../lib/config/plan.ts";
import type { FakeProgram } from "../../lib/host/fake/puppet.ts";
import { test } from "../harness/test.ts";
import { play, type Stage } from "./play.ts";

const STAY: FakeProgram = (self) => self.forever();

const STUBBORN: FakeProgram = (self) => {
  self.ignore("SIGTERM");
  return self.forever();
};

const SILENT: FakeProgram = (self) => {
  self.closeOutput();
  return self.forever();
};

const STUBBORN_AND_SILENT: FakeProgram = (self) => {
  self.closeOutput();
  return STUBBORN(self);
};

const webWith = (stop: string) => `
  [actors.web]
  exec = ["/bin/web"]
  daemon = true
  stop = ${stop}
`;

const downAt = (ms: number) => async ({ at, down }: Stage) => {
  await at(ms);
  down();
};

test("engine: an actor that obeys the stop signal has stopped at once", async () => {
  const played = await play({
    config: webWith('{ signal = "SIGINT" }'),
    programs: {
      async "/bin/web"(self) {
        await self.signalled("SIGINT");
        self.print("closing\n");
        await self.sleep(1_500);
        self.print("closed\n");
      },
    },
    script: downAt(2_000),
  });
  assert.deepEqual(played.linesOf("web", "stopping", "exited", "killed", "stopped"), [
    "2000 stopping",
    "3500 exited",
    "3500 stopped",
  ]);
  assert.deepEqual(played.log("web"), ["out closing", "out closed"]);
  assert.equal(played.end.outcome.kind, "cancelled");
});

test("engine: at the end of the grace comes SIGKILL", async () => {
  const played = await play({
    config: webWith('{ grace = "4s" }'),
    programs: { "/bin/web": STUBBORN },
    script: downAt(1_000),
  });
  assert.deepEqual(played.linesOf("web", "stopping", "exited", "killed"), [
    "1000 stopping",
    "5000 killed",
    "5000 exited",
  ]);
  assert.deepEqual(played.end.processes.map(({ path, ended }) => [path, ended]), [["web", "killed"]]);
});

test("engine: the process is asked first, and its descendants when it has ended", async () => {
  const heard: string[] = [];
  const played = await play({
    config: webWith('{ grace = "10s" }'),
    programs: {
      async "/bin/web"(self) {
        self.fork(async (worker) => {
          worker.closeOutput();
          await worker.signalled("SIGTERM");
          heard.push("worker");
          await worker.sleep(1_000);
        });
        await self.signalled("SIGTERM");
        heard.push("main");
        await self.sleep(2_000);
        heard.push("main is through");
      },
    },
    script: downAt(1_000),
  });
  assert.deepEqual(heard, ["main", "main is through", "worker"]);
  assert.deepEqual(played.linesOf("web", "exited", "stopped", "killed"), ["3000 exited", "4000 stopped"]);
});

test("engine: descendants share the grace of the process", async () => {
  const played = await play({
    config: webWith('{ grace = "5s" }'),
    programs: {
      async "/bin/web"(self) {
        self.fork(STUBBORN_AND_SILENT);
        await self.signalled("SIGTERM");
        await self.sleep(2_000);
      },
    },
    script: downAt(1_000),
  });
  assert.deepEqual(played.linesOf("web", "exited", "killed", "stopped"), [
    "3000 exited",
    "6000 killed",
    "6000 stopped",
  ]);
});

test('engine: with `to = "group"` the whole group is asked at once', async () => {
  const heard: Signal[] = [];
  const played = await play({
    config: webWith('{ to = "group", signal = "SIGINT" }'),
    programs: {
      async "/bin/web"(self) {
        self.fork(async (worker) => {
          worker.closeOutput();
          await worker.signalled("SIGINT");
          heard.push("SIGINT");
        });
        await self.signalled("SIGINT");
        heard.push("SIGINT");
      },
    },
    script: downAt(1_000),
  });
  assert.deepEqual(heard, ["SIGINT", "SIGINT"]);
  assert.deepEqual(played.linesOf("web", "stopped"), ["1000 stopped"]);
});

test("engine: the stop command comes first, is told the process, and the signal follows it", async () => {
  let told = "";
  let webPid = 0;
  const played = await play({
    config: webWith('{ command = ["/bin/ask-it", "kindly"] }'),
    programs: {
      "/bin/web"(self) {
        webPid = self.pid;
        return STAY(self);
      },
      async "/bin/ask-it"(self) {
        told = `${self.args[0]} ${self.env["SUPERVISE_PID"]} ${self.env["SUPERVISE_ACTOR"]}`;
        await self.sleep(3_000);
      },
    },
    script: downAt(1_000),
  });
  assert.equal(told, `kindly ${webPid} web`);
  assert.deepEqual(played.linesOf("web", "stopping", "exited"), ["1000 stopping", "4000 exited"]);
});

test("engine: a stop command that hangs ends with the grace, and leaves nothing", async () => {
  const played = await play({
    config: webWith('{ command = ["/bin/hang"], grace = "4s" }'),
    programs: {
      "/bin/web": STAY,
      "/bin/hang": STUBBORN,
    },
    script: downAt(1_000),
  });
  assert.deepEqual(played.linesOf("web", "killed", "exited", "stopped"), [
    "5000 killed",
    "5000 exited",
    "5000 stopped",
  ]);
});

test("engine: a stop command that cannot be started is said in the log, and the signal comes all the same", async () => {
  const played = await play({
    config: webWith('{ command = ["/bin/missing"] }'),
    programs: { "/bin/web": STAY },
    script: downAt(1_000),
  });
  assert.deepEqual(played.linesOf("web", "exited"), ["1000 exited"]);
  assert.match(played.log("web")[0]!, /^sup the stop command could not be started: Command not found/);
});

test('engine: with `kill = "process"` what is left behind stays, and is named', async () => {
  let workerPid = 0;
  const played = await play({
    config: webWith('{ kill = "process", grace = "2s" }'),
    programs: {
      "/bin/web"(self) {
        workerPid = self.fork(SILENT).pid;
        return STUBBORN(self);
      },
    },
    script: downAt(1_000),
    mayRemain: () => [workerPid],
  });
  assert.deepEqual(played.linesOf("web", "killed", "exited", "stopped"), [
    "3000 killed",
    "3000 exited",
    "3000 stopped",
  ]);
  assert.deepEqual(played.end.leftOnPurpose.map(({ pid }) => pid), [workerPid]);
  assert.deepEqual(played.end.survivors, []);
  assert.deepEqual(played.log("web"), [`sup left running on purpose: web (${workerPid})`]);
});

test("engine: who holds the streams of an ended process open delays the report of its end by 50 ms at most", async () => {
  const played = await play({
    config: `[actors.job]\nexec = ["/bin/job"]`,
    programs: {
      "/bin/job"(self) {
        self.print("the last line");
        self.fork(STAY);
      },
    },
  });
  assert.deepEqual(played.linesOf("job", "exited", "completed"), ["50 exited", "50 completed"]);
  assert.deepEqual(played.log("job"), ["out the last line"]);
});

test("engine: a stopped process is woken up to hear that it is to stop", async () => {
  const played = await play({
    config: webWith('{ grace = "10s" }'),
    programs: {
      "/bin/web"(self) {
        self.kill(self.pid, "SIGSTOP");
        return STAY(self);
      },
    },
    script: downAt(1_000),
  });
  assert.deepEqual(played.linesOf("web", "exited", "killed"), ["1000 exited"]);
});

test("engine: all that was posted is taken when that was waited for, also where the tree ends of it", async () => {
  let isThrough = false;
  await play({
    config: "[actors.a]\nexec = ['/bin/stay']\ndaemon = true",
    programs: { "/bin/stay": (self) => self.forever() },
    script: async ({ engine, at, down }) => {
      await at(100);
      const a = "a" as NodeId;
      engine.post({ type: "stop_requested", request: null, nodes: [a] });
      assert.equal(engine.state.nodes.get(a)!.phase.at, "running");
      await engine.untilTaken();
      assert.notEqual(engine.state.nodes.get(a)!.phase.at, "running");
      down();
      await engine.untilTaken();
      isThrough = true;
    },
  });
  assert.ok(isThrough);
});

test("engine: a hook that is asked for and has no time left is ended at once", async () => {
  const played = await play({
    config: `
      shutdown = "1s"
      [actors.web]
      exec = ["/bin/web"]
      daemon = true
      hooks = { post_stop = ["/bin/hook"] }
    `,
    programs: { "/bin/web": STUBBORN, "/bin/hook": STAY },
    script: downAt(500),
  });
  assert.deepEqual(played.linesOf("web", "killed", "hook_started", "hook_ended", "stopped"), [
    "1500 killed",
    "1500 hook_started",
    "1500 hook_ended",
    "1500 stopped",
  ]);
});
