/** A tree whose foreground client is process 1 of a container. */
import assert from "node:assert/strict";
import process from "node:process";
import {
  CONTAINER_NEEDS,
  firstChildOf,
  process1Of,
  signalProcess1,
  startAsProcess1,
  startScriptAsProcess1,
} from "../harness/container.ts";
import { e2e, SUPERVISE } from "../harness/supervise.ts";

const SERVER = `
  [actors.server]
  shell = "(setsid sleep 1000 &); echo UP; exec sleep 1000"
  daemon = true
`;

e2e(
  "up as process 1: no zombie stays, and it ends with the code of the actor that failed the tree",
  async (sandbox) => {
    sandbox.config(`${SERVER}
      [actors.test]
      shell = "while ps -eo stat= | grep -q ^Z; do :; done; exit 5"
      depends_on = ["server"]
      significant = true
    `);
    const done = await startAsProcess1(sandbox, ["up"]).done;
    assert.equal(done.code, 5, done.stderr);
    assert.match(done.stderr, /0 left/);
  },
  CONTAINER_NEEDS,
);

for (const [signal, code] of [["SIGTERM", 143], ["SIGQUIT", 131], ["SIGHUP", 129]] as const) {
  e2e(
    `up as process 1: ${signal} takes the tree down`,
    async (sandbox) => {
      sandbox.config(SERVER);
      const up = startAsProcess1(sandbox, ["up"]);
      await up.line(/UP/);
      await signalProcess1(up, signal);
      const done = await up.done;
      assert.equal(done.code, code, done.stderr);
      assert.match(done.stderr, /0 left/);
    },
    CONTAINER_NEEDS,
  );
}

e2e(
  "up as process 1: SIGTERM before the tree has begun is not lost",
  async (sandbox) => {
    sandbox.config(SERVER);
    const up = startAsProcess1(sandbox, ["up"]);
    // Its guardian is there, and it listens for signals since before that.
    await firstChildOf(await process1Of(up));
    await signalProcess1(up, "SIGTERM");
    assert.equal((await up.done).code, 143);
  },
  CONTAINER_NEEDS,
);

e2e(
  "up as process 1: when the guardian is killed, the supervisor and the orphans are reaped all the same",
  async (sandbox) => {
    sandbox.config(SERVER);
    const up = startAsProcess1(sandbox, ["up"]);
    await up.line(/UP/);
    process.kill(await firstChildOf(await process1Of(up)), "SIGKILL");
    const done = await up.done;
    assert.match(done.stderr, /receipt: .* 0 left/);
    assert.doesNotMatch(done.stderr, /survivor|left behind/);
  },
  CONTAINER_NEEDS,
);

e2e(
  "up as process 1: what it was the parent of before, and what was left on purpose, is ended in the end",
  async (sandbox) => {
    sandbox.config(`
      [actors.leaves]
      shell = "sleep 2000 & echo left"
      stop = { kill = "process" }
    `);
    const done = await startScriptAsProcess1(sandbox, `sleep 1000 & exec ${SUPERVISE.join(" ")} up`).done;
    assert.equal(done.code, 0, done.stderr);
    assert.match(
      done.stderr,
      /ended 2 processes that had been left behind: .*sleep 1000 \(SIGTERM\).*; 0 left/,
    );
    assert.match(done.stderr, /left behind: .*sleep 2000/);
  },
  CONTAINER_NEEDS,
);

e2e(
  "up as process 1: a tree that would be detached is refused",
  async (sandbox) => {
    sandbox.config(SERVER);
    const done = await startAsProcess1(sandbox, ["up", "-d"]).done;
    assert.equal(done.code, 2);
    assert.match(done.stderr, /usage\/detached-process-1/);
  },
  CONTAINER_NEEDS,
);
