import assert from "node:assert/strict";
import { test } from "../harness/test.ts";
import { play } from "./play.ts";

test("engine: each replica has its number, its restarts and its log", async () => {
  let failures = 0;
  const played = await play({
    config: `
      [actors.web]
      exec = ["/bin/web", "\${replica}"]
      daemon = true
      replicas = 3
      backoff = { jitter = 0.0 }`,
    programs: {
      async "/bin/web"(self) {
        self.print(
          `${self.env["SUPERVISE_ACTOR"]} ${self.env["SUPERVISE_REPLICA"]} ${self.args.join(" ")}\n`,
        );
        if (self.args[0] === "2" && failures < 2) {
          failures += 1;
          await self.sleep(1_000);
          self.exit(1);
        }
        await self.forever();
      },
    },
    async script({ at, down }) {
      await at(5_000);
      down();
    },
  });
  assert.deepEqual(played.instants("web.1", "started"), [0]);
  assert.deepEqual(played.instants("web.2", "started"), [0, 1_000, 2_100]);
  assert.deepEqual(played.instants("web.3", "started"), [0]);
  assert.deepEqual(played.log("web.1"), ["out web.1 1 1"]);
  assert.equal(played.log("web.2").length, 3);
  assert.deepEqual(played.log("web.3"), ["out web.3 3 3"]);
});

test("engine: replicas are consecutive children: rest_for_one takes the later ones along", async () => {
  let failed = false;
  const played = await play({
    config: `
      strategy = "rest_for_one"
      [actors.before]
      exec = ["/bin/web", "before"]
      daemon = true
      [actors.web]
      exec = ["/bin/web", "web.\${replica}"]
      daemon = true
      replicas = 3
      [actors.after]
      exec = ["/bin/web", "after"]
      daemon = true`,
    programs: {
      async "/bin/web"(self) {
        if (self.args[0] === "web.2" && !failed) {
          failed = true;
          await self.sleep(1_000);
          self.exit(1);
        }
        await self.forever();
      },
    },
    async script({ at, down }) {
      await at(5_000);
      down();
    },
  });
  const startsOf = (path: string) => played.instants(path, "started").length;
  assert.deepEqual(["before", "web.1", "web.2", "web.3", "after"].map(startsOf), [1, 1, 2, 2, 2]);
});

test("engine: a dependent waits for all replicas, or for the one that it names", async () => {
  const played = await play({
    config: `
      [actors.db]
      exec = ["/bin/db"]
      daemon = true
      replicas = 3
      ready = { delay = "\${replica}s" }
      [actors.all]
      exec = ["/bin/true"]
      depends_on = ["db"]
      significant = true
      [actors.one]
      exec = ["/bin/true"]
      depends_on = ["db.2"]`,
    programs: { "/bin/db": (self) => self.forever(), "/bin/true": () => {} },
  });
  assert.deepEqual(played.instants("one", "started"), [2_000]);
  assert.deepEqual(played.instants("all", "started"), [3_000]);
});

test("engine: each replica of a significant actor is significant", async () => {
  const played = await play({
    config: `
      [actors.job]
      exec = ["/bin/job", "\${replica}"]
      significant = true
      replicas = 2`,
    programs: { "/bin/job": (self) => self.sleep(Number(self.args[0]) * 1_000) },
  });
  assert.deepEqual(played.lines("exited"), ["1000 job.1 exited", "1000 job.2 exited"]);
});
