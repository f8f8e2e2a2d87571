import assert from "node:assert/strict";
import type { Puppet } from "../../lib/host/fake/puppet.ts";
import { test } from "../harness/test.ts";
import { play } from "./play.ts";

const fail = (self: Puppet) => self.exit(1);

const WEB = `
  intensity = { restarts = 100, within = "10m" }
  [actors.web]
  exec = ["/bin/web"]
  daemon = true
`;

test("engine: the first restart is immediate, later ones wait twice as long each, up to the bound", async () => {
  const played = await play({
    config: `${WEB} backoff = { initial = "100ms", factor = 2.0, max = "500ms", jitter = 0.0 }`,
    programs: { "/bin/web": fail },
    async script({ at, down }) {
      await at(1_900);
      down();
    },
  });
  assert.deepEqual(played.instants("web", "started"), [0, 0, 100, 300, 700, 1_200, 1_700]);
  assert.deepEqual(played.instants("web", "exited"), played.instants("web", "started"));
});

test("engine: a run that has been ready for long enough starts the backoff anew", async () => {
  let run = 0;
  const played = await play({
    config: `${WEB} backoff = { initial = "1s", jitter = 0.0, reset_after = "5s" }`,
    programs: {
      async "/bin/web"(self) {
        run += 1;
        if (run === 4) await self.sleep(5_000);
        if (run === 5) await self.sleep(4_999);
        self.exit(1);
      },
    },
    async script({ at, down }) {
      await at(15_500);
      down();
    },
  });
  // Runs 4 and 5 last 5 s and 4.999 s: only the first of them is long enough.
  assert.deepEqual(
    played.instants("web", "started"),
    [0, 0, 1_000, 3_000, 8_000, 13_999],
  );
});

test("engine: jitter places a restart within its share of the delay, the same way for the same seed", async () => {
  const startsWith = async (seed: number) => {
    const played = await play({
      config: `${WEB} backoff = { initial = "1s", factor = 1.0, jitter = 0.5 }`,
      programs: { "/bin/web": fail },
      seed,
      async script({ at, down }) {
        await at(20_000);
        down();
      },
    });
    return played.instants("web", "started");
  };
  const starts = await startsWith(7);
  const delays = starts.slice(2).map((at, index) => at - starts[index + 1]!);
  assert.ok(delays.length >= 13 && delays.every((ms) => ms >= 500 && ms <= 1_500), String(delays));
  assert.ok(new Set(delays).size > 1);
  assert.deepEqual(await startsWith(7), starts);
  assert.notDeepEqual(await startsWith(8), starts);
});

test("engine: a supervisor whose budget is spent gives up, and the tree has failed", async () => {
  const played = await play({
    config: "on_failure = 'escalate'\n" + WEB.replace("100", "3") +
      `backoff = { initial = "1s", jitter = 0.0 }`,
    programs: { "/bin/web": fail },
  });
  assert.deepEqual(played.instants("web", "started"), [0, 0, 1_000, 3_000]);
  assert.deepEqual(played.lines("escalated"), ["3000 the tree escalated"]);
  assert.equal(played.end.outcome.kind, "gave_up");
});

test("engine: a run that takes longer than its bound is stopped and has failed", async () => {
  const played = await play({
    config: `
      [actors.job]
      exec = ["/bin/job"]
      run_timeout = "3s"
      significant = true
    `,
    programs: { "/bin/job": (self) => self.forever() },
  });
  assert.deepEqual(played.lines("timed_out", "stopping", "exited", "failed"), [
    "3000 job timed_out",
    "3000 job stopping",
    "3000 job exited",
    "3000 job failed",
    "3000 the tree failed",
  ]);
  assert.equal(played.end.outcome.kind, "failed");
});

test("engine: a program that cannot be started is a failed start that says where the file names it", async () => {
  const played = await play({ config: '[actors.job]\nexec = ["/bin/missing"]', programs: {} });
  const [entry] = played.entries.filter(({ event }) => event === "start_failed");
  assert.match(String(entry?.["reason"]), /Command not found.*\/srv\/shop\/supervise\.toml:1/);
});
