import assert from "node:assert/strict";
import type { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import type { FakeProgram, Puppet } from "../../lib/host/fake/puppet.ts";
import { test } from "../harness/test.ts";
import { play } from "./play.ts";

const STAY: FakeProgram = (self) => self.forever();

/** Forks twice, so that the grandchild, in a session of its own, has no parent that anybody knows. */
function escape(self: Puppet, program: FakeProgram): void {
  self.fork((between) => {
    between.fork((grandchild) => {
      grandchild.setsid();
      grandchild.closeOutput();
      return program(grandchild);
    });
  });
}

const WEB = `
  [actors.web]
  exec = ["/bin/web"]
  daemon = true
  backoff = { initial = "1s", jitter = 0.0 }
  stop = { grace = "5s" }
`;

test("engine: what escaped is ended before the next run starts", async () => {
  const lives: string[] = [];
  let run = 0;
  const played = await play({
    config: WEB,
    programs: {
      async "/bin/web"(self) {
        const mine = ++run;
        lives.push(`run ${mine} begins`);
        escape(self, async (grandchild) => {
          await grandchild.signalled("SIGTERM");
          await grandchild.sleep(700);
          lives.push(`what run ${mine} left ends`);
        });
        await self.sleep(2_000);
        self.exit(1);
      },
    },
    async script({ at, down }) {
      await at(5_000);
      down();
    },
  });
  assert.deepEqual(
    lives,
    [
      "run 1 begins",
      "what run 1 left ends",
      "run 2 begins",
      "what run 2 left ends",
      "run 3 begins",
      "what run 3 left ends",
    ].slice(0, lives.length),
  );
  assert.deepEqual(played.instants("web", "exited").slice(0, 2), [2_000, 4_700]);
  assert.deepEqual(played.instants("web", "started").slice(0, 2), [0, 2_700]);
});

test("engine: what escaped and is deaf is killed at the end of the grace, and stands in the receipt", async () => {
  let escaped = 0;
  const played = await play({
    config: WEB,
    programs: {
      async "/bin/web"(self) {
        escape(self, (grandchild) => {
          escaped = grandchild.pid;
          grandchild.ignore("SIGTERM");
          return STAY(grandchild);
        });
        await self.forever();
      },
    },
    async script({ at, stop, down }) {
      await at(1_000);
      await stop("web");
      down();
    },
  });
  assert.deepEqual(played.linesOf("web", "exited", "killed", "stopped"), [
    "1000 exited",
    "6000 killed",
    "6000 stopped",
  ]);
  const line = played.end.processes.find(({ pid }) => pid === escaped);
  assert.deepEqual([line?.path, line?.ended, line?.orphan], ["web", "killed", true]);
});

test("engine: stopping one actor leaves what escaped from another alone", async () => {
  const ended: string[] = [];
  const escaping = (name: string): FakeProgram => (self) => {
    escape(self, async (grandchild) => {
      await grandchild.signalled("SIGTERM");
      ended.push(name);
    });
    return self.forever();
  };
  await play({
    config: `${WEB}
      [actors.db]
      exec = ["/bin/db"]
      daemon = true
    `,
    programs: { "/bin/web": escaping("of web"), "/bin/db": escaping("of db") },
    async script({ at, stop, down }) {
      await at(1_000);
      await stop("web");
      assert.deepEqual(ended, ["of web"]);
      down();
    },
  });
  assert.deepEqual(ended, ["of web", "of db"]);
});

test("engine: an orphan that dies while its actor runs is reaped at once, and journaled", async () => {
  let orphan = 0;
  const played = await play({
    config: WEB,
    programs: {
      async "/bin/web"(self) {
        escape(self, async (grandchild) => {
          orphan = grandchild.pid;
          await grandchild.sleep(1_500);
          grandchild.exit(3);
        });
        await self.forever();
      },
    },
    async script({ at, machine, down }) {
      await at(2_000);
      assert.equal(machine.host.processes.find(orphan), null);
      down();
    },
  });
  const reaped = played.entries.filter(({ event, pid }) => event === "orphan_reaped" && pid === orphan);
  assert.deepEqual(reaped.map(({ ms, name }) => [ms, name]), [[1_500, "web"]]);
  const line = played.end.processes.find(({ pid }) => pid === orphan);
  assert.deepEqual([line?.ended, line?.code, line?.orphan], ["exit", 3, true]);
});

test("engine: what has shed every mark is ended with the tree, by SIGKILL after two seconds if it is deaf", async () => {
  let stranger = 0;
  const played = await play({
    config: WEB,
    containment: "subreaper",
    programs: {
      "/bin/web"(self) {
        escape(self, (grandchild) => {
          stranger = grandchild.pid;
          grandchild.setEnvironment({});
          grandchild.ignore("SIGTERM");
          return STAY(grandchild);
        });
        return STAY(self);
      },
    },
    async script({ at, down }) {
      await at(1_000);
      down();
    },
  });
  assert.deepEqual(played.instants("web", "stopped"), [1_000]);
  assert.deepEqual(played.end.processes.map(({ pid, path }) => [pid, path]).at(-1), [stranger, null]);
  assert.equal(played.machine.clock.now(), 3_000);
  assert.deepEqual(played.end.survivors, []);
});

test("engine: what cannot be signalled is waited for as long as the ladder says, named as a survivor, and left", async () => {
  let survivor = 0;
  const played = await play({
    config: WEB,
    containment: "subreaper",
    programs: {
      async "/bin/web"(self) {
        escape(self, (grandchild) => {
          survivor = grandchild.pid;
          grandchild.becomeUser(0);
          return STAY(grandchild);
        });
        await self.forever();
      },
    },
    async script({ at, down }) {
      await at(1_000);
      down();
    },
    mayRemain: () => [survivor],
  });
  assert.deepEqual(played.linesOf("web", "exited", "killed", "failed"), [
    "1000 exited",
    "6000 killed",
    "11000 failed",
  ]);
  assert.deepEqual(played.end.survivors.map(({ pid, why }) => [pid, why]), [
    [survivor, "it could not be signalled: it belongs to another user, and we have no right to"],
  ]);
});

test("engine: what hangs in the kernel is named as such", async () => {
  let hanging = 0;
  const played = await play({
    config: WEB,
    programs: {
      async "/bin/web"(self) {
        escape(self, (grandchild) => {
          hanging = grandchild.pid;
          grandchild.hangInKernel();
          return STAY(grandchild);
        });
        await self.forever();
      },
    },
    async script({ at, down }) {
      await at(1_000);
      down();
    },
    mayRemain: () => [hanging],
  });
  assert.deepEqual(played.end.survivors.map(({ pid, why }) => [pid, why]), [
    [hanging, "it is in an uninterruptible wait of the kernel"],
  ]);
});

test("engine: what forks while it is being killed is killed too", async () => {
  let forks = 0;
  const played = await play({
    config: WEB,
    programs: {
      async "/bin/web"(self) {
        const fork: FakeProgram = async (child) => {
          child.closeOutput();
          child.onSignal("SIGTERM", () => {
            if (forks++ < 20) child.fork(fork);
            child.exit(0);
          });
          await child.forever();
        };
        self.fork(fork);
        await self.forever();
      },
    },
    async script({ at, down }) {
      await at(1_000);
      down();
    },
  });
  assert.equal(played.end.outcome.kind, "cancelled");
});

test("engine: a descendant that is stopped is woken to hear that it is to end", async () => {
  const heard: string[] = [];
  const played = await play({
    config: WEB,
    programs: {
      "/bin/web"(self) {
        const child = self.fork(async (stopped) => {
          stopped.closeOutput();
          await stopped.signalled("SIGTERM");
          heard.push("SIGTERM");
          stopped.exit(7);
        });
        self.kill(child.pid, "SIGSTOP");
        return self.forever();
      },
    },
    async script({ at, stop, down }) {
      await at(1_000);
      await stop("web");
      down();
    },
  });
  assert.deepEqual(heard, ["SIGTERM"]);
  assert.deepEqual(played.linesOf("web", "killed"), []);
});

test("engine: a supervisor that fails ends after the processes of its runs, and after what those have started", async () => {
  let machine: FakeMachine | undefined;
  let alive = 0;
  const playing = play({
    config: WEB,
    programs: {
      "/bin/web"(self) {
        self.fork((child) => child.forever());
        return self.forever();
      },
    },
    arrange: (arranged) => machine = arranged,
    async script({ at }) {
      await at(100);
      alive = machine!.puppets().length;
      throw new Error("a bug elsewhere");
    },
  });
  await assert.rejects(playing, /a bug elsewhere/);
  assert.deepEqual([alive, machine!.puppets()], [2, []]);
});
