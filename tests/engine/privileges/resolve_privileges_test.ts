import assert from "node:assert/strict";
import type { PrivilegesSpec } from "../../../lib/config/plan.ts";
import { resolvePrivileges } from "../../../lib/engine/privileges/resolve_privileges.ts";
import { FakeMachine } from "../../../lib/host/fake/fake_machine.ts";
import type { Files } from "../../../lib/host/ports/files.ts";
import { SpawnError } from "../../../lib/host/ports/processes.ts";
import { VirtualClock } from "../../../lib/testing/virtual_clock.ts";
import { NO_PRIVILEGES as NONE } from "../../harness/no_privileges.ts";
import { test } from "../../harness/test.ts";

const PASSWD = `root:x:0:0:root:/root:/bin/bash
www:x:33:33::/var/www:/usr/sbin/nologin
bare:x:40:41:::
+::::::
broken:x:a:1:::
`;

const GROUPS = `root:x:0:
web:x:33:
adm:x:4:syslog,www
log:x:44:www
web2:x:33:www
staff:x:50:
`;

function filesWith(passwd = PASSWD, groups = GROUPS): Files {
  const { disk, host } = new FakeMachine(new VirtualClock());
  disk.write("/etc/passwd", passwd);
  disk.write("/etc/group", groups);
  return host.files;
}

function resolved(spec: Partial<PrivilegesSpec>) {
  return resolvePrivileges(filesWith(), { ...NONE, ...spec });
}

test("privileges resolved: nothing is asked for, and nothing changes", () => {
  assert.deepEqual(resolvePrivileges(filesWith(), null), { privileges: null, variables: {} });
});

test("privileges resolved: what has nothing to do with users is passed on", () => {
  const { privileges, variables } = resolved({ nice: 3, limits: { core: { soft: 0, hard: null } } });
  const { user: _user, group: _group, ...rest } = NONE;
  const limits = { core: { soft: 0, hard: null } };
  assert.deepEqual(privileges, { ...rest, account: null, nice: 3, limits });
  assert.deepEqual(variables, {});
});

test("privileges resolved: a user by name or number has its group, and all that it is a member of", () => {
  for (const user of ["www", 33]) {
    const { privileges, variables } = resolved({ user });
    const label = `user ${JSON.stringify(user)}`;
    assert.deepEqual(privileges!.account, { uid: 33, gid: 33, groups: [33, 4, 44], label });
    const shell = "/usr/sbin/nologin";
    assert.deepEqual(variables, { HOME: "/var/www", USER: "www", LOGNAME: "www", SHELL: shell });
  }
});

test("privileges resolved: another group takes the place of the user's own", () => {
  assert.deepEqual(resolved({ user: "www", group: "staff" }).privileges!.account!.groups, [50, 4, 44, 33]);
  assert.deepEqual(resolved({ user: "bare", group: 77 }).privileges!.account!.groups, [77]);
});

test("privileges resolved: a group alone is the only one, and says nothing of the user", () => {
  const { privileges, variables } = resolved({ group: "adm" });
  assert.deepEqual(privileges!.account, { uid: null, gid: 4, groups: [4], label: 'group "adm"' });
  assert.deepEqual(variables, {});
});

test("privileges resolved: empty fields of a user have the meaning that login gives them", () => {
  assert.deepEqual(resolved({ user: "bare" }).variables, {
    HOME: "/",
    USER: "bare",
    LOGNAME: "bare",
    SHELL: "/bin/sh",
  });
});

test("privileges resolved: a number that is in no list needs a group, and has no name", () => {
  const { privileges, variables } = resolved({ user: 999, group: 998 });
  assert.deepEqual(privileges!.account, { uid: 999, gid: 998, groups: [998], label: "user 999" });
  assert.deepEqual(variables, { HOME: "/", USER: null, LOGNAME: null, SHELL: null });
});

test("privileges resolved: what there is not is named, with what is nearest", () => {
  const cases: readonly (readonly [Partial<PrivilegesSpec>, string])[] = [
    [{ user: "wwww" }, 'user "wwww": there is no such user, did you mean "www"?'],
    [{ user: "postgres" }, 'user "postgres": there is no such user'],
    [{ user: "broken" }, 'user "broken": there is no such user'],
    [{ user: "www", group: "staf" }, 'group "staf": there is no such group, did you mean "staff"?'],
    [{ user: 999 }, "user 999: no entry of /etc/passwd says what its group is; say it with group"],
  ];
  for (const [spec, message] of cases) {
    assert.throws(
      () => resolved(spec),
      (error) => error instanceof SpawnError && error.stage === "privileges" && error.message === message,
    );
  }
});

test("privileges resolved: a list that cannot be read is an error of the start, too", () => {
  const { disk, host } = new FakeMachine(new VirtualClock());
  disk.write("/etc/passwd", PASSWD);
  disk.deny("/etc/passwd", "reading");
  assert.throws(
    () => resolvePrivileges(host.files, { ...NONE, user: "www" }),
    (error) => error instanceof SpawnError && error.stage === "privileges",
  );
});
