import assert from "node:assert/strict";
import { privilegeProblems } from "../../lib/daemon/check/check_privileges.ts";
import { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import { VirtualClock } from "../../lib/testing/virtual_clock.ts";
import { actorOf } from "../config/compiling.ts";
import { FakeProgram } from "../harness/program.ts";
import { test } from "../harness/test.ts";

/** What is said of an actor with these keys, to a user. */
function problemsOf(keys: string, uid: number): readonly string[] {
  const { disk, host } = new FakeMachine(new VirtualClock());
  disk.write("/etc/passwd", "www:x:33:33::/var/www:/bin/sh\nme:x:1000:1000::/home/me:/bin/sh\n");
  disk.write("/etc/group", "www:x:33:\n");
  const actor = actorOf(`[actors.a]\nexec = "x"\n${keys}`, "a");
  const program = Object.assign(new FakeProgram(), { uid });
  return privilegeProblems(host, program, actor).map(({ name, message }) => `${name} ${message}`);
}

test("check of privileges: root may do all, but for what there is not", () => {
  assert.deepEqual(problemsOf("user = 'www'\nnice = -5", 0), []);
  assert.deepEqual(problemsOf("user = 'wwww'", 0), [
    'config/user-not-found user "wwww": there is no such user, did you mean "www"?',
  ]);
});

test("check of privileges: another user is told what only root may do", () => {
  assert.deepEqual(problemsOf("user = 'www'\nnice = -5", 1_000), [
    'config/not-permitted user "www": only root may run a program as another user',
    "config/not-permitted nice = -5: only root may raise the priority",
  ]);
  assert.deepEqual(problemsOf("group = 'www'", 1_000), [
    'config/not-permitted group "www": only root may run a program in another group',
  ]);
});

test("check of privileges: everybody may be who they are, and give something up", () => {
  assert.deepEqual(problemsOf("user = 'me'\nnice = 5\numask = '0077'\nlimits.nofile = 10", 1_000), []);
  assert.deepEqual(problemsOf("", 1_000), []);
});
