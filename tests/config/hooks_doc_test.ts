/** The page on hooks has an example that does what the page says, and all hooks that there are. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { HOOKS } from "../../lib/config/keys/hooks.ts";
import { test } from "../harness/test.ts";
import { actorOf, compileText } from "./compiling.ts";

const PAGE = readFileSync(new URL("../../docs/hooks.md", import.meta.url), "utf8");

test("page on hooks: its example is sound, and the table has each hook once", () => {
  const [, example] = /```toml\n([^]*?)```/.exec(PAGE)!;
  assert.deepEqual(compileText(example!).problems, []);
  assert.deepEqual(actorOf(example!, "api").hooks, {
    commands: {
      pre_start: ["/srv/shop/migrate.sh"],
      post_start: ["/srv/shop/warm_up.sh"],
      pre_stop: ["/srv/shop/leave_balancer.sh"],
      post_stop: ["rm", "-rf", "scratch"],
    },
    timeoutMs: 60_000,
  });
  const told = [...PAGE.matchAll(/^\| `(\w+)` +\|/gm)].map(([, name]) => name);
  assert.deepEqual([...told, "timeout"], Object.keys(HOOKS.keys));
});

test("hooks: without a command there are none, and the defaults are inherited hook by hook", () => {
  assert.equal(actorOf('[actors.a]\nexec = "x"\nhooks = { timeout = "1s" }', "a").hooks, null);
  const file =
    '[defaults.hooks]\npre_start = "a"\ntimeout = "1s"\n[actors.a]\nexec = "x"\nhooks.post_stop = "b"';
  assert.deepEqual(actorOf(file, "a").hooks, {
    commands: { pre_start: ["a"], post_stop: ["b"] },
    timeoutMs: 1_000,
  });
  const { problems } = compileText('[actors.a]\nexec = "x"\nhooks = { before = "a", pre_stop = "" }');
  assert.deepEqual(problems.map(({ name }) => name), ["config/unknown-key", "config/empty-command"]);
});
