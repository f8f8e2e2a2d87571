import assert from "node:assert/strict";
import { Cron } from "croner";
import { calendarOf } from "../../lib/formats/systemd/calendar_of_cron.ts";
import { exporter } from "../../lib/formats/systemd/export_systemd.ts";
import { startBoundMs } from "../../lib/formats/systemd/start_bound.ts";
import { planOf } from "../config/compiling.ts";
import { isInstalled } from "../harness/installed.ts";
import { skip, test } from "../harness/test.ts";
import { runTool, withFiles } from "../harness/tools.ts";
import { exportText } from "./exporting.ts";
import { SHOP } from "./shop.ts";

/** Programs and folders that are there wherever tests run. */
const THERE = SHOP.replace(`name = "shop"`, `name = "shop"\ndefaults = { cwd = "/" }`);

test("export systemd: a unit for the tree runs `supervise up`, is told when it is ready, and is reloaded by apply", async () => {
  const { file, told } = await exportText(exporter, SHOP.replace('"info"', '"${env:LEVEL:-info}"'));
  assert.equal(
    file("shop.service"),
    `# Runs the tree of /srv/shop/supervise.toml.

[Unit]
Description=shop, a tree of supervise

[Service]
Type=notify
NotifyAccess=main
ExecStart=/usr/bin/supervise up /srv/shop/supervise.toml
ExecReload=/usr/bin/supervise apply /srv/shop/supervise.toml
WorkingDirectory=/srv/shop
Delegate=yes
KillMode=mixed
TimeoutStartSec=390s
TimeoutStopSec=30s
WatchdogSec=60s
SuccessExitStatus=143
Restart=on-failure
RestartSec=1s
RestartPreventExitStatus=2 5 10

[Install]
WantedBy=default.target
`,
  );
  assert.deepEqual(told, [
    "kept every key -> the unit, which runs /usr/bin/supervise up /srv/shop/supervise.toml",
    "changed ${env:LEVEL} -> the unit: it does not have what the shell has",
  ]);
});

test("export systemd: a unit for an actor has its order, restarts, limits, environment and how it stops", async () => {
  const { file, told } = await exportText(exporter, SHOP, { per: "actor" });
  assert.equal(
    file("shop-api-1.service"),
    `[Unit]
Description=api.1 of shop
PartOf=shop.target
After=shop-db.service
Requires=shop-db.service
After=shop-migrate.service
Requires=shop-migrate.service
StartLimitIntervalSec=60s
StartLimitBurst=4
Requires=shop-api-1.socket
After=shop-api-1.socket

[Service]
ExecStart=/bin/sleep 100000
WorkingDirectory=/srv/shop
Environment=LOG_LEVEL=info
Environment=PORT=80
Environment="ODD=a \\"b\\" $c %%d"
EnvironmentFile=/srv/shop/shop-api-1.secrets.env
NotifyAccess=all
Type=notify
Restart=on-failure
RestartSec=20s
WatchdogSec=10s
TimeoutStartSec=30s
KillMode=mixed
TimeoutStopSec=10s
ExecStartPre=/bin/true
ExecStop=/bin/true
`,
  );
  assert.match(file("shop-api-2.service"), /^Sockets=shop-api-1\.socket$/m);
  assert.match(
    file("shop-migrate.service"),
    /^ExecStart=\/bin\/sh -c "echo \\"hello \$\$USER 100%%\\" ; echo '#x' # done"$/m,
  );
  assert.equal(
    file("shop.target").match(/^Wants=.*$/gm)?.join(" "),
    "Wants=shop-db.service Wants=shop-migrate.service Wants=shop-api-1.service Wants=shop-api-2.service " +
      "Wants=shop-nightly.timer Wants=shop-often.timer Wants=shop-pool-queue.service",
  );
  assert.deepEqual(told.filter((line) => /^lost|API_TOKEN/.test(line)), [
    "lost 2 shutdown: systemd has no bound of 20s for all together, only a grace for each",
    "lost 11 actors.db log.max_size: systemd rotates no files",
    "changed 31 actors.api env.API_TOKEN -> EnvironmentFile=/srv/shop/shop-api-1.secrets.env: it looks secret, and units can be read by all",
    "lost 49 trees.pool strategy: systemd restarts each by itself",
    "lost 55 trees.pool.actors.queue health: systemd asks nobody whether a service works",
  ]);
});

test("export systemd: programs are found where the file says, and a shell asks what a probe asks", async () => {
  const { file, told } = await exportText(
    exporter,
    `[actors.db]
exec = "db-server"
daemon = true
env = { PATH = "/opt/db/bin:/usr/bin" }
ready = { tcp = "127.0.0.1:5432" }
[actors.web]
exec = "web"
daemon = true
depends_on = ["db"]
ready = { http = "http://127.0.0.1:80/a?b=1&c=$d" }`,
    { per: "actor" },
  );
  const db = file("shop-db.service");
  assert.match(db, /^ExecStart=db-server\nExecSearchPath=\/opt\/db\/bin:\/usr\/bin$/m);
  assert.match(
    db,
    /^ExecStartPost=\/bin\/bash -c "until \(: <\/dev\/tcp\/127\.0\.0\.1\/5432\) 2>\/dev\/null; do sleep 0\.2; done"$/m,
  );
  assert.match(
    file("shop-web.service"),
    /until wget -q -O \/dev\/null 'http:\/\/127\.0\.0\.1:80\/a\?b=1&c=\$\$d'; do/,
  );
  assert.ok(
    told.includes("changed 7 actors.web exec -> ExecStart=: systemd looks for it in the PATH of its own"),
    told.join("\n"),
  );
  assert.ok(told.includes("kept 9 actors.web depends_on.db -> Requires=shop-db.service"), told.join("\n"));
});

test("export: values of the shell are told of, and scripts that need supervise", async () => {
  const text = '[actors.a]\nscript = "a.ts"\nenv = { LEVEL = "${env:LEVEL:-info}" }';
  const { told } = await exportText(exporter, text, { per: "actor" });
  assert.ok(
    told.includes(
      "changed ${env:LEVEL} -> the values that they have here and now: nothing reads this shell there",
    ),
  );
  assert.ok(
    told.includes("changed 2 actors.a script -> ExecStart=: the runtime in supervise runs the script"),
    told.join("\n"),
  );
});

test("export systemd: no file has a value that looks secret", async () => {
  for (const per of ["tree", "actor"] as const) {
    const { files } = await exportText(exporter, SHOP, { per });
    for (const { name, text } of files) assert.ok(!text.includes("s3cr3t"), name);
  }
});

test("export systemd: two actors whose names would be the same have units of their own", async () => {
  const { files } = await exportText(
    exporter,
    `name = "a"\nactors.b-c.exec = "/bin/true"\n[trees.b.actors.c]\nexec = "/bin/true"`,
    { per: "actor" },
  );
  assert.deepEqual(files.map(({ name }) => name), ["a.target", "a-b-c.service", "a-b-c-2.service"]);
});

test("export systemd: a start has the time that what waits for each other may take together", () => {
  const daemon = (name: string, more = "") => `[actors.${name}]\nexec = "x"\ndaemon = true\n${more}\n`;
  assert.equal(startBoundMs(planOf(daemon("a"))), 30_000);
  assert.equal(
    startBoundMs(planOf(`${daemon("a")}${daemon("b", 'depends_on = ["a"]\nstart_timeout = "5s"')}`)),
    35_000,
  );
  const oneShot = `[actors.m]\nexec = "x"\n`;
  assert.equal(startBoundMs(planOf(`${oneShot}${daemon("b", 'depends_on = ["m"]')}`)), null);
  assert.equal(
    startBoundMs(planOf(`${oneShot}run_timeout = "1m"\n${daemon("b", 'depends_on = ["m"]')}`)),
    120_000,
  );
  const nested = `[trees.t]\n[trees.t.actors.x]\nexec = "x"\ndaemon = true\nstart_timeout = "7s"\n`;
  assert.equal(startBoundMs(planOf(`${nested}${daemon("b", 'depends_on = ["t"]')}`)), 37_000);
});

const CRONS = [
  "0 3 * * *",
  "*/5 * * * *",
  "30 3 * * mon-fri",
  "15,45 8-18/2 * * *",
  "0 0 1 * *",
  "0 0 1 jan *",
  "0 12 * * 0",
  "0 12 * * 7",
  "0 12 * * 5-7",
  "0 12 13 * fri",
  "5 4 */10 2,8 *",
  "*/20 5 6 7 * *",
  "3 2 1 */3 *",
  "0 1 * * */2",
];

const calendar = "export systemd: the dates of a cron expression are those that systemd finds";
if (!isInstalled("systemd-analyze")) skip(calendar, "systemd-analyze not installed");
else {
  test(calendar, () => {
    const from = "2026-03-03 04:05:06 UTC";
    for (const cron of CRONS) {
      const dates = calendarOf(cron, "UTC");
      assert.ok(dates !== null, cron);
      const found = dates.flatMap((date) => {
        const argv = ["systemd-analyze", "calendar", "--iterations=6", `--base-time=${from}`, date];
        const { code, stdout, stderr } = runTool(argv, { env: { TZ: "UTC", LC_ALL: "C" } });
        assert.equal(code, 0, `${cron}: ${date}: ${stderr}`);
        return [...stdout.matchAll(/(?:Next elapse|Iter\. #\d+|Iteration #\d+): \w+ ([\d-]+ [\d:]+) UTC/g)]
          .map(([, at]) => `${at!.replace(" ", "T")}.000Z`);
      });
      const expected = new Cron(cron, { timezone: "UTC", paused: true })
        .nextRuns(6, new Date("2026-03-03T04:05:06Z")).map((date) => date.toISOString());
      assert.deepEqual([...new Set(found)].sort().slice(0, 6), expected, `${cron}: ${dates.join(" | ")}`);
    }
    assert.equal(calendarOf("0 0 L * *", null), null);
    assert.equal(calendarOf("0 0 * * 5#2", null), null);
  });
}

for (const per of ["tree", "actor"] as const) {
  const verified = `export systemd: systemd finds nothing wrong with the units of a ${per}`;
  if (!isInstalled("systemd-analyze")) {
    skip(verified, "systemd-analyze not installed");
    continue;
  }
  test(verified, async () => {
    const { files } = await exportText(exporter, THERE, { per });
    // It looks whether programs are there.
    const runnable = files.map(({ name, text }) => ({
      name,
      text: text.replaceAll("/usr/bin/supervise", "/bin/true"),
    }));
    withFiles(runnable, (folder) => {
      const paths = files.map(({ name }) => `${folder}/${name}`);
      const { code, stderr } = runTool(["systemd-analyze", "verify", "--man=no", ...paths]);
      // It names units of the machine that it has found on the way, too.
      const ours = stderr.split("\n").filter((line) => line.includes("shop"));
      assert.deepEqual([code, ours], [0, []], stderr);
    });
  });
}
