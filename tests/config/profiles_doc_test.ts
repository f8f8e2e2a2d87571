/** The page on profiles has an example that does what the page says. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "../harness/test.ts";
import { planOf } from "./compiling.ts";

const PAGE = readFileSync(new URL("../../docs/profiles.md", import.meta.url), "utf8");

test("page on profiles: its example starts what the page says", () => {
  const [, example] = /```toml\n([^]*?)```/.exec(PAGE)!;
  const started = (...profiles: readonly string[]) =>
    planOf(example!, { profiles }).nodes
      .filter(({ kind, autostart, parent }) => kind !== "tree" && autostart && parent === "")
      .map(({ path }) => path);
  assert.deepEqual(started(), ["web"]);
  assert.deepEqual(started("dev"), ["web", "mailbox"]);
  assert.deepEqual(
    planOf(example!, { profiles: ["dev", "debug"] }).nodes.filter(({ autostart }) => !autostart),
    [],
  );
});
