/** The fake host keeps the contract, and has the faults that it is asked for. */
import assert from "node:assert/strict";
import { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import type { FakeProgram, Puppet } from "../../lib/host/fake/puppet.ts";
import type { Host } from "../../lib/host/ports/host.ts";
import { nextTurn } from "../../lib/host/shared/turn.ts";
import { VirtualClock } from "../../lib/testing/virtual_clock.ts";
import { contract } from "./contract.ts";
import { test } from "../harness/test.ts";
import type { Programs, Subject } from "./contract/subject.ts";
import { threadProgram } from "./contract/thread_program.ts";

const FOLDER = "/srv/contract";

contract("fake host", () => Promise.resolve(openFake()));
contract("fake host of a puppet", () => openFakeOfPuppet());

const programsOf = (machine: FakeMachine): Readonly<Record<string, FakeProgram>> => ({
  exit_with: (self) => self.exit(Number(self.args[0])),
  end_itself: async (self) => {
    self.kill(self.pid, "SIGTERM");
    await self.forever();
  },
  say(self) {
    self.print(self.args[0]!);
    self.printError(self.args[1]!);
  },
  tell_environment(self) {
    for (const [name, value] of Object.entries(self.env)) self.print(`${name}=${value}\n`);
  },
  tell_folder: (self) => self.print(`${self.cwd}\n`),
  tell_standing(self) {
    const { uid, standing: { gid, groups, umask, nice } } = self;
    const lines = [uid, gid, groups.join(" "), umask.toString(8).padStart(4, "0"), nice];
    self.print(`${lines.join("\n")}\n`);
  },
  copy_input: async (self) => self.print(await self.read()),
  copy_descriptor: async (self) => self.write(Number(self.args[1]), await self.read(Number(self.args[0]))),
  async talk_forever(self) {
    while (self.isAlive) {
      self.print("and on\n");
      await nextTurn();
    }
  },
  stay,
  stay_stubbornly(self) {
    self.ignore("SIGTERM");
    return stay(self);
  },
  stay_politely(self) {
    self.onSignal("SIGTERM", () => {
      self.print("bye\n");
      self.exit(7);
    });
    return stay(self);
  },
  async stay_silently(self) {
    self.closeOutput();
    await self.forever();
  },
  async stay_with_child(self) {
    self.print(`${self.fork((child) => child.forever()).pid}\n`);
    await self.forever();
  },
  have_child(self) {
    try {
      self.fork((child) => child.exit(0));
    } catch {
      self.exit(2);
    }
  },
  hoard(self) {
    self.allocate(2 ** 30);
    self.exit(2);
  },
  leave_behind: async (self) => {
    const middle = self.fork((between) => {
      const { pid } = between.fork(async (grandchild) => {
        grandchild.setsid();
        grandchild.closeOutput();
        await grandchild.forever();
      });
      between.print(`${pid}\n`);
    });
    await middle.wait();
  },
  leave_to_exit: (self) => void self.fork((child) => child.exit(Number(self.args[0]))),
  notify(self) {
    for (const text of self.args) self.notify(text);
    self.print("heard\n");
  },
  async listen_on(self) {
    const { sockets } = machine.hostOf(self);
    await sockets.listen(self.args[0]!, (connection) => {
      connection.send([new TextEncoder().encode("hello\n")]);
      if (self.args[1] === "hang-up") connection.close();
    });
    await stay(self);
  },
  async hold_lock(self) {
    assert.notEqual(machine.hostOf(self).locks.take(self.args[0]!), null);
    await stay(self);
  },
});

async function stay(self: Puppet): Promise<void> {
  self.print("up\n");
  await self.forever();
}

function openFake(): Subject {
  const machine = openMachine();
  return subjectOf(machine, machine.host, []);
}

/** What is tried is the host of a process that the machine's own has started. */
async function openFakeOfPuppet(): Promise<Subject> {
  const machine = openMachine();
  const puppet = await new Promise<Puppet>((resolve) => {
    machine.install("/bin/shell", async (self) => {
      resolve(self);
      await self.forever();
    });
    machine.host.processes.spawn({ argv: ["/bin/shell"], env: {}, cwd: "/", stdin: null, output: "null" });
  });
  return subjectOf(machine, machine.hostOf(puppet), [puppet.pid]);
}

function openMachine(): FakeMachine {
  const machine = new FakeMachine(new VirtualClock());
  machine.groups.lack = null;
  machine.groups.controllers = ["memory", "cpu", "pids"];
  for (const [name, program] of Object.entries(programsOf(machine))) {
    machine.install(`/bin/${name}`, program);
  }
  machine.threadProgram = (self) => threadProgram(self, self);
  machine.host.files.makeFolder(FOLDER);
  return machine;
}

/** @param mayRemain Processes that are there before and after. */
function subjectOf(machine: FakeMachine, host: Host, mayRemain: readonly number[]): Subject {
  let nextPort = 8_000;
  return {
    host,
    folder: FOLDER,
    env: { MARK: "contract" },
    programs: programs(),
    becomeRoot() {
      machine.kernel.find(host.processes.ownPid)!.uid = 0;
    },
    writeFile: (path, text, mode) => machine.disk.write(path, text, mode),
    link: (path, target) => machine.disk.link(path, target),
    fullFile() {
      machine.disk.write(`${FOLDER}/full.log`, "before\n");
      machine.disk.freeBytes = 3;
      return Promise.resolve(`${FOLDER}/full.log`);
    },
    serve(status) {
      const port = nextPort++;
      const close = machine.network.listen(port, { status });
      return Promise.resolve({ port, close: () => Promise.resolve(close()) });
    },
    freePort: () => Promise.resolve(nextPort++),
    close() {
      assert.deepEqual(machine.programErrors, []);
      assert.equal(machine.threads.size, 0);
      assert.deepEqual(machine.puppets().map(({ pid }) => pid), mayRemain);
      host.processes.close();
      return Promise.resolve();
    },
  };
}

function programs(): Programs {
  const command = (name: string) => [`/bin/${name}`];
  return {
    exitWith: (code) => [...command("exit_with"), String(code)],
    endItself: command("end_itself"),
    say: (out, err) => [...command("say"), out, err],
    tellEnvironment: command("tell_environment"),
    tellFolder: command("tell_folder"),
    tellStanding: command("tell_standing"),
    copyInput: command("copy_input"),
    copyDescriptor: (from, to) => [...command("copy_descriptor"), String(from), String(to)],
    talkForever: command("talk_forever"),
    stay: command("stay"),
    stayStubbornly: command("stay_stubbornly"),
    stayPolitely: command("stay_politely"),
    staySilently: command("stay_silently"),
    stayWithChild: command("stay_with_child"),
    haveChild: command("have_child"),
    hoard: command("hoard"),
    leaveBehind: command("leave_behind"),
    listenOn: (address) => [...command("listen_on"), address],
    hangUpOn: (address) => [...command("listen_on"), address, "hang-up"],
    holdLock: (path) => [...command("hold_lock"), path],
    notify: (...texts) => [...command("notify"), ...texts],
    leaveToExit: (code) => [...command("leave_to_exit"), String(code)],
  };
}

test("fake host: a lock is the only one until another is taken, of whatever file", () => {
  const { locks, files } = openFake().host;
  files.makeFolder("/srv/locks");
  const first = locks.take("/srv/locks/first")!;
  assert.equal(first.isOnlyOne(), true);
  const second = locks.take("/srv/locks/second")!;
  assert.deepEqual([first.isOnlyOne(), second.isOnlyOne()], [false, false]);
  second.release();
  assert.equal(first.isOnlyOne(), true);
});
