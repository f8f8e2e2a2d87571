/** `simulate` as its users meet it. */
import assert from "node:assert/strict";
import { e2e } from "../harness/supervise.ts";

const SHOP = `name = "shop"
[actors.db]
exec = "sleep 1000"
daemon = true
ready = { tcp = "127.0.0.1:5999" }
[actors.web]
exec = "sleep 1001"
daemon = true
depends_on = ["db"]
[actors.by-hand]
exec = "sleep 1002"
autostart = false
`;

e2e("simulate: the course, a chart, and how it ends; nothing is started", async (sandbox) => {
  sandbox.config(SHOP);
  const { code, stdout, stderr } = await sandbox.supervise("simulate", "--crash", "db@10s*2");
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^ *10s +\d+ db: ended by SIGSEGV <- \d+$/m);
  assert.match(stdout, /^ *10s +\d+ db: restarts now \(4 more allowed\) <- \d+$/m);
  assert.match(stdout, /^db +\|\++=+\++=+~?\+*=*\|$/m);
  assert.match(stderr, /^after .* the tree goes on: of 3 actors 2 ready; nothing more happens by itself$/m);
  assert.equal((await sandbox.supervise("ps")).code, 3, "the tree does not run");
});

e2e("simulate: the supervisor dies where the script says so, also behind an @", async (sandbox) => {
  sandbox.config(SHOP);
  const { stdout } = await sandbox.supervise("simulate", "--kill-supervisor@1m");
  assert.match(stdout, /^ *1m +- the supervisor is killed$/m);
  assert.match(stdout, /^ *1m1s +\d+ db: started/m);
});

e2e("simulate: one value for programs, and as much from a file as from options", async (sandbox) => {
  sandbox.config(SHOP);
  sandbox.write("outage.toml", 'crash = ["db@10s"]\nrequest = "down@1m"\nfor = "2m"\nseed = 7\n');
  const course = await sandbox.json("simulate", "--script", "outage.toml");
  assert.deepEqual(course.script, ["--crash db@10s", "--request down@1m"]);
  assert.deepEqual([course.seed, course.outcome.kind, course.isAtRest], [7, "cancelled", true]);
  const options = ["--crash", "db@10s", "--request", "down@1m", "--for", "2m", "--seed", "7"];
  const again = await sandbox.json("simulate", ...options);
  const timeless = ({ entries, ...rest }: { readonly entries: readonly { readonly at: string }[] }) => ({
    ...rest,
    entries: entries.map(({ at: _, ...entry }) => entry),
  });
  assert.deepEqual(timeless(again), timeless(course));
});

e2e(
  "simulate: the engine plays what the rules compute, by a script and against expectations",
  async (sandbox) => {
    sandbox.config(SHOP);
    const options = ["--crash", "db@10s*2", "--kill-supervisor", "1m", "--expect", "db restarts at most 1"];
    const played = await sandbox.supervise("simulate", ...options, "--engine");
    const computed = await sandbox.supervise("simulate", ...options);
    const bare = (text: string) => text.replace(/pid \d+/g, "pid");
    assert.deepEqual([played.code, bare(played.stdout)], [1, bare(computed.stdout)], played.stderr);
    assert.equal(played.stderr, computed.stderr);
    for (const other of [["--explore", "5"], ["--replay"]]) {
      const { code, stderr } = await sandbox.supervise("simulate", "--engine", ...other);
      assert.deepEqual([code, /^error\[usage\/contradiction\]/m.test(stderr)], [2, true], stderr);
    }
  },
);

e2e("simulate: a script that means nothing is an error that says where and why", async (sandbox) => {
  sandbox.config(SHOP);
  const refused = async (pattern: RegExp, ...words: readonly string[]) => {
    const { code, stdout, stderr } = await sandbox.supervise("simulate", ...words);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, pattern);
  };
  await refused(/simulate\/bad-line\]: `--crash dbb@1s`: .*\nhint: did you mean "db"\?/, "--crash", "dbb@1s");
  await refused(/`--unhealthy db@1s\/2s`: nobody asks for the health of "db"/, "--unhealthy", "db@1s/2s");
  await refused(/simulate\/never-runs\].*"by-hand" has no run/, "--crash", "by-hand@1s");
  await refused(
    /`--request signal STOP db@1s`: no process of a simulation stands still/,
    "--request",
    "signal STOP db@1s",
  );
  sandbox.write("wrong.toml", 'crash = ["db@10s"]\nslow = ["web=1s"]\n');
  await refused(
    /wrong\.toml:2: `--slow web=1s`: "web" is ready as soon as it runs/,
    "--script",
    "wrong.toml",
  );
  sandbox.write("wrong.toml", "crush = 1\n");
  const badScripts = [
    ["seed = -1", /few\.toml:1: `seed` is -1\n.*write a whole number from 0 to 4,294,967,295/],
    ['seed = "1"', /few\.toml:1: `seed` is "1"/],
    ["\nfor = 10", /few\.toml:2: `for` is 10\n.*write a duration from 1ms to 31d, as in for = "10m"/],
    ['for = ["1s", "2s"]', /few\.toml:1: `for` is a list/],
    ['for = "32d"', /few\.toml:1: `for` is "32d"/],
  ] as const;
  for (const [text, pattern] of badScripts) {
    sandbox.write("few.toml", text);
    await refused(pattern, "--script", "few.toml");
  }
  await refused(/--seed is "-1"\n.*from 0 to 4,294,967,295/, "--seed", "-1");
  await refused(/--explore is "0"\n.*from 1 to 10,000,000/, "--explore", "0");
  await refused(/simulate\/bad-script\].*wrong\.toml:1: there is no key "crush"/, "--script", "wrong.toml");
  const late = await sandbox.supervise("simulate", "--crash", "db#5@1s");
  assert.equal(late.code, 0);
  assert.match(late.stderr, /^note: nothing came of `--crash db#5@1s`: there was no such run$/m);
});
