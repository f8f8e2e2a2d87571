/** What each layer of containment makes of the same escapes. */
import assert from "node:assert/strict";
import type { UserError } from "../../lib/base/user_error.ts";
import type { StopAccount } from "../../lib/engine/containment/account.ts";
import { chooseLayer } from "../../lib/engine/containment/choose_layer.ts";
import { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import type { FakeProgram, Puppet } from "../../lib/host/fake/puppet.ts";
import { VirtualClock } from "../../lib/testing/virtual_clock.ts";
import { test } from "../harness/test.ts";
import { play, type Stage } from "./play.ts";

const PAIR = `
  [actors.web]
  exec = ["/bin/web"]
  daemon = true
  stop = { grace = "5s" }
  [actors.db]
  exec = ["/bin/db"]
  daemon = true
  stop = { grace = "5s" }
`;

/** Sheds everything by which it could be known: its environment, its session, its parent and the parent of that. */
function vanish(self: Puppet, program: FakeProgram = (grandchild) => grandchild.forever()): void {
  self.fork((between) => {
    between.fork((grandchild) => {
      grandchild.setsid();
      grandchild.setEnvironment({});
      grandchild.closeOutput();
      return program(grandchild);
    });
  });
}

/** Plays a pair of actors, from each of which something vanishes; tells whose is alive after the stop of the first. */
async function playPair(containment: "cgroup" | "subreaper") {
  const vanished = new Map<string, Puppet>();
  const vanishing = (name: string): FakeProgram => (self) => {
    vanish(self, (grandchild) => {
      vanished.set(name, grandchild);
      return grandchild.forever();
    });
    return self.forever();
  };
  const alive: string[] = [];
  let account: StopAccount | undefined;
  const played = await play({
    config: PAIR,
    containment,
    programs: { "/bin/web": vanishing("web"), "/bin/db": vanishing("db") },
    async script({ at, engine, stop, down }) {
      await at(1_000);
      const close = engine.account(
        engine.state.plan.nodes.filter(({ path }) => path === "web").map(({ path }) => path),
      );
      await stop("web");
      account = close();
      for (const [name, puppet] of vanished) if (puppet.isAlive) alive.push(name);
      down();
    },
  });
  // Which of the two is started first is drawn.
  const paths = [...vanished].sort(([a], [b]) => a < b ? -1 : 1).map(([name, { pid }]) =>
    [name, played.end.processes.find((line) => line.pid === pid)?.path ?? null] as const
  );
  const nameOf = ({ pid }: { readonly pid: number }) =>
    [...vanished].find(([, puppet]) => puppet.pid === pid)?.[0] ?? "other";
  const { processes, survivors, unattributed } = account!;
  const accounted = [processes, survivors, unattributed].map((list) => list.map(nameOf).sort());
  return { played, alive: alive.sort(), paths, accounted };
}

test("layers: by its control group a stop ends what has shed everything, and nothing of another actor", async () => {
  const { played, alive, paths, accounted } = await playPair("cgroup");
  assert.deepEqual(alive, ["db"]);
  assert.deepEqual(accounted, [["other", "other", "web"], [], []]);
  assert.deepEqual(paths, [["db", "db"], ["web", "web"]]);
  assert.equal(played.end.containment, "cgroup");
  assert.deepEqual(played.machine.groups.all(), []);
});

test("layers: without groups what has shed everything is ended with the tree, and nobody knows whose it was", async () => {
  const { played, alive, paths, accounted } = await playPair("subreaper");
  assert.deepEqual(alive, ["db", "web"]);
  assert.deepEqual(accounted, [["other", "other"], [], ["db", "web"]]);
  assert.deepEqual(paths, [["db", null], ["web", null]]);
  assert.equal(played.end.containment, "subreaper");
});

test("layers: by sessions alone a stop ends what stays in one, and what leaves it gets away", async () => {
  let escaped = 0;
  let stays = 0;
  const played = await play({
    config: PAIR,
    containment: "group",
    programs: {
      "/bin/web"(self) {
        vanish(self, (grandchild) => {
          escaped = grandchild.pid;
          return grandchild.forever();
        });
        // An orphan without its environment, in the session of the actor.
        self.fork((between) => {
          between.fork((grandchild) => {
            stays = grandchild.pid;
            grandchild.setEnvironment({});
            grandchild.closeOutput();
            return grandchild.forever();
          });
        });
        return self.forever();
      },
      "/bin/db": (self) => self.forever(),
    },
    async script({ at, stop, machine, down }) {
      await at(1_000);
      await stop("web");
      assert.equal(machine.host.processes.find(stays), null);
      down();
    },
    mayRemain: () => [escaped],
  });
  assert.equal(played.end.containment, "group");
  assert.equal(played.end.processes.find(({ pid }) => pid === stays)?.path, "web");
});

test("layers: by sessions alone, what else runs on the machine is not read for each restart", async () => {
  const strangers = new Set<number>();
  const crashes = 5;
  let started = 0;
  let read = 0;
  await play({
    config: `${PAIR}\n[actors.web.backoff]\ninitial = "10ms"`,
    containment: "group",
    arrange({ kernel, host }) {
      const image = { argv: ["/bin/other"], env: {}, cwd: "/", uid: 1 };
      for (let n = 0; n < 200; n++) {
        const stranger = kernel.create(null, image);
        stranger.leadSession();
        strangers.add(stranger.pid);
      }
      const find = host.processes.find.bind(host.processes);
      Object.assign(host.processes, {
        find(pid: number) {
          if (strangers.has(pid)) read += 1;
          return find(pid);
        },
      });
    },
    programs: {
      "/bin/web"(self) {
        started += 1;
        return started > crashes ? self.forever() : self.exit(1);
      },
      "/bin/db": (self) => self.forever(),
    },
    async script({ at, down }) {
      await at(60_000);
      assert.equal(started, crashes + 1);
      // The end of the tree alone looks at all that there is.
      assert.equal(read, 0);
      down();
    },
    mayRemain: () => [...strangers],
  });
});

for (const kills of [true, false]) {
  test(`layers: a storm of forks loses against the kill of its group${kills ? "" : ", be it one by one"}`, async () => {
    let forks = 0;
    const storm: FakeProgram = async (self) => {
      self.ignore("SIGTERM");
      self.closeOutput();
      while (forks < 300) {
        await self.sleep(7);
        forks += 1;
        vanish(self, storm);
      }
      await self.forever();
    };
    const played = await play({
      config: PAIR,
      containment: "cgroup",
      arrange: (machine) => machine.groups.kills = kills,
      programs: { "/bin/web": storm, "/bin/db": (self) => self.forever() },
      async script({ at, stop, down }) {
        await at(10);
        await stop("web");
        down();
      },
    });
    assert.deepEqual(played.linesOf("web", "killed", "stopped"), ["5010 killed", "5010 stopped"]);
    assert.ok(forks > 0 && played.end.processes.length > 200);
    assert.deepEqual(played.machine.groups.all(), []);
  });
}

test("layers: a group is killed whole, another user's process in it included", async () => {
  const played = await play({
    config: PAIR,
    containment: "cgroup",
    programs: {
      "/bin/web"(self) {
        vanish(self, (grandchild) => {
          grandchild.becomeUser(0);
          return grandchild.forever();
        });
        return self.forever();
      },
      "/bin/db": (self) => self.forever(),
    },
    async script({ at, stop, down }) {
      await at(1_000);
      await stop("web");
      down();
    },
  });
  assert.deepEqual(played.linesOf("web", "killed", "stopped"), ["6000 killed", "6000 stopped"]);
  assert.deepEqual(played.end.survivors, []);
});

test("layers: a supervisor that is in the group of a run itself does not end itself", async () => {
  const played = await play({
    config: PAIR,
    containment: "cgroup",
    programs: {
      "/bin/web"(self) {
        self.ignore("SIGTERM");
        vanish(self, (grandchild) => {
          grandchild.ignore("SIGTERM");
          return grandchild.forever();
        });
        return self.forever();
      },
      "/bin/db": (self) => self.forever(),
    },
    async script({ at, stop, machine, down }) {
      await at(1_000);
      const { ownPid } = machine.host.processes;
      const web = machine.puppets().find(({ name }) => name === "web")!;
      const own = machine.kernel.find(ownPid)!;
      own.controlGroup = machine.kernel.find(web.pid)!.controlGroup;
      await stop("web");
      own.controlGroup = "/sys/fs/cgroup";
      down();
    },
  });
  assert.deepEqual(played.linesOf("web", "killed", "stopped"), ["6000 killed", "6000 stopped"]);
});

test("layers: what is left on purpose is spared with all that it starts later, and keeps its group", async () => {
  const left: number[] = [];
  const played = await play({
    config: `
      [actors.web]
      exec = ["/bin/web"]
      daemon = true
      stop = { kill = "process", to = "process" }
    `,
    containment: "cgroup",
    programs: {
      "/bin/web"(self) {
        vanish(self, async (grandchild) => {
          left.push(grandchild.pid);
          await grandchild.sleep(2_000);
          vanish(grandchild, (later) => {
            left.push(later.pid);
            return later.forever();
          });
          await grandchild.forever();
        });
        return self.forever();
      },
    },
    async script({ at, stop, down }: Stage) {
      await at(1_000);
      await stop("web");
      await at(3_000);
      down();
    },
    mayRemain: (machine) => machine.puppets().map(({ pid }) => pid),
  });
  assert.equal(left.length, 2);
  assert.deepEqual(played.end.leftOnPurpose.map(({ pid }) => pid), [left[0]]);
  const alive = played.machine.puppets().filter(({ state }) => state !== "Z").map(({ pid }) => pid);
  assert.deepEqual(alive.sort(), [...left].sort());
  assert.equal(played.machine.groups.all().length, 2);
});

test("layers: a run whose program cannot be started leaves no group", async () => {
  const played = await play({
    config: `
      [actors.web]
      exec = ["/bin/missing"]
    `,
    containment: "cgroup",
    programs: {},
  });
  assert.equal(played.end.outcome.kind, "failed");
  assert.deepEqual(played.machine.groups.all(), []);
});

test("layers: the strongest that the machine has is used, and one that is asked for and not there is an error", () => {
  const machine = new FakeMachine(new VirtualClock());
  const { host } = machine;
  assert.equal(chooseLayer(host, "id.1", null).name, "subreaper");
  assert.equal(chooseLayer(host, "id.1", "group").name, "group");
  assert.throws(
    () => chooseLayer(host, "id.1", "cgroup"),
    (error: UserError) => error.code === "containment/not-available" && /are not mounted/.test(error.message),
  );
  machine.groups.lack = null;
  assert.equal(chooseLayer(host, "id.1", null).group, "/sys/fs/cgroup/supervise.id.1");
  assert.equal(chooseLayer(host, "id.1", "subreaper").group, null);
});
