import assert from "node:assert/strict";
import { exporter } from "../../lib/formats/supervisord/export_supervisord.ts";
import { test } from "../harness/test.ts";
import { exportText } from "./exporting.ts";
import { SHOP } from "./shop.ts";

test("export supervisord: a program has its folder, account, restarts, signals and place in the order", async () => {
  const { file, told } = await exportText(exporter, SHOP);
  assert.match(
    file("shop.conf"),
    /^\[program:db\]\ncommand=\/bin\/sleep 1000\ndirectory=\/srv\/shop\nenvironment=LOG_LEVEL="info"\nautorestart=true\n/,
  );
  const api = /\[program:api-1\]\n([^[]*)/.exec(file("shop.conf"))![1]!;
  assert.match(api, /,API_TOKEN="%\(ENV_API_TOKEN\)s"$/m);
  assert.match(api, /^priority=50\d$/m);
  assert.match(file("shop.conf"), /^\[program:pool-worker\]\n(?:[a-z_]+=.*\n)*autostart=false$/m);
  assert.match(file("shop.conf"), /^\[group:shop\]\nprograms=db,migrate,api-1,api-2,/m);
  assert.ok(
    told.some((line) =>
      /^changed \d+ actors\.api depends_on\.db -> priority=\d+: it starts later/.test(line)
    ),
  );
});

test("export supervisord: a value that would begin a comment is told of, and not written", async () => {
  const text = `[actors.a]\nexec = "/bin/true"\nenv = { A = "b # c", D = "e;f" }`;
  const { file, told } = await exportText(exporter, text);
  assert.match(file("shop.conf"), /^environment=D="e;f"$/m);
  assert.ok(told.some((line) => line.startsWith("lost 3 actors.a env.A")), told.join("\n"));
});
