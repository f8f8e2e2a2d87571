import assert from "node:assert/strict";
import type { Privileges } from "../../../lib/host/ports/privileges.ts";
import { SpawnError } from "../../../lib/host/ports/processes.ts";
import { finish, guarantees, lineOf, type OpenSubject, start, type Subject, textOf } from "./subject.ts";

const NONE: Privileges = {
  account: null,
  umask: null,
  nice: null,
  limits: {},
  noNewPrivs: false,
  oomScoreAdj: null,
  deathSignal: null,
};

/** What every implementation guarantees about a process that is started with other privileges. */
export function privilegesContract(name: string, open: OpenSubject): void {
  const guarantee = guarantees(`${name} privileges`, open);

  guarantee("a process without any has started at once, and stands as we do", async (subject) => {
    const plain = await standingOf(subject, null);
    assert.deepEqual(await standingOf(subject, NONE), plain);
  });

  guarantee(
    "a process is of its user and its groups, and has its umask and its priority",
    async (subject) => {
      subject.becomeRoot();
      const account = { uid: 65_534, gid: 1, groups: [1, 65_534, 12], label: 'user "nobody"' };
      assert.deepEqual(
        await standingOf(subject, { ...NONE, account, umask: 0o27, nice: 5 }),
        ["65534", "1", "1 12 65534", "0027", "5"],
      );
    },
  );

  guarantee("a group alone leaves the user, and takes all other groups away", async (subject) => {
    subject.becomeRoot();
    const account = { uid: null, gid: 1, groups: [1], label: 'group "daemon"' };
    assert.deepEqual((await standingOf(subject, { ...NONE, account })).slice(0, 3), ["0", "1", "1"]);
  });

  guarantee(
    "the number of the process, its start and its streams are those of the program",
    async (subject) => {
      const { processes } = subject.host;
      const child = start(subject, subject.programs.stay, { privileges: { ...NONE, nice: 1 } });
      assert.equal(await child.started, null);
      assert.equal(await lineOf(child.stdout), "up");
      const row = processes.find(child.pid)!;
      const { pid, startTime } = child;
      assert.deepEqual(
        [row.pid, row.startTime, row.parent, row.group, row.session],
        [pid, startTime, processes.ownPid, pid, pid],
      );
      assert.ok(processes.commandOf(pid).join(" ").includes(subject.programs.stay.at(-1)!));
      await finish(subject, child);
    },
  );

  guarantee(
    "a program gets the environment, the folder and the input that are meant for it",
    async (subject) => {
      const env = { ...subject.env, EMPTY: "", SPACED: " a b ", LONG: "x".repeat(70_000) };
      const privileges = { ...NONE, nice: 1 };
      const child = start(subject, subject.programs.tellEnvironment, { env, privileges });
      const told = (await textOf(child.stdout)).trimEnd().split("\n");
      assert.deepEqual(told.sort(), Object.entries(env).map(([key, value]) => `${key}=${value}`).sort());
      await child.exited;
      child.stderr!.close();
      subject.writeFile(`${subject.folder}/in.txt`, "some\ninput");
      const copies = start(subject, subject.programs.copyInput, {
        privileges,
        stdin: `${subject.folder}/in.txt`,
      });
      assert.equal(await textOf(copies.stdout), "some\ninput");
      await copies.exited;
      copies.stderr!.close();
    },
  );

  guarantee("descriptors that are handed over are there, and no others", async (subject) => {
    const { descriptors } = subject.host;
    const [toChild, fromChild] = [descriptors.openPipe(), descriptors.openPipe()];
    const child = start(subject, subject.programs.copyDescriptor(3, 7), {
      output: "null",
      privileges: { ...NONE, nice: 1 },
      descriptors: { 3: toChild.read, 7: fromChild.write },
    });
    descriptors.close(toChild.read);
    descriptors.close(fromChild.write);
    assert.ok(descriptors.write(toChild.write, "over and back"));
    // The program has no writing end of its own input: what it reads ends when ours is closed.
    descriptors.close(toChild.write);
    const source = descriptors.sourceOf(fromChild.read);
    assert.equal(await textOf(source), "over and back");
    source.close();
    assert.deepEqual(await child.exited, { how: "exited", code: 0 });
  });

  guarantee("what cannot be started says at which stage, and ends", async (subject) => {
    const { folder, programs } = subject;
    subject.writeFile(`${folder}/data.txt`, "no program", 0o644);
    const cases = [
      [["/no/such/program"], "program", /not found/],
      [["no-such-program"], "program", /not found/],
      [[`${folder}/data.txt`], "permission", /not executable/],
    ] as const;
    for (const [argv, stage, message] of cases) {
      const child = start(subject, argv, { output: "null", privileges: { ...NONE, nice: 1 } });
      const error = await child.started;
      assert.ok(error instanceof SpawnError);
      assert.equal(error.stage, stage);
      assert.match(error.message, message);
      await child.exited;
      assert.equal(subject.host.processes.find(child.pid), null);
    }
    assert.throws(
      () => start(subject, programs.exitWith(0), { stdin: `${folder}/missing`, privileges: NONE }),
      (error) => error instanceof SpawnError && error.stage === "stdin",
    );
  });

  guarantee("a process that is killed before its program runs has not started", async (subject) => {
    const { processes } = subject.host;
    const child = start(subject, subject.programs.stay, { output: "null", privileges: { ...NONE, nice: 1 } });
    assert.equal(processes.signal(child, "SIGKILL"), "sent");
    assert.deepEqual(await child.exited, { how: "signalled", signal: "SIGKILL" });
    await child.started;
  });
}

/** How a process stands, as lines; the groups in order. */
async function standingOf(subject: Subject, privileges: Privileges | null): Promise<readonly string[]> {
  // The folder of the test is its owner's alone.
  const child = start(subject, subject.programs.tellStanding, { privileges, cwd: "/" });
  assert.equal(await child.started, null);
  const lines = (await textOf(child.stdout)).trimEnd().split("\n");
  assert.deepEqual(await child.exited, { how: "exited", code: 0 });
  child.stderr!.close();
  const groups = lines[2]!.split(" ").sort().join(" ");
  return lines.with(2, groups);
}
