/** Actors with privileges on the fake machine. */
import assert from "node:assert/strict";
import type { FakeMachine } from "../../../lib/host/fake/fake_machine.ts";
import type { FakeProgram } from "../../../lib/host/fake/puppet.ts";
import type { SpawnError, SpawnSpec } from "../../../lib/host/ports/processes.ts";
import { test } from "../../harness/test.ts";
import { play } from "../play.ts";

/** Prints who it is. */
const WHO: FakeProgram = (self) => {
  const { uid, standing: { groups, nice }, env } = self;
  self.print(`${uid} ${groups.join(",")} ${nice} ${env["HOME"]} ${env["USER"]}\n`);
};

function asRoot({ kernel, disk, host }: FakeMachine): void {
  kernel.find(host.processes.ownPid)!.uid = 0;
  disk.write("/etc/passwd", "www:x:33:33::/var/www:/bin/sh\n");
  disk.write("/etc/group", "www:x:33:\nlog:x:44:www\n");
}

/** Takes down all that is spawned. */
function spawnsOf({ host }: FakeMachine): SpawnSpec[] {
  const specs: SpawnSpec[] = [];
  const spawn = host.processes.spawn.bind(host.processes);
  host.processes.spawn = (spec) => {
    specs.push(spec);
    return spawn(spec);
  };
  return specs;
}

test("engine privileges: without a key nothing stands between us and the program", async () => {
  let specs: SpawnSpec[] = [];
  await play({
    config: `actors.a.exec = "/bin/a"`,
    programs: { "/bin/a": () => {} },
    arrange: (machine) => specs = spawnsOf(machine),
  });
  assert.deepEqual(specs.map(({ privileges }) => privileges), [null]);
});

test("engine privileges: an actor, its probe and its stop command are of its user", async () => {
  const told: string[] = [];
  const who = (name: string): FakeProgram => ({ uid, env }) =>
    void told.push(`${name} ${uid} ${env["USER"]}`);
  const { instants } = await play({
    config: `
      [actors.a]
      exec = "/bin/a"
      daemon = true
      user = "www"
      ready = { exec = "/bin/probe" }
      stop = { command = "/bin/stop" }
    `,
    programs: {
      async "/bin/a"(self) {
        who("a")(self);
        await self.forever();
      },
      "/bin/probe": who("probe"),
      "/bin/stop": who("stop"),
    },
    arrange: asRoot,
    script: async ({ at, down }) => {
      await at(1_000);
      down();
    },
  });
  assert.deepEqual(told, ["a 33 www", "probe 33 www", "stop 33 www"]);
  assert.equal(instants("a", "ready").length, 1);
});

test("engine privileges: the variables of the user yield to those of the actor alone", async () => {
  const config = (env: string) => `
    [actors.a]
    exec = "/bin/a"
    user = "www"
    nice = 4
    ${env}
  `;
  const logOf = async (env: string) =>
    (await play({ config: config(env), programs: { "/bin/a": WHO }, arrange: asRoot })).log("a");
  assert.deepEqual(await logOf(""), ["out 33 33,44 4 /var/www www"]);
  assert.deepEqual(await logOf("env = { HOME = '/srv' }"), ["out 33 33,44 4 /srv www"]);
});

test("engine privileges: a user that there is not fails the actor for good, whatever its policy", async () => {
  const { lines, entries } = await play({
    config: `
      [actors.a]
      exec = "/bin/a"
      daemon = true
      restart = "always"
      user = "wwww"
      significant = true
    `,
    programs: { "/bin/a": () => {} },
    arrange: asRoot,
  });
  assert.deepEqual(lines("start_failed", "restarted", "failed").filter((line) => line.includes(" a ")), [
    "0 a start_failed",
    "0 a failed",
  ]);
  const { reason } = entries.find(({ event }) => event === "start_failed")!;
  assert.match(String(reason), /^user "wwww": there is no such user, did you mean "www"\? \(.*:2\)$/);
});

test("engine privileges: what the kernel refuses fails for good, a missing program is tried again", async () => {
  const playing = (config: string, arrange?: (machine: FakeMachine) => void) =>
    play({
      config: `intensity = { restarts = 1 }\n[actors.a]\ndaemon = true\n${config}`,
      programs: { "/bin/a": () => {} },
      ...(arrange === undefined ? {} : { arrange }),
    });
  const refused = await playing(`exec = "/bin/a"\nnice = -1`);
  assert.deepEqual(refused.lines("start_failed", "restarted"), ["0 a start_failed"]);
  const missing = await playing(`exec = "/bin/b"\nnice = 1`);
  assert.deepEqual(missing.lines("start_failed", "restarted"), [
    "0 a start_failed",
    "0 a restarted",
    "0 a start_failed",
  ]);
});

/** A shim that never comes to an end. */
function holdShims({ host }: FakeMachine): void {
  const spawn = host.processes.spawn.bind(host.processes);
  host.processes.spawn = (spec) => ({ ...spawn(spec), started: new Promise<SpawnError | null>(() => {}) });
}

test("engine privileges: a start that is called off meanwhile leaves no process", async () => {
  const { instants, lines } = await play({
    config: `
      [actors.a]
      exec = "/bin/a"
      daemon = true
      nice = 1
    `,
    programs: { "/bin/a": (self) => self.forever() },
    arrange: holdShims,
    script: async ({ at, stop, down }) => {
      await at(1_000);
      await stop("a");
      down();
    },
  });
  assert.deepEqual(instants("a", "started"), []);
  assert.deepEqual(lines("stopped"), ["1000 a stopped", "1000 the tree stopped"]);
});

test("engine privileges: a start that takes too long has failed, and leaves no process", async () => {
  const { linesOf } = await play({
    config: `
      [actors.a]
      exec = "/bin/a"
      nice = 1
      start_timeout = "3s"
    `,
    programs: { "/bin/a": (self) => self.forever() },
    arrange: holdShims,
  });
  assert.deepEqual(linesOf("a", "started", "timed_out", "failed"), ["3000 timed_out", "3000 failed"]);
});
