import assert from "node:assert/strict";
import { limitProblems } from "../../lib/daemon/check/check_limits.ts";
import { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import { VirtualClock } from "../../lib/testing/virtual_clock.ts";
import { actorOf } from "../config/compiling.ts";
import { test } from "../harness/test.ts";

/** What is said of an actor with these limits, on a machine with these controllers. */
function problemsOf(limits: string, controllers: readonly string[] | null, given?: readonly string[]) {
  const machine = new FakeMachine(new VirtualClock());
  if (controllers !== null) {
    machine.groups.lack = null;
    machine.groups.controllers = controllers;
  }
  if (given !== undefined) {
    machine.groups.add("/sys/fs/cgroup/service");
    machine.groups.give("/sys/fs/cgroup", given);
    machine.kernel.find(machine.host.processes.ownPid)!.controlGroup = "/sys/fs/cgroup/service";
  }
  const actor = actorOf(`[actors.a]\nexec = "x"\n${limits}`, "a");
  return limitProblems(machine.host, actor).map(({ severity, message }) => `${severity}: ${message}`);
}

const ALL = ["memory", "cpu", "pids"];
const PAIR = "cgroup = { memory_max = '64MiB', pids_max = 5 }";
const REQUIRED = "cgroup = { memory_max = '64MiB', pids_max = 5, required = true }";

test("check of limits: where they can be kept, or none is asked for, there is nothing to say", () => {
  assert.deepEqual(problemsOf(REQUIRED, ALL), []);
  assert.deepEqual(problemsOf(REQUIRED, ALL, ALL), []);
  assert.deepEqual(problemsOf(PAIR, ["memory", "pids"]), []);
  assert.deepEqual(problemsOf("", null), []);
});

test("check of limits: what no place of a machine has is a warning, and an error if it is required", () => {
  const text = 'memory_max = "64MiB", pids_max = 5 cannot be kept on this machine';
  assert.deepEqual(problemsOf(PAIR, []), [`warning: ${text}: this machine has no such controller`]);
  assert.deepEqual(problemsOf(REQUIRED, []), [`error: ${text}: this machine has no such controller`]);
  assert.deepEqual(problemsOf(REQUIRED, null), [
    `error: ${text}: control groups of version 2 are not mounted`,
  ]);
});

test("check of limits: what this place alone lacks is a warning, because the tree may be started elsewhere", () => {
  const why = "/sys/fs/cgroup/service was not given the controller";
  assert.deepEqual(problemsOf(REQUIRED, ALL, ["pids"]), [
    `warning: memory_max = "64MiB" cannot be kept from here: ${why}`,
  ]);
  assert.deepEqual(problemsOf(REQUIRED, ["memory"], []), [
    "error: pids_max = 5 cannot be kept on this machine: this machine has no such controller",
    `warning: memory_max = "64MiB" cannot be kept from here: ${why}`,
  ]);
});
