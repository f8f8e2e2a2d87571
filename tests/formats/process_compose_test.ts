import assert from "node:assert/strict";
import { importer } from "../../lib/formats/process_compose/import_process_compose.ts";
import { test } from "../harness/test.ts";
import { testShapes } from "./shapes.ts";
import { importText } from "./importing.ts";

testShapes(importer, "process_compose", { isBare: true });

const FILE = "process-compose.yaml";

test("process-compose: a process goes over the one that it extends", async () => {
  const { toml } = await importText(
    importer,
    FILE,
    `processes:
  base: { command: serve, working_dir: /tmp, environment: ["A=1", "B=1"] }
  api: { extends: base, environment: ["B=2"] }
`,
  );
  assert.match(toml, /\[actors\.api\]\nshell = "serve"\ncwd = "\/tmp"\nenv = \{ A = "1", B = "2" \}\n/);
  await assert.rejects(
    importText(importer, FILE, "processes:\n  a: { extends: b }\n  b: { extends: a }\n"),
    { message: '/srv/app/process-compose.yaml:3: the process "a" extends itself: a -> b -> a' },
  );
});

test("process-compose: replicas that share a log have one each", async () => {
  const { toml, told } = await importText(
    importer,
    FILE,
    "processes:\n  api: { command: serve, replicas: 2, log_location: ./logs/api.log }\n",
  );
  assert.match(toml, /^log = \{ file = "\.\/logs\/api\.\$\{replica\}\.log" \}$/m);
  assert.ok(told.includes("changed 2 api log_location: each replica has a file of its own"));
});
