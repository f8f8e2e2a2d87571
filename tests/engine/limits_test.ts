/** What becomes of the limits of actors: where they hold, what is said where they do not, and how an end by one is told. */
import assert from "node:assert/strict";
import { ControlGroupLayer } from "../../lib/engine/containment/control_group_layer.ts";
import type { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import type { FakeProcess } from "../../lib/host/fake/fake_process.ts";
import type { FakeProgram, Puppet } from "../../lib/host/fake/puppet.ts";
import type { Controller } from "../../lib/host/ports/control_groups.ts";
import { test } from "../harness/test.ts";
import { type Play, play, type Played } from "./play.ts";

const TOP = "/sys/fs/cgroup";
const HOME = `${TOP}/service`;
const TREE = `${HOME}/supervise.test`;
const MIB = 2 ** 20;

const LIMITED = `
  [actors.web]
  exec = ["/bin/web"]
  cgroup = { memory_max = "64MiB", cpu_max = "50%", pids_max = 3 }
`;

const ALL: readonly Controller[] = ["memory", "cpu", "pids"];

/** Gives the machine control groups with controllers, and the supervisor a group of its own. */
function delegate(machine: FakeMachine): void {
  machine.groups.lack = null;
  machine.groups.controllers = ALL;
  machine.groups.add(HOME);
  machine.groups.give(TOP, ALL);
  ourselves(machine).controlGroup = HOME;
}

function ourselves(machine: FakeMachine): FakeProcess {
  return machine.kernel.find(machine.host.processes.ownPid)!;
}

/** A process right in the home that does nothing; ended by `kernel.end`. */
function bystander(machine: FakeMachine, name: string): FakeProcess {
  const process = machine.kernel.create(null, { argv: [`/bin/${name}`], env: {}, cwd: "/", uid: 0 });
  process.controlGroup = HOME;
  return process;
}

/** Plays the tree in a group that was delegated to it. */
async function playDelegated(
  programs: Play["programs"],
  changes: Partial<Play> = {},
): Promise<Played> {
  return await play({ config: LIMITED, containment: "cgroup", programs, arrange: delegate, ...changes });
}

/** Which limits hold for a process. */
function limitsOf(machine: FakeMachine, { pid }: Puppet): readonly (number | undefined)[] {
  const group = machine.kernel.find(pid)!.controlGroup;
  return ALL.map((on) => machine.groups.limitOf(group, on));
}

test("limits: they hold from the first instruction of a program on, and for no other actor", async () => {
  const found = new Map<string, readonly (number | undefined)[]>();
  let machine: FakeMachine;
  const look = (name: string): FakeProgram => (self) => void found.set(name, limitsOf(machine, self));
  await playDelegated({ "/bin/web": look("web"), "/bin/db": look("db"), "/bin/job": look("job") }, {
    config: `${LIMITED}
      [actors.db]
      exec = ["/bin/db"]
      [actors.job]
      exec = ["/bin/job"]
      cgroup = { pids_max = 7 }`,
    arrange(made) {
      machine = made;
      delegate(made);
    },
  });
  assert.deepEqual(found.get("web"), [64 * MIB, 50, 3]);
  assert.deepEqual(found.get("db"), [undefined, undefined, undefined]);
  assert.deepEqual(found.get("job"), [undefined, undefined, 7]);
});

test("limits: each hook has those of its actor, and checks and stop commands have none", async () => {
  const found = new Map<string, readonly (number | undefined)[]>();
  let machine: FakeMachine;
  const look = (name: string): FakeProgram => (self) => void found.set(name, limitsOf(machine, self));
  const names = ["pre_start", "post_start", "pre_stop", "post_stop"] as const;
  const hooks = names.map((name) => `${name} = ["/bin/${name}"]`).join("\n");
  await playDelegated({
    "/bin/web": (self) => self.forever(),
    "/bin/check": look("check"),
    "/bin/end": look("end"),
    ...Object.fromEntries(names.map((name) => [`/bin/${name}`, look(name)])),
  }, {
    config: `${LIMITED}
      daemon = true
      ready = { exec = ["/bin/check"] }
      stop = { command = ["/bin/end"], grace = "1s" }
      [actors.web.hooks]
      ${hooks}`,
    arrange(made) {
      machine = made;
      delegate(made);
    },
    async script({ at, engine }) {
      await at(2_000);
      engine.post({ type: "down_requested", request: null, cause: "down", withinMs: null });
    },
  });
  for (const name of names) assert.deepEqual(found.get(name), [64 * MIB, 50, 3], name);
  for (const name of ["check", "end"]) assert.deepEqual(found.get(name), [undefined, undefined, undefined]);
});

test("limits: supervise makes room in its group, and comes back when the tree is over", async () => {
  const ours: FakeProcess[] = [];
  const seen: string[] = [];
  const played = await playDelegated({ "/bin/web": (self) => self.sleep(1_000) }, {
    company(machine) {
      ours.push(ourselves(machine), bystander(machine, "guardian"), bystander(machine, "client"));
      return ours.slice(1).map(({ pid, startTime }) => ({ pid, startTime }));
    },
    async script({ at, machine }) {
      await at(500);
      seen.push(...ours.map(({ controlGroup }) => controlGroup));
      assert.deepEqual([machine.groups.givenBy(HOME), machine.groups.givenBy(TREE)], [ALL, ALL]);
      assert.deepEqual(machine.groups.residentsOf(HOME), []);
      assert.deepEqual(machine.groups.all(), [HOME, `${TREE}.own`, TREE, `${TREE}/run.1`]);
    },
    mayRemain: () => ours.slice(1).map(({ pid }) => pid),
  });
  assert.deepEqual(seen, [`${TREE}.own`, `${TREE}.own`, `${TREE}.own`]);
  assert.deepEqual(ours.map(({ controlGroup }) => controlGroup), [HOME, HOME, HOME]);
  assert.deepEqual([played.machine.groups.all(), played.machine.groups.givenBy(HOME)], [[HOME], []]);
  assert.equal(played.end.outcome.kind, "completed");
  assert.deepEqual(played.log("web"), []);
});

test("limits: in the topmost group of a machine nobody has to make room", async () => {
  const played = await playDelegated({ "/bin/web": (self) => self.sleep(1_000) }, {
    arrange(machine) {
      machine.groups.lack = null;
      machine.groups.controllers = ALL;
    },
    async script({ at, machine }) {
      await at(500);
      assert.equal(ourselves(machine).controlGroup, TOP);
      assert.equal(machine.groups.limitOf(`${TOP}/supervise.test/run.1`, "pids"), 3);
    },
  });
  assert.deepEqual(played.machine.groups.all(), []);
});

test("limits: a tree without any moves nobody and gives nothing", async () => {
  await playDelegated({ "/bin/web": (self) => self.sleep(1_000) }, {
    config: '[actors.web]\nexec = ["/bin/web"]',
    async script({ at, machine }) {
      await at(500);
      assert.equal(ourselves(machine).controlGroup, HOME);
      assert.deepEqual([machine.groups.givenBy(HOME), machine.groups.givenBy(TREE)], [[], []]);
    },
  });
});

/** Machines on which the limits cannot be kept, and what is said of that. */
const LACKING: readonly (readonly [string, Partial<Play>, RegExp])[] = [
  ["no control groups", { arrange: () => {}, containment: "subreaper" }, /without control groups/],
  ["sessions alone", { arrange: delegate, containment: "group" }, /without control groups.*--containment/],
  ["no controllers", {
    arrange: (machine) => {
      machine.groups.lack = null;
    },
  }, /no such controller/],
  ["none for this group", {
    arrange(machine) {
      delegate(machine);
      machine.groups.takeBack(TOP, ALL);
    },
  }, /service was not given the controller \(.*Delegate=yes/],
  ["another process there", {
    arrange(machine) {
      delegate(machine);
      bystander(machine, "shell");
    },
    mayRemain: (machine) => machine.puppets().map(({ pid }) => pid),
  }, /in \/sys\/fs\/cgroup\/service there is also \d+ shell \(/],
  ["a group that systemd has kept", {
    arrange(machine) {
      delegate(machine);
      machine.groups.managed.add(HOME);
    },
  }, /systemd has not handed \/sys\/fs\/cgroup\/service over \(.*Delegate=yes/],
  ["a group that gives nothing", {
    arrange(machine) {
      delegate(machine);
      machine.groups.givingFault = "EACCES";
    },
  }, /EACCES/],
];

for (const [name, changes, reason] of LACKING) {
  test(`limits: with ${name} an actor runs without them, and says so once`, async () => {
    const played = await playDelegated({ "/bin/web": (self) => self.exit(1) }, {
      ...changes,
      config: `${LIMITED}
        restart = "on-failure"
        [actors.free]
        exec = ["/bin/web"]`,
    });
    const [line, ...more] = played.log("web");
    assert.match(line!, /^\S+ runs without memory_max = "64MiB", cpu_max = "50%", pids_max = 3: /);
    assert.match(line!, reason);
    assert.deepEqual(more, []);
    assert.equal(played.instants("web", "exited").length, 6);
    assert.deepEqual(played.instants("web", "unlimited"), [0]);
    assert.deepEqual(played.log("free"), []);
    const { machine } = played;
    assert.deepEqual(machine.groups.all().filter((group) => group !== HOME), []);
    assert.deepEqual(machine.groups.givenBy(HOME), []);
  });

  test(`limits: with ${name} an actor that requires them has failed for good`, async () => {
    const played = await playDelegated({ "/bin/web": (self) => self.exit(1) }, {
      ...changes,
      config: `${LIMITED}
        restart = "always"
        [defaults.cgroup]
        required = true`,
    });
    assert.deepEqual(played.linesOf("web", "started", "start_failed", "failed", "restarted"), [
      "0 start_failed",
      "0 failed",
    ]);
    const failure = String(played.entries.find(({ event }) => event === "start_failed")!["reason"]);
    assert.match(failure, /^cgroup: memory_max = "64MiB", cpu_max = "50%", pids_max = 3: /);
    assert.match(failure, reason);
    assert.match(failure, /supervise\.toml:2\)$/);
  });
}

test("limits: what can be kept is kept, and the rest is said to be missing", async () => {
  let machine: FakeMachine;
  let found: readonly (number | undefined)[] = [];
  const played = await playDelegated({
    "/bin/web"(self) {
      found = limitsOf(machine, self);
    },
  }, {
    arrange(made) {
      machine = made;
      delegate(made);
      made.groups.takeBack(TOP, ["cpu"]);
    },
  });
  assert.deepEqual(found, [64 * MIB, undefined, 3]);
  assert.match(played.log("web")[0]!, /runs without cpu_max = "50%": .*service was not given/);
});
/** Takes more than there may be. */
const hoard: FakeProgram = (self) => {
  self.allocate(60 * MIB);
  self.allocate(60 * MIB);
};

test("limits: a process that the kernel kills is told of by the limit that was reached", async () => {
  const played = await playDelegated({ "/bin/web": hoard });
  const exited = played.entries.find(({ event }) => event === "exited")!;
  assert.deepEqual([exited["signal"], exited["reached"]], ["SIGKILL", {
    oomKills: 1,
    killedMain: true,
    memoryMax: "64MiB",
    forksRefused: 0,
    pidsMax: "3",
  }]);
  const failed = played.entries.find(({ event }) => event === "failed")!;
  assert.equal(failed["reason"], "killed by the kernel: memory_max 64MiB reached");
});

test("limits: what is killed in a group around it was not ended by its own limit", async () => {
  const played = await playDelegated({ "/bin/web": hoard }, {
    arrange(machine) {
      delegate(machine);
      machine.groups.limit(HOME, "memory", 10 * MIB);
    },
  });
  const failed = played.entries.find(({ event }) => event === "failed")!;
  assert.equal(failed["reason"], "killed by the kernel: out of memory");
});

test("limits: a descendant that the kernel kills, and forks that it refuses, explain an end, too", async () => {
  const played = await playDelegated({
    async "/bin/web"(self) {
      const { wait } = self.fork((child) => hoard(child));
      await wait();
      assert.throws(() => [1, 2, 3].forEach(() => self.fork((child) => child.forever())), /EAGAIN/);
      self.exit(3);
    },
  });
  const failed = played.entries.find(({ event }) => event === "failed")!;
  assert.equal(
    failed["reason"],
    "exit code 3; the kernel killed 1 process of it: memory_max 64MiB reached, pids_max 3 reached",
  );
});

test("limits: a main process that we kill was not killed by the kernel", async () => {
  const played = await playDelegated({
    async "/bin/web"(self) {
      self.ignore("SIGTERM");
      const { wait } = self.fork((child) => hoard(child));
      await wait();
      await self.forever();
    },
  }, {
    async script({ at, stop, down }) {
      await at(1_000);
      await stop("web");
      down();
    },
  });
  const exited = played.entries.find(({ event }) => event === "exited")!;
  assert.deepEqual([exited["signal"], (exited["reached"] as { killedMain: boolean }).killedMain], [
    "SIGKILL",
    false,
  ]);
});

test("limits: whoever takes over from a supervisor that was killed brings its processes home", async () => {
  const played = await playDelegated({ "/bin/web": (self) => self.sleep(1_000) }, {
    async script({ at, machine }) {
      await at(500);
      const client = bystander(machine, "client");
      client.controlGroup = `${TREE}.own`;
      const layer = new ControlGroupLayer(machine.host, TREE);
      layer.close();
      // The tree lives: nothing that it relies on is taken away.
      assert.deepEqual([machine.groups.givenBy(HOME), client.controlGroup], [ALL, `${TREE}.own`]);
      layer.kill(null, () => {});
      await at(600);
      layer.close();
      assert.deepEqual([machine.groups.givenBy(HOME), client.controlGroup], [[], HOME]);
      assert.deepEqual(machine.groups.all(), [HOME]);
    },
    mayRemain: (machine) => machine.puppets().map(({ pid }) => pid),
  });
  assert.equal(played.end.outcome.kind, "failed");
});
