import assert from "node:assert/strict";
import type { FakeProgram } from "../../lib/host/fake/puppet.ts";
import { test } from "../harness/test.ts";
import { type Play, play, type Played } from "./play.ts";

const STAY: FakeProgram = (self) => self.forever();

/** A tree with one daemon and its probe. */
const webWith = (ready: string, more = "") => `
  [actors.web]
  exec = ["/bin/web"]
  daemon = true
  restart = "never"
  ready = ${ready}
  ${more}
`;

/** Plays for a minute at most. */
async function playMinute(play_: Omit<Play, "script"> & Partial<Play>): Promise<Played> {
  return await play({
    async script({ at, down }) {
      await at(60_000);
      down();
    },
    ...play_,
  });
}

function failureOf(played: Played, event: "timed_out" | "start_failed"): string {
  return String(played.entries.find((entry) => entry.event === event)?.["reason"]);
}

test("engine: a tcp probe is asked at once, then ever slower, until the port listens", async () => {
  const asked: number[] = [];
  const played = await playMinute({
    config: webWith('{ tcp = "127.0.0.1:8080", interval = "100ms" }'),
    programs: {
      async "/bin/web"(self) {
        await self.sleep(600);
        self.listen(8_080);
        await self.forever();
      },
    },
    arrange({ network, clock }) {
      const connect = network.connect.bind(network);
      network.connect = (host, port) => {
        asked.push(clock.now());
        return connect(host, port);
      };
    },
  });
  // The first question comes before the start: whether somebody else has the port.
  assert.deepEqual(asked, [0, 0, 100, 250, 475, 813]);
  assert.deepEqual(played.instants("web", "ready"), [813]);
});

test("engine: an http probe waits for a status that means yes, and says what came instead", async () => {
  const config = webWith('{ http = "http://127.0.0.1:8080/health", interval = "1s", timeout = "30s" }');
  const late = await playMinute({
    config,
    programs: {
      async "/bin/web"(self) {
        const warming = self.fork(async (child) => {
          child.listen(8_080, { status: 503 });
          await child.sleep(3_000);
        });
        await warming.wait();
        self.listen(8_080, { status: 204 });
        await self.forever();
      },
    },
  });
  assert.deepEqual(late.instants("web", "ready"), [4_500]);
  const never = await playMinute({
    config,
    programs: {
      "/bin/web"(self) {
        self.listen(8_080, { status: 503 });
        return STAY(self);
      },
    },
  });
  assert.deepEqual(never.instants("web", "timed_out"), [30_000]);
  assert.match(failureOf(never, "timed_out"), /not ready within 30s .*answered with status 503/);
});

test("engine: a probe that gets no answer is given up after its time, and asked again", async () => {
  const played = await playMinute({
    config: webWith('{ http = "http://127.0.0.1:8080/", interval = "1s", timeout = "12s" }'),
    programs: {
      "/bin/web"(self) {
        self.listen(8_080, { status: "silence" });
        return STAY(self);
      },
    },
  });
  assert.deepEqual(played.instants("web", "timed_out"), [12_000]);
  assert.match(failureOf(played, "timed_out"), /no answer for 12s/);
});

test("engine: an exec probe runs its command with the actor's environment until it ends with 0", async () => {
  const asked: unknown[] = [];
  const played = await playMinute({
    config: webWith('{ exec = ["/bin/ask", "me"], interval = "1s" }', 'env = { COLOUR = "red" }'),
    programs: {
      "/bin/web": STAY,
      "/bin/ask"(self) {
        asked.push([self.args[0], self.env["COLOUR"], self.cwd]);
        self.exit(asked.length < 3 ? 1 : 0);
      },
    },
  });
  assert.deepEqual(asked, Array(3).fill(["me", "red", "/srv/shop"]));
  assert.deepEqual(played.instants("web", "ready"), [2_500]);
});

test("engine: an exec probe that hangs is killed with its group, and none outlives the actor", async () => {
  let asked = 0;
  const played = await playMinute({
    config: webWith('{ exec = ["/bin/ask"], interval = "1s", timeout = "8s" }'),
    programs: {
      "/bin/web": STAY,
      async "/bin/ask"(self) {
        asked += 1;
        self.ignore("SIGTERM");
        self.fork(STAY);
        await self.forever();
      },
    },
  });
  assert.equal(asked, 2);
  assert.match(failureOf(played, "timed_out"), /no answer for 8/);
});

test("engine: a log probe is ready at the line that matches, on either stream", async () => {
  for (const stream of ["print", "printError"] as const) {
    const played = await playMinute({
      config: webWith('{ log = "ready to .* connections" }'),
      programs: {
        async "/bin/web"(self) {
          self[stream]("starting\n");
          await self.sleep(1_500);
          self[stream]("ready to acc");
          await self.sleep(1_000);
          self[stream]("ept connections\n");
          await self.forever();
        },
      },
    });
    assert.deepEqual(played.instants("web", "ready"), [2_500]);
  }
});

for (
  const [what, printed] of [
    ["in colour", "\x1b[1;32mready\x1b[0m on \x1b]8;;http://x\x07port 80\x1b]8;;\x07\n"],
    ["with a carriage return", "ready on port 80\r\n"],
    ["behind a bar of progress", "50 %\r100 %\rready on port 80\n"],
    ["without a newline", "ready on port 80"],
  ]
) {
  test(`engine: a log probe finds its line ${what}`, async () => {
    const played = await playMinute({
      config: webWith('{ log = "^ready on port 80$" }'),
      programs: {
        async "/bin/web"(self) {
          await self.sleep(1_500);
          self.print(printed!);
          await self.forever();
        },
      },
    });
    assert.deepEqual(played.instants("web", "ready"), [1_500]);
  });
}

test("engine: a file probe is ready when the file is there", async () => {
  const played = await playMinute({
    config: webWith('{ file = "web.ready", interval = "1s" }'),
    programs: { "/bin/web": STAY },
    async script({ at, machine, down }) {
      await at(2_000);
      machine.disk.write("/srv/shop/web.ready", "");
      await at(10_000);
      down();
    },
  });
  assert.deepEqual(played.instants("web", "ready"), [2_500]);
});

test("engine: a file that was there before the start says nothing, until it is changed or replaced", async () => {
  let lives = 0;
  const played = await play({
    config: webWith('{ file = "web.ready", interval = "1s", timeout = "4s" }').replace("never", "always"),
    programs: {
      "/bin/web"(self) {
        lives += 1;
        return STAY(self);
      },
    },
    arrange: (machine) => machine.disk.write("/srv/shop/web.ready", "of old"),
    async script({ at, machine, down }) {
      await at(1_000);
      assert.equal(lives, 1);
      await at(5_000);
      machine.disk.write("/srv/shop/web.ready", "of old");
      await at(9_000);
      // What the run before has left says nothing of the next one.
      machine.host.processes.signal(
        machine.host.processes.table().find(({ name }) => name === "web")!,
        "SIGKILL",
      );
      await at(11_000);
      down();
    },
  });
  const [timedOut] = played.entries.filter(({ event }) => event === "timed_out");
  assert.match(
    String(timedOut!["reason"]),
    /file .*web\.ready: it was there before the start, and has not changed since/,
  );
  assert.equal(played.instants("web", "ready").length, 1);
  assert.ok(lives >= 3, `${lives} lives`);
});

test("engine: a question without an answer does not hold up the next, which is answered", async () => {
  const played = await playMinute({
    config: webWith('{ http = "http://127.0.0.1:8080/", interval = "100ms", timeout = "20s" }'),
    programs: {
      async "/bin/web"(self) {
        const mute = self.fork(async (child) => {
          child.listen(8_080, { status: "silence" });
          await child.sleep(600);
        });
        await mute.wait();
        self.listen(8_080, { status: 200 });
        await self.forever();
      },
    },
  });
  // Those at 0, 100, 250 and 475 ms are still without an answer then.
  assert.deepEqual(played.instants("web", "ready"), [813]);
});

test("engine: a delay is ready when it has passed", async () => {
  const played = await playMinute({ config: webWith('{ delay = "7s" }'), programs: { "/bin/web": STAY } });
  assert.deepEqual(played.instants("web", "ready"), [7_000]);
});

test("engine: a start that takes too long is stopped, and has failed", async () => {
  const played = await playMinute({
    config: webWith('{ log = "never" }', 'start_timeout = "4s"'),
    programs: { "/bin/web": STAY },
  });
  assert.deepEqual(played.linesOf("web", "started", "ready", "timed_out", "exited"), [
    "0 started",
    "4000 timed_out",
    "4000 exited",
  ]);
});

test("engine: a port that answers before the start is a failed start that names it", async () => {
  for (const probe of ['{ tcp = "127.0.0.1:8080" }', '{ http = "http://localhost:8080/x" }']) {
    const played = await playMinute({
      config: webWith(probe),
      programs: { "/bin/web": STAY },
      arrange: ({ network }) => void network.listen(8_080, { status: 200 }),
    });
    assert.deepEqual(played.linesOf("web", "started"), []);
    assert.match(failureOf(played, "start_failed"), /:8080 answers before "web" was started/);
  }
});

test("engine: what depends on an actor starts when that is ready", async () => {
  const played = await playMinute({
    config: `${webWith('{ delay = "3s" }')}
      [actors.job]
      exec = ["/bin/job"]
      depends_on = ["web"]
    `,
    programs: { "/bin/web": STAY, "/bin/job": async (self) => await self.sleep(500) },
  });
  assert.deepEqual(played.instants("web", "ready"), [3_000]);
  assert.deepEqual(played.linesOf("job", "started", "completed"), ["3000 started", "3500 completed"]);
});
