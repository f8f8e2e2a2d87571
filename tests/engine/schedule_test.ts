/** Schedules and hooks on a fake machine, in virtual time. */
import assert from "node:assert/strict";
import type { Puppet } from "../../lib/host/fake/puppet.ts";
import { test } from "../harness/test.ts";
import { play } from "./play.ts";

const WEB = `
  [actors.web]
  exec = ["/bin/web"]
  daemon = true
`;
const web = async (self: Puppet) => await self.sleep(Infinity);

test("engine: runs come at their dates, and an hour of them takes no more than that", async () => {
  const played = await play({
    config: `${WEB}
      [actors.job]
      exec = ["/bin/job"]
      schedule = "*/20 * * * *"
      timezone = "UTC"`,
    programs: { "/bin/web": web, "/bin/job": (self) => self.exit(0) },
    async script({ at, down }) {
      await at(3_600_001);
      down();
    },
  });
  assert.equal(played.instants("job", "started").length, 3);
  const dates = played.entries.flatMap((entry) => entry.event === "due" ? [String(entry["date"])] : []);
  assert.deepEqual(dates.map((date) => date.slice(14, 19)).sort(), ["00:00", "20:00", "40:00"]);
});

test("engine: a hook has the environment of its actor, and its time", async () => {
  const seen: string[] = [];
  const played = await play({
    config: `${WEB} env = { LEVEL = "info" }
      hooks = { pre_start = ["/bin/pre"], post_stop = ["/bin/post"], timeout = "5s" }`,
    programs: {
      "/bin/web": web,
      async "/bin/pre"(self) {
        seen.push(`${self.env["SUPERVISE_HOOK"]} ${self.env["LEVEL"]}`);
        await self.sleep(1_000);
        self.exit(0);
      },
      async "/bin/post"(self) {
        seen.push(`${self.env["SUPERVISE_HOOK"]} ${self.env["SUPERVISE_EXIT"]}`);
        await self.sleep(Infinity);
      },
    },
    async script({ at, stop, down }) {
      await at(2_000);
      await stop("web");
      down();
    },
  });
  assert.deepEqual(played.instants("web", "started"), [1_000]);
  assert.deepEqual(seen, ["pre_start info", "post_stop SIGTERM"]);
  assert.deepEqual(played.linesOf("web", "hook_ended", "stopped"), ["7000 hook_ended", "7000 stopped"]);
});
