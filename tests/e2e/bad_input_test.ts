import assert from "node:assert/strict";
import { connect, createServer } from "node:net";
import { e2e, SUPERVISE } from "../harness/supervise.ts";

e2e(
  "bad input: a missing file, broken TOML and wrong keys start nothing and say what to do",
  async (sandbox) => {
    const missing = await sandbox.supervise("up");
    assert.deepEqual([missing.code, missing.stdout], [5, ""]);
    assert.match(
      missing.stderr,
      /There is no supervise\.toml in ".*" or in a folder above it\nhint: `supervise init` writes one .* name the file \(-f FILE\)/,
    );
    assert.match((await sandbox.supervise("up", "nope.toml")).stderr, /There is no file ".*\/nope\.toml"/);
    const cases: [string, RegExp][] = [
      ["actors.a = {", /error\[config\/syntax\]/],
      ['[actors.a]\ncomand = ["true"]', /unknown key "comand", did you mean "exec"|"command"\?/],
      ["[actors.a]\nexec = 5", /error\[config\/wrong-type\]/],
      ['[actors.a]\nexec = "true"\nstart_timeout = 5', /"5s"/],
      [
        '[actors.a]\nexec = "true"\ndepends_on = ["b"]\n[actors.b]\nexec = "true"\ndepends_on = ["a"]',
        /a -> b -> a|b -> a -> b/,
      ],
      ['[actors.a]\nexec = "${env:SURELY_NOT_SET}"', /the variable "SURELY_NOT_SET" is not set/],
      [
        '[actors.a]\nexec = "true"\npty = true',
        /error\[config\/not-supported-yet\]: "pty" is not supported yet/,
      ],
    ];
    for (const [text, message] of cases) {
      sandbox.config(text);
      for (const verb of ["up", "check", "plan"]) {
        const done = await sandbox.supervise(verb);
        assert.equal(done.code, 5, `${verb}: ${text}`);
        assert.match(done.stderr, message);
        assert.match(done.stderr, /--> .*supervise\.toml:\d+:\d+/);
      }
      assert.equal((await sandbox.supervise("ps")).code, 3);
    }
  },
);

e2e("bad input: check tells of all problems at once, in JSON too", async (sandbox) => {
  sandbox.config(`
    [actors.a]
    exec = "./not-there"
    cwd = "nowhere"
    restart = "sometimes"
    [actors.b]
    exec = "no-such-command-anywhere"
  `);
  const done = await sandbox.supervise("check", "--json");
  assert.equal(done.code, 5);
  const { ok, problems } = JSON.parse(done.stdout);
  assert.equal(ok, false);
  assert.deepEqual(
    Object.keys(problems[0]),
    "name severity file line column message expected hint".split(" "),
  );
  assert.equal(problems[0].name, "config/bad-value");

  sandbox.config(`
    [actors.a]
    exec = "./not-there"
    [actors.b]
    exec = "no-such-command-anywhere"
    [actors.c]
    exec = "true"
    cwd = "nowhere"
  `);
  const warned = await sandbox.supervise("check", "--json");
  assert.equal(warned.code, 0);
  const names = JSON.parse(warned.stdout).problems.map((one: { name: string; line: number }) =>
    `${one.name}:${one.line}`
  );
  assert.deepEqual(names, [
    "config/command-not-found:3",
    "config/command-not-found:5",
    "config/folder-not-found:8",
  ]);
});

e2e(
  "bad input: a command or a folder that is not there is a failed start that names the actor and its line",
  async (sandbox) => {
    sandbox.write("plain.txt", "not a program");
    const cases: [string, RegExp][] = [
      [
        'exec = "./nope"',
        /a: could not be started: Command not found: there is no file ".*nope" \(.*supervise\.toml:1\)/,
      ],
      [
        'exec = "surely-no-such-command"',
        /Command not found: "surely-no-such-command" is in no folder of PATH/,
      ],
      ['exec = "./plain.txt"', /plain\.txt" is not executable \(chmod \+x/],
      ['exec = "true"\ncwd = "nowhere"', /Working folder not found: ".*nowhere"/],
      ['exec = "true"\nstdin = "nothing.txt"', /Cannot read ".*nothing\.txt": No such file/],
      ['script = "./nope.ts"', /a: exited with code 1/],
    ];
    for (const [text, message] of cases) {
      sandbox.config(`[actors.a]\n${text}\n`);
      const done = await sandbox.supervise("up");
      assert.equal(done.code, 1, text);
      assert.match(done.stdout + done.stderr, message);
      assert.match(done.stderr, /0 left/);
    }
  },
);

e2e("bad input: a port that somebody else has is a failed start that names it", async (sandbox) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  sandbox.config(
    `actors.web = { exec = "sleep 60", daemon = true, restart = "never", ready.tcp = "127.0.0.1:${port}" }`,
  );
  const done = await sandbox.supervise("up");
  await new Promise((resolve) => server.close(resolve));
  assert.equal(done.code, 1);
  assert.match(
    done.stderr,
    new RegExp(`127\\.0\\.0\\.1:${port} answers before "web" was started: another process has that port`),
  );
});

e2e("bad input: a state folder that cannot be made says so before anything starts", async (sandbox) => {
  sandbox.config(`actors.a = { shell = "touch started" }`);
  sandbox.write("blocked", "a file where a folder should be");
  const done = await sandbox.start(["up"], { XDG_STATE_HOME: `${sandbox.dir}/blocked` }).done;
  assert.equal(done.code, 1);
  assert.match(
    done.stderr,
    /error\[state\/not-writable\]: Cannot make the folder ".*blocked.*": a part of the path is not a folder/,
  );
  assert.match(done.stderr, /hint: supervise keeps logs there; make it writable, or set XDG_STATE_HOME/);
  assert.throws(() => sandbox.read("started"));
});

e2e(
  "bad input: garbage, huge and half frames on the control socket do not disturb the tree",
  async (sandbox) => {
    sandbox.config(
      `actors.a = { shell = "echo $SUPERVISE_SOCKET > socket; exec sleep 60", daemon = true, ready.file = "socket" }`,
    );
    assert.equal((await sandbox.supervise("up", "-d")).code, 0);
    const path = sandbox.read("socket").trim();
    const { pid } = await sandbox.row("a");
    const attacks = [
      new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"),
      crypto.getRandomValues(new Uint8Array(60_000)),
      new Uint8Array([255, 255, 255, 255]),
      new Uint8Array([0, 0, 1]),
      new Uint8Array([0, 0, 0, 5, 0x9a, 255, 255, 255, 255]),
      new Uint8Array(5_000_000),
    ];
    for (const attack of attacks) await attackSocket(path, attack);
    assert.equal((await sandbox.row("a")).pid, pid);
    assert.equal((await sandbox.supervise("down")).code, 0);
  },
);

/** Sends bytes and waits until either side has had enough. */
function attackSocket(path: string, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ path }, () => socket.end(bytes));
    socket.on("error", () => {});
    socket.on("close", () => resolve());
    socket.resume();
  });
}

e2e("bad input: check underlines what is missing, and tells of all of it", async (sandbox) => {
  sandbox.config(
    'actors.a.exec = "no-such-command-anywhere"\nactors.a.cwd = "nowhere"\nactors.a.stdin = "no-input"\nactors.a.user = "nobody-here"\n',
  );
  const done = await sandbox.supervise("check");
  assert.equal(done.code, 0, done.stderr);
  for (
    const [place, name, length] of [
      ["1:17", "command-not-found", 26],
      ["2:16", "folder-not-found", 9],
      ["3:18", "file-not-found", 10],
      ["4:17", "user-not-found", 13],
    ]
  ) {
    const found = new RegExp(`warning\\[config/${name}\\][^]*?toml:${place}\n[^]*? \\^{${length}}\n`);
    assert.match(done.stderr, found, String(name));
  }
});

e2e("bad input: a #! line that cannot be followed is told, with privileges and without", async (sandbox) => {
  sandbox.write("dos.sh", "#!/bin/sh\r\necho hi\r\n", 0o755);
  sandbox.write("lost.sh", "#!/opt/nowhere/python3 -u\nprint()\n", 0o755);
  sandbox.write("fine.sh", "#! /bin/sh -e\necho hi\r\n", 0o755);
  sandbox.write("word.sh", "#!/usr/bin/env sh\r\necho hi\n", 0o755);
  sandbox.config(`
    actors.dos.exec = "./dos.sh"
    actors.lost.exec = "./lost.sh"
    actors.fine.exec = "./fine.sh"
    actors.word.exec = "./word.sh"
  `);
  const { stderr } = await sandbox.supervise("check");
  assert.match(stderr, /dos\.sh": Its #! line ends in a carriage return[^]*toml:2:/);
  assert.match(stderr, /lost\.sh": Its #! line names "\/opt\/nowhere\/python3"[^]*toml:3:/);
  assert.match(stderr, /word\.sh": Its #! line ends in a carriage return[^]*toml:5:/);
  assert.match(stderr, /3 warnings/);
  for (const key of ["", "umask = '022'"]) {
    sandbox.config(`
      [actors.dos]
      exec = "./dos.sh"
      restart = "never"
      ${key}
      [actors.lost]
      exec = "./lost.sh"
      restart = "never"
      ${key}
    `);
    await sandbox.supervise("up");
    const { stdout } = await sandbox.supervise("events");
    assert.match(stdout, /dos: could not be started: .*#! line ends in a carriage return/);
    assert.match(
      stdout,
      /lost: could not be started: .*#! line names "\/opt\/nowhere\/python3", which is not there/,
    );
  }
});

e2e("bad input: a file that is not UTF-8 says where, or what it is", async (sandbox) => {
  const script = (text: string) => sandbox.run(["bash", "-c", `printf '${text}' > supervise.toml`]).done;
  await script('# one\\n# caf\\351\\nactors.a.exec = "true"\\n');
  for (const verb of ["up", "check", "plan"]) {
    const done = await sandbox.supervise(verb);
    assert.equal(done.code, 5, verb);
    assert.match(done.stderr, /error\[config\/bad-encoding\]: the byte 0xe9 is not UTF-8 here\n.*toml:2:6\n/);
  }
  await script("\\377\\376a\\000");
  assert.match((await sandbox.supervise("check")).stderr, /the file is UTF-16, and TOML is UTF-8\n[^]*iconv/);
});

e2e("bad input: a process substitution is no file of a tree, and names have a length", async (sandbox) => {
  const done = await sandbox.run([
    "bash",
    "-c",
    `"$@" -f <(echo 'actors.a.exec = "true"') up`,
    "bash",
    ...SUPERVISE,
  ]).done;
  assert.equal(done.code, 5);
  assert.match(done.stderr, /error\[config\/not-a-file\]: "\/dev\/fd\/\d+" is open in this program alone/);
  sandbox.config(`[actors.${"a".repeat(201)}]\nexec = "true"`);
  assert.match((await sandbox.supervise("up")).stderr, /is too long for a name/);
  sandbox.config(`[actors.${"a".repeat(200)}]\nexec = "echo said"\nreplicas = 2`);
  assert.equal((await sandbox.supervise("up")).code, 0);
  assert.match((await sandbox.supervise("logs")).stdout, /said/);
});

e2e("bad input: a path that leads through a file is told from one where nothing is", async (sandbox) => {
  sandbox.write("file", "");
  for (
    const [path, message] of [["file/tree.toml", "a part of the path is not a folder"], [
      "none/tree.toml",
      "its folder is not there",
    ]]
  ) {
    for (const verb of ["check", "up"]) {
      const { code, stderr } = await sandbox.supervise(verb, path!);
      assert.equal(code, 5);
      assert.ok(stderr.includes(message!), stderr);
    }
  }
  sandbox.config(`actors.a.script = "file/a.ts"`);
  const { stderr } = await sandbox.supervise("check");
  assert.match(stderr, /Cannot reach ".*file\/a\.ts": a part of the path is not a folder/);
});
