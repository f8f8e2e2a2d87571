import assert from "node:assert/strict";
import { type ProcessId, type ReapedOrphan, SpawnError } from "../../../lib/host/ports/processes.ts";
import { finish, guarantees, lineOf, type OpenSubject, start, type Subject, textOf } from "./subject.ts";

/** What every implementation of the port to processes guarantees. */
export function processesContract(name: string, open: OpenSubject): void {
  const guarantee = guarantees(`${name} processes`, open);

  guarantee("an exit code arrives after the process is out of the table", async (subject) => {
    const child = start(subject, subject.programs.exitWith(3));
    assert.deepEqual(await child.exited, { how: "exited", code: 3 });
    assert.equal(subject.host.processes.find(child.pid), null);
    assert.equal(await textOf(child.stdout), "");
    assert.equal(await textOf(child.stderr), "");
  });

  guarantee("a process that a signal ends tells which", async (subject) => {
    const child = start(subject, subject.programs.endItself, { output: "null" });
    assert.deepEqual([child.stdout, child.stderr], [null, null]);
    assert.deepEqual(await child.exited, { how: "signalled", signal: "SIGTERM" });
  });

  guarantee("a child that has died is known to have, before anybody is told", async (subject) => {
    const { processes } = subject.host;
    const child = start(subject, subject.programs.stay);
    assert.equal(await lineOf(child.stdout), "up");
    assert.deepEqual([processes.hasDied(child), processes.isStarted(child.pid)], [false, true]);
    processes.signal(child, "SIGKILL");
    // Nothing else runs meanwhile: it takes the kernel a moment, and no turn of ours.
    while (!processes.hasDied(child));
    assert.deepEqual(await child.exited, { how: "signalled", signal: "SIGKILL" });
    assert.deepEqual([processes.hasDied(child), processes.isStarted(child.pid)], [true, false]);
    child.stdout?.close();
    child.stderr?.close();
  });

  guarantee("both output streams arrive whole and apart, and end", async (subject) => {
    const child = start(subject, subject.programs.say("to out", "to err"));
    assert.deepEqual(await Promise.all([textOf(child.stdout), textOf(child.stderr)]), ["to out", "to err"]);
    assert.deepEqual(await child.exited, { how: "exited", code: 0 });
  });

  guarantee("a stream ends when it is closed, though the process lives on", async (subject) => {
    const child = start(subject, subject.programs.staySilently);
    assert.deepEqual(await Promise.all([textOf(child.stdout), textOf(child.stderr)]), ["", ""]);
    assert.equal(subject.host.processes.find(child.pid)?.startTime, child.startTime);
    await finish(subject, child);
  });

  guarantee("who writes to a stream that was closed here gets SIGPIPE", async (subject) => {
    const child = start(subject, subject.programs.talkForever);
    await lineOf(child.stdout);
    child.stdout!.close();
    assert.deepEqual(await child.exited, { how: "signalled", signal: "SIGPIPE" });
    assert.equal(await child.stdout!.read(), null);
    child.stderr!.close();
  });

  guarantee("a read that waits gets the end when the stream is closed here", async (subject) => {
    const child = start(subject, subject.programs.stay);
    await lineOf(child.stdout);
    const waiting = child.stdout!.read();
    child.stdout!.close();
    child.stdout!.close();
    assert.equal(await waiting, null);
    await finish(subject, child);
  });

  guarantee("output to a file is appended", async (subject) => {
    const file = `${subject.folder}/out.txt`;
    subject.writeFile(file, "before\n");
    for (const word of ["one\n", "two\n"]) {
      await start(subject, subject.programs.say(word, ""), { output: { file } }).exited;
    }
    assert.equal(subject.host.files.readText(file), "before\none\ntwo\n");
  });

  guarantee("a process gets the environment that it is given, and nothing else", async (subject) => {
    const env = { ...subject.env, A: "1", EMPTY: "", "WITH.DOT": "two words" };
    const child = start(subject, subject.programs.tellEnvironment, { env });
    const told = (await textOf(child.stdout)).trimEnd().split("\n");
    assert.deepEqual(told.sort(), Object.entries(env).map(([key, value]) => `${key}=${value}`).sort());
    await child.exited;
    child.stderr!.close();
  });

  guarantee("a process starts in its folder", async (subject) => {
    const child = start(subject, subject.programs.tellFolder);
    assert.equal((await textOf(child.stdout)).trimEnd(), subject.folder);
    await child.exited;
    child.stderr!.close();
  });

  guarantee("standard input is a file, or empty", async (subject) => {
    subject.writeFile(`${subject.folder}/in.txt`, "some\ninput");
    for (const [stdin, expected] of [[`${subject.folder}/in.txt`, "some\ninput"], [null, ""]] as const) {
      const child = start(subject, subject.programs.copyInput, { stdin });
      assert.equal(await textOf(child.stdout), expected);
      await child.exited;
      child.stderr!.close();
    }
  });

  guarantee(
    "standard input may be a pipe with a name, and nobody waits for who writes to it",
    async (subject) => {
      const { descriptors } = subject.host;
      const path = `${subject.folder}/pipe`;
      descriptors.makeNamedPipe(path);
      const child = start(subject, subject.programs.copyInput, { stdin: path });
      const writing = descriptors.holdNamedPipe(path)!;
      assert.ok(descriptors.write(writing, "text"));
      descriptors.close(writing);
      assert.equal(subject.host.processes.hasDied(child), false);
      await finish(subject, child);
    },
  );

  guarantee("a program without a slash is looked up in the PATH that it is given", async (subject) => {
    const file = subject.programs.exitWith(4)[0]!;
    const at = file.lastIndexOf("/");
    const env = { ...subject.env, PATH: `/nowhere:${file.slice(0, at)}` };
    const argv = [file.slice(at + 1), ...subject.programs.exitWith(4).slice(1)];
    const child = start(subject, argv, { env, output: "null" });
    assert.deepEqual(await child.exited, { how: "exited", code: 4 });
  });

  guarantee("what cannot be started says at which stage, and why", (subject) => {
    const { folder, programs } = subject;
    subject.writeFile(`${folder}/data.txt`, "no program", 0o644);
    const works = { argv: programs.exitWith(0) };
    const cases = [
      [{ argv: ["/no/such/program"] }, "program", /not found/],
      [{ argv: ["no-such-program"] }, "program", /not found/],
      [{ argv: [`${folder}/data.txt`] }, "permission", /not executable/],
      [{ ...works, cwd: `${folder}/missing` }, "cwd", /not found/],
      [{ ...works, cwd: `${folder}/data.txt` }, "cwd", /not a folder/],
      [{ ...works, stdin: `${folder}/missing` }, "stdin", /No such file/],
      [{ ...works, stdin: folder }, "stdin", /is a folder/],
    ] as const;
    for (const [{ argv, ...changes }, stage, message] of cases) {
      const error = errorOf(() => start(subject, argv, changes));
      assert.equal(error.stage, stage, error.message);
      assert.match(error.message, message);
      const cwd = "cwd" in changes ? changes.cwd : folder;
      const foretold = subject.host.processes.whyNotStartable({ argv, env: subject.env, cwd });
      assert.equal(foretold?.stage ?? "stdin", stage);
    }
    const { env } = subject;
    assert.equal(subject.host.processes.whyNotStartable({ ...works, env, cwd: folder }), null);
  });

  guarantee(
    "a process leads a session and a group, is our child, and can be told by its start",
    async (subject) => {
      const { processes } = subject.host;
      const child = start(subject, subject.programs.stay);
      await lineOf(child.stdout);
      const row = processes.find(child.pid)!;
      const { pid, startTime } = child;
      assert.deepEqual(
        [row.pid, row.startTime, row.parent, row.group, row.session],
        [pid, startTime, processes.ownPid, pid, pid],
      );
      assert.deepEqual(processes.leadersOf(pid), { session: pid, group: pid });
      assert.ok(processes.childrenOf(processes.ownPid).includes(pid));
      assert.equal(processes.pids().filter((each) => each === pid).length, 1);
      assert.deepEqual(processes.table().filter((each) => each.pid === pid).map((each) => each.startTime), [
        startTime,
      ]);
      await finish(subject, child);
      assert.ok(!processes.childrenOf(processes.ownPid).includes(pid));
      assert.equal(processes.leadersOf(pid), null);
    },
  );

  guarantee("the command and the variables of a process can be read while it lives", async (subject) => {
    const { processes } = subject.host;
    const child = start(subject, subject.programs.stay, { env: { ...subject.env, COLOUR: "red=blue" } });
    await lineOf(child.stdout);
    assert.equal(processes.variableOf(child.pid, "COLOUR"), "red=blue");
    assert.equal(processes.variableOf(child.pid, "COL"), null);
    assert.equal(processes.variableOf(child.pid, "OLOUR"), null);
    assert.equal(processes.shownVariable(child.pid, "COLOUR"), "red=blue");
    assert.equal(processes.shownVariable(child.pid, "COL"), null);
    assert.deepEqual(processes.environmentOf(child.pid), { ...subject.env, COLOUR: "red=blue" });
    assert.ok(processes.commandOf(child.pid).length > 0);
    assert.equal(processes.userOf(child.pid), processes.userOf(processes.ownPid));
    assert.equal(typeof processes.userOf(child.pid), "number");
    await finish(subject, child);
    assert.equal(processes.variableOf(child.pid, "COLOUR"), null);
    assert.equal(processes.shownVariable(child.pid, "COLOUR"), undefined);
    assert.equal(processes.environmentOf(child.pid), null);
    assert.deepEqual(processes.commandOf(child.pid), []);
    assert.equal(processes.userOf(child.pid), null);
  });

  guarantee("the outputs of a process are those of its children, and of nobody else", async (subject) => {
    const { processes } = subject.host;
    const child = start(subject, subject.programs.stayWithChild);
    const other = start(subject, subject.programs.stay);
    const grandchild = Number(await lineOf(child.stdout));
    await lineOf(other.stdout);
    const [own, below, others] = [child.pid, grandchild, other.pid].map((pid) => processes.outputsOf(pid));
    assert.equal(new Set(own).size, 2);
    assert.deepEqual(below, own);
    assert.equal(new Set([...own!, ...others!]).size, 4);
    assert.deepEqual(processes.outputsOf(child.pid), own);
    processes.signalGroup(child, "SIGKILL");
    await finish(subject, child);
    await finish(subject, other);
    assert.deepEqual(processes.outputsOf(child.pid), []);
  });

  guarantee("an output that leads to no pipe is none", async (subject) => {
    const child = start(subject, subject.programs.stay, { output: "null" });
    assert.deepEqual(subject.host.processes.outputsOf(child.pid), []);
    await finish(subject, child);
  });

  guarantee("a signal reaches the process that is meant, and no other with its number", async (subject) => {
    const { processes } = subject.host;
    const child = start(subject, subject.programs.stayPolitely);
    assert.equal(await lineOf(child.stdout), "up");
    const later = { pid: child.pid, startTime: child.startTime + 1 };
    assert.equal(processes.signal(later, "SIGKILL"), "gone");
    assert.equal(processes.signal(child, "SIGTERM"), "sent");
    assert.equal(await textOf(child.stdout), "bye\n");
    assert.deepEqual(await child.exited, { how: "exited", code: 7 });
    assert.equal(processes.signal(child, "SIGTERM"), "gone");
    assert.equal(processes.signalGroup(child, "SIGTERM"), "gone");
    child.stderr!.close();
  });

  guarantee("a process may ignore SIGTERM, but not SIGKILL", async (subject) => {
    const { processes } = subject.host;
    const child = start(subject, subject.programs.stayStubbornly);
    assert.equal(await lineOf(child.stdout), "up");
    assert.equal(processes.signal(child, "SIGTERM"), "sent");
    assert.equal(processes.signal(child, "SIGKILL"), "sent");
    assert.deepEqual(await child.exited, { how: "signalled", signal: "SIGKILL" });
    child.stdout!.close();
    child.stderr!.close();
  });

  guarantee(
    "a signal to the group reaches its descendants, and those that lose their parent come to us",
    async (subject) => {
      const { processes } = subject.host;
      const orphans = adopt(subject);
      const child = start(subject, subject.programs.stayWithChild);
      const grandchild = Number(await lineOf(child.stdout));
      assert.deepEqual(processes.childrenOf(child.pid), [grandchild]);
      assert.ok(!processes.childrenOf(processes.ownPid).includes(grandchild));
      assert.equal(processes.find(grandchild)?.group, child.pid);
      assert.deepEqual(processes.leadersOf(grandchild), { session: child.pid, group: child.pid });
      assert.equal(processes.signalGroup(child, "SIGTERM"), "sent");
      assert.deepEqual(await child.exited, { how: "signalled", signal: "SIGTERM" });
      const { row, status } = await orphans.of(grandchild);
      assert.deepEqual([row.state, row.session, status], ["Z", child.pid, {
        how: "signalled",
        signal: "SIGTERM",
      }]);
      assert.equal(processes.find(grandchild), null);
      child.stdout!.close();
      child.stderr!.close();
    },
  );

  guarantee("what escapes into a session of its own becomes our child, and is reaped", async (subject) => {
    const { processes } = subject.host;
    const orphans = adopt(subject);
    const child = start(subject, subject.programs.leaveBehind);
    const escaped = Number(await lineOf(child.stdout));
    assert.deepEqual(await child.exited, { how: "exited", code: 0 });
    const row = processes.find(escaped)!;
    assert.deepEqual([row.parent, row.session], [processes.ownPid, escaped]);
    assert.ok(processes.childrenOf(processes.ownPid).includes(escaped));
    assert.equal(processes.signal(row, "SIGKILL"), "sent");
    assert.deepEqual((await orphans.of(escaped)).status, { how: "signalled", signal: "SIGKILL" });
    child.stdout!.close();
    child.stderr!.close();
  });

  guarantee("an orphan that exits by itself is reaped with its status", async (subject) => {
    const orphans = adopt(subject);
    const child = start(subject, subject.programs.leaveToExit(5), { output: "null" });
    await child.exited;
    assert.deepEqual((await orphans.next()).status, { how: "exited", code: 5 });
  });

  guarantee(
    "a pipe is read as long as anybody has its other end, also when nothing is written",
    (subject) => {
      const { descriptors } = subject.host;
      const { read, write } = descriptors.openPipe();
      assert.equal(descriptors.isRead(write), true);
      descriptors.write(write, "waits to be read");
      assert.equal(descriptors.isRead(write), true);
      descriptors.close(read);
      assert.equal(descriptors.isRead(write), false);
      descriptors.close(write);
      // What is not open, or no pipe, is not known to be read by nobody.
      assert.equal(descriptors.isRead(write), true);
      return Promise.resolve();
    },
  );

  guarantee(
    "that nobody reads a pipe any more is told once, to whoever has not stopped it",
    async (subject) => {
      const { descriptors } = subject.host;
      const { read, write } = descriptors.openPipe();
      let wrongly = 0;
      const stop = descriptors.onUnread(write, () => wrongly++);
      const told = new Promise<void>((resolve) => void descriptors.onUnread(write, resolve));
      descriptors.write(write, "waits to be read");
      stop();
      descriptors.close(read);
      await told;
      // Also to who asks too late.
      await new Promise<void>((resolve) => void descriptors.onUnread(write, resolve));
      descriptors.close(write);
      assert.equal(wrongly, 0);
    },
  );

  guarantee(
    "a pipe tells who asks that it can be read, and is read as far as there is room",
    async (subject) => {
      const { descriptors } = subject.host;
      const { read, write } = descriptors.openPipe();
      const source = descriptors.sourceOf(read);
      const into = new Uint8Array(4);
      const decoder = new TextDecoder();
      assert.equal(source.readInto(into), 0);
      let told = 0;
      const readable = () =>
        new Promise<void>((resolve) =>
          source.whenReadable(() => {
            told += 1;
            resolve();
          })
        );
      const first = readable();
      descriptors.write(write, "abcdef");
      await first;
      assert.equal(source.readInto(into), 4);
      assert.equal(decoder.decode(into), "abcd");
      // The rest has been there all along.
      await readable();
      assert.equal(source.readInto(into), 2);
      assert.equal(decoder.decode(into.subarray(0, 2)), "ef");
      assert.equal(source.readInto(into), 0);
      // Nobody asks, and nobody is told.
      descriptors.write(write, "gh");
      descriptors.close(write);
      assert.equal(await source.read().then((bytes) => decoder.decode(bytes!)), "gh");
      assert.equal(told, 2);
      await readable();
      assert.equal(source.readInto(into), null);
      assert.equal(source.readInto(into), null);
      assert.equal(await source.read(), null);
    },
  );

  guarantee("pipes that always have more take turns, and one that is closed has none", async (subject) => {
    const { descriptors } = subject.host;
    const into = new Uint8Array(1);
    const turns: number[] = [];
    const pipes = [0, 1, 2].map(() => descriptors.openPipe());
    const sources = pipes.map(({ read }) => descriptors.sourceOf(read));
    for (const { write } of pipes) descriptors.write(write, "xxxx");
    await Promise.all(
      sources.slice(0, 2).map((source, index) =>
        new Promise<void>((resolve) => {
          const next = () => {
            assert.equal(source.readInto(into), 1);
            turns.push(index);
            if (turns.length > 6) resolve();
            else source.whenReadable(next);
          };
          source.whenReadable(next);
        })
      ),
    );
    assert.deepEqual(turns, [0, 1, 0, 1, 0, 1, 0, 1]);
    sources[2]!.whenReadable(() => turns.push(2));
    for (const source of sources) source.close();
    for (const { write } of pipes) descriptors.close(write);
    assert.equal(await sources[2]!.read(), null);
    assert.ok(!turns.includes(2));
  });

  guarantee("the end of a process is told once, whoever its parent is", async (subject) => {
    const { processes } = subject.host;
    adopt(subject);
    const child = start(subject, subject.programs.stayWithChild);
    const grandchild = processes.find(Number(await lineOf(child.stdout)))!;
    const ended: string[] = [];
    const untilTold = (name: string, process: ProcessId) =>
      new Promise<void>((resolve) => {
        processes.whenEnded(process, () => {
          ended.push(name);
          resolve();
        });
      });
    processes.whenEnded(grandchild, () => ended.push("stopped"))();
    const told = untilTold("grandchild", grandchild);
    // One of another start time has ended already.
    await untilTold("other", { ...grandchild, startTime: grandchild.startTime + 1 });
    processes.signal(grandchild, "SIGKILL");
    await told;
    const own = untilTold("child", child);
    processes.signalGroup(child, "SIGKILL");
    await own;
    await child.exited;
    await untilTold("gone", child);
    assert.deepEqual(ended, ["other", "grandchild", "child", "gone"]);
    child.stdout!.close();
    child.stderr!.close();
  });

  guarantee(
    "a named pipe is read on by whoever opens it next, and who writes to it does not hear of it",
    async (subject) => {
      const { descriptors } = subject.host;
      const pipes = makePipes(subject);
      const first = descriptors.sourceOf(descriptors.openNamedPipe(pipes.stdout)!);
      const child = start(subject, subject.programs.talkForever, { output: { pipes } });
      assert.deepEqual([child.stdout, child.stderr], [null, null]);
      const line = await lineOf(first);
      first.close();
      const second = descriptors.sourceOf(descriptors.openNamedPipe(pipes.stdout)!);
      for (let count = 0; count < 3; count++) assert.ok((await lineOf(second)).endsWith(line.slice(-1)));
      await finish(subject, child);
      while (await second.read() !== null);
      subject.host.files.remove(pipes.stdout);
      assert.equal(descriptors.openNamedPipe(pipes.stdout), null);
    },
  );

  guarantee(
    "both named pipes arrive whole and apart, and end; none is made twice, or for a process",
    async (subject) => {
      const { descriptors } = subject.host;
      const pipes = makePipes(subject);
      assert.throws(() => descriptors.makeNamedPipe(pipes.stdout), /exist/i);
      const sources = [pipes.stdout, pipes.stderr].map((path) =>
        descriptors.sourceOf(descriptors.openNamedPipe(path)!)
      );
      const child = start(subject, subject.programs.say("to out", "to err"), { output: { pipes } });
      assert.deepEqual(await Promise.all(sources.map(textOf)), ["to out", "to err"]);
      assert.deepEqual(await child.exited, { how: "exited", code: 0 });
      const missing = { stdout: `${subject.folder}/a`, stderr: `${subject.folder}/b` };
      const error = errorOf(() =>
        start(subject, subject.programs.exitWith(0), { output: { pipes: missing } })
      );
      assert.equal(error.stage, "start");
    },
  );

  guarantee("a pipe that a user names is opened through a link, too", async (subject) => {
    const { descriptors } = subject.host;
    const pipes = makePipes(subject);
    const link = `${subject.folder}/link`;
    subject.link(link, pipes.stdout);
    const source = descriptors.sourceOf(descriptors.openUsersPipe(link)!);
    const child = start(subject, subject.programs.say("to out", "to err"), { output: { pipes } });
    assert.equal(await textOf(source), "to out");
    assert.deepEqual(await child.exited, { how: "exited", code: 0 });
    assert.equal(descriptors.openNamedPipe(link), null);
    assert.equal(descriptors.openUsersPipe(`${subject.folder}/none`), null);
  });

  guarantee("what nobody reads of a named pipe is not lost while somebody has it open", async (subject) => {
    const { descriptors } = subject.host;
    const pipes = makePipes(subject);
    const [reading, kept] = [1, 2].map(() => descriptors.openNamedPipe(pipes.stdout)!) as [number, number];
    const source = descriptors.sourceOf(reading);
    const child = start(subject, subject.programs.stayPolitely, { output: { pipes } });
    assert.equal(await lineOf(source), "up");
    source.close();
    subject.host.processes.signal(child, "SIGTERM");
    assert.deepEqual(await child.exited, { how: "exited", code: 7 });
    assert.equal(await textOf(descriptors.sourceOf(kept)), "bye\n");
  });

  guarantee(
    "a named pipe that is held is not at its end before somebody has written to it",
    async (subject) => {
      const { descriptors } = subject.host;
      const pipes = makePipes(subject);
      const held = descriptors.holdNamedPipe(pipes.stdout)!;
      const text = textOf(descriptors.sourceOf(descriptors.openNamedPipe(pipes.stdout)!));
      // It is being read by then.
      await finish(subject, start(subject, subject.programs.stayPolitely, { output: "null" }));
      const child = start(subject, subject.programs.say("to out", "to err"), { output: { pipes } });
      descriptors.close(held);
      assert.equal(await text, "to out");
      assert.deepEqual(await child.exited, { how: "exited", code: 0 });
      assert.equal(descriptors.holdNamedPipe(`${subject.folder}/none`), null);
    },
  );

  guarantee(
    "a text is written whole, or not at all where that would take a wait",
    ({ host: { descriptors } }) => {
      const { read, write } = descriptors.openPipe();
      assert.equal(descriptors.tryWrite(write, "some"), true);
      descriptors.close(read);
      descriptors.close(write);
    },
  );

  guarantee("a death is foretold while it can still be collected by others", async (subject) => {
    const { processes } = subject.host;
    const foretold: unknown[][] = [];
    processes.foretellDeaths(({ row, status }) => {
      foretold.push([row.pid, row.startTime, status, processes.find(row.pid)?.state]);
    });
    const orphans = adopt(subject);
    const child = start(subject, subject.programs.exitWith(3), { output: "null" });
    await child.exited;
    assert.deepEqual(foretold, [[child.pid, child.startTime, { how: "exited", code: 3 }, "Z"]]);
    const leaving = start(subject, subject.programs.leaveToExit(5), { output: "null" });
    await leaving.exited;
    const { row, status } = await orphans.next();
    assert.deepEqual(foretold.find(([pid]) => pid === row.pid), [row.pid, row.startTime, status, "Z"]);
    assert.equal(foretold.length, 3);
  });

  guarantee("a signal to the group reaches it also where the leader is another's child", async (subject) => {
    const { processes } = subject.host;
    const orphans = adopt(subject);
    const child = start(subject, subject.programs.leaveBehind);
    const escaped = Number(await lineOf(child.stdout));
    await child.exited;
    const row = processes.find(escaped)!;
    assert.equal(processes.signalGroup({ pid: row.pid, startTime: row.startTime + 1 }, "SIGKILL"), "gone");
    assert.equal(processes.signalGroup(row, "SIGKILL"), "sent");
    assert.deepEqual((await orphans.of(escaped)).status, { how: "signalled", signal: "SIGKILL" });
    assert.equal(processes.signalGroup(row, "SIGKILL"), "gone");
    child.stdout!.close();
    child.stderr!.close();
  });

  guarantee("the machine is told from its other lives, and its clock goes on", ({ host }) => {
    const before = host.boot();
    const after = host.boot();
    assert.ok(before.id !== "" && before.id === after.id);
    assert.ok(after.uptimeMs >= before.uptimeMs);
  });

  guarantee("who is not the parent is as good as dead", (subject) => {
    const { processes } = subject.host;
    for (const mode of ["kill", "grace"] as const) {
      assert.equal(processes.dieWithParent(processes.ownPid, mode), false);
    }
  });

  guarantee("descriptors that are handed over are there, and no others", async (subject) => {
    await copyThrough(subject, () => [3, 4]);
  });

  guarantee("descriptors that are handed over may change places", async (subject) => {
    await copyThrough(subject, (own) => own.toReversed());
  });
}

/** Makes a pipe for each output stream. */
function makePipes(
  { folder, host: { descriptors } }: Subject,
): { readonly stdout: string; readonly stderr: string } {
  const pipes = { stdout: `${folder}/out`, stderr: `${folder}/err` };
  for (const path of Object.values(pipes)) descriptors.makeNamedPipe(path);
  return pipes;
}

/** Sends a text through a program that has two descriptors of ours, under the numbers that `place` gives for them. */
async function copyThrough(
  subject: Subject,
  place: (own: readonly [number, number]) => readonly number[],
): Promise<void> {
  const { descriptors } = subject.host;
  const [toChild, fromChild] = [descriptors.openPipe(), descriptors.openPipe()];
  const [from, to] = place([toChild.read, fromChild.write]) as [number, number];
  const child = start(subject, subject.programs.copyDescriptor(from, to), {
    output: "null",
    descriptors: { [from]: toChild.read, [to]: fromChild.write },
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
}

function errorOf(action: () => unknown): SpawnError {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof SpawnError, String(error));
    return error;
  }
  return assert.fail("it was started");
}

/** Adopts orphans and hands out those that were reaped. */
function adopt({ host }: Subject) {
  const reaped: ReapedOrphan[] = [];
  let wake = () => {};
  host.processes.adoptOrphans((orphan) => {
    reaped.push(orphan);
    wake();
  });
  const find = async (isIt: (orphan: ReapedOrphan) => boolean): Promise<ReapedOrphan> => {
    while (true) {
      const found = reaped.find(isIt);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => wake = resolve);
    }
  };
  return { of: (pid: number) => find(({ row }) => row.pid === pid), next: () => find(() => true) };
}
