import assert from "node:assert/strict";
import { calendarEntries } from "../../lib/formats/launchd/calendar.ts";
import { exporter } from "../../lib/formats/launchd/export_launchd.ts";
import { isInstalled } from "../harness/installed.ts";
import { skip, test } from "../harness/test.ts";
import { runTool } from "../harness/tools.ts";
import { exportText } from "./exporting.ts";
import { SHOP } from "./shop.ts";

const AS_JSON = "import json, plistlib, sys; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))";

/** What a parser of property lists makes of a text. */
// deno-lint-ignore no-explicit-any
function read(text: string): any {
  const { code, stdout, stderr } = runTool(["python3", "-c", AS_JSON], { input: text });
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

const parsed = "export launchd: the property lists say what the file says";
if (!isInstalled("python3")) skip(parsed, "python3 not installed");
else {
  test(parsed, async () => {
    const tree = await exportText(exporter, SHOP);
    assert.deepEqual(read(tree.file("supervise.shop.plist")), {
      Label: "supervise.shop",
      ProgramArguments: ["/usr/bin/supervise", "up", "/srv/shop/supervise.toml"],
      WorkingDirectory: "/srv/shop",
      RunAtLoad: true,
      KeepAlive: { SuccessfulExit: false },
      ExitTimeOut: 30,
    });
    const { files, file } = await exportText(exporter, SHOP, { per: "actor" });
    for (const { text } of files) read(text);
    assert.deepEqual(read(file("supervise.shop.db.plist")), {
      Label: "supervise.shop.db",
      ProgramArguments: ["/bin/sleep", "1000"],
      WorkingDirectory: "/srv/shop",
      EnvironmentVariables: { LOG_LEVEL: "info" },
      RunAtLoad: true,
      KeepAlive: true,
      ThrottleInterval: 1,
      StandardErrorPath: "/var/log/db.log",
      StandardOutPath: "/var/log/db.log",
      UserName: "daemon",
      Umask: 0o77,
      Nice: 5,
      SoftResourceLimits: { NumberOfFiles: 1024 },
      HardResourceLimits: { NumberOfFiles: 2048 },
    });
    const nightly = read(file("supervise.shop.nightly.plist"));
    assert.equal("RunAtLoad" in nightly, false);
    assert.deepEqual(
      nightly.StartCalendarInterval,
      [1, 2, 3, 4, 5].map((day) => ({ Minute: 30, Hour: 3, Weekday: day })),
    );
  });

  test("export launchd: what XML would take for its own stays as it is", async () => {
    const text = "[actors.a]\nexec = ['<a>', '&amp;', ']]>', '--']\nenv = { \"A<B\" = \"x\\ty\\r\\n\" }";
    const { file } = await exportText(exporter, text, { per: "actor" });
    const list = read(file("supervise.shop.a.plist"));
    assert.deepEqual(list.ProgramArguments, ["<a>", "&amp;", "]]>", "--"]);
    assert.deepEqual(list.EnvironmentVariables, { "A<B": "x\ty\r\n" });
  });
}

test("export launchd: a cron expression is each of its dates, and either of two days", () => {
  assert.deepEqual(calendarEntries("0 3 * * *"), [{ Minute: 0, Hour: 3 }]);
  assert.deepEqual(calendarEntries("*/30 * * jan 7"), [
    { Minute: 0, Month: 1, Weekday: 0 },
    { Minute: 30, Month: 1, Weekday: 0 },
  ]);
  assert.deepEqual(calendarEntries("0 0 13 * 5"), [{ Minute: 0, Hour: 0, Day: 13 }, {
    Minute: 0,
    Hour: 0,
    Weekday: 5,
  }]);
  for (const none of ["0 0 L * *", "*/1 */1 */1 * *", "0 0 0 1 1 *"]) {
    assert.equal(calendarEntries(none), null, none);
  }
});
