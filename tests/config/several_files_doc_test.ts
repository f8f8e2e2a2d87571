/** The page on several files says what may stand in one, and its example is one. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { INCLUDED } from "../../lib/config/keys/supervisor.ts";
import { test } from "../harness/test.ts";
import { planOf } from "./compiling.ts";

const PAGE = readFileSync(new URL("../../docs/several_files.md", import.meta.url), "utf8");

test("page on several files: its example compiles, and it names every key of an included file", () => {
  const [, example] = /```toml\n([^]*?)```/.exec(PAGE)!;
  const files = {
    "/srv/shop/base.toml": "[actors.db]\nexec = 'db'",
    "/srv/shop/conf.d/10-db.toml": "[actors.ten]\nexec = 'x'",
    "/srv/shop/conf.d/9-web.toml": "[actors.nine]\nexec = 'x'",
    "/srv/shop/conf.d/09-web.toml": "[actors.zero]\nexec = 'x'",
  };
  const { nodes } = planOf(example!, { files });
  assert.deepEqual(nodes.map(({ path }) => path), ["", "web", "db", "zero", "ten", "nine"]);
  const [, holds] = /may hold\n\n([^]*?)\. The rules/.exec(PAGE)!;
  const names = [...holds!.matchAll(/`\[?(\w+)/g)].map(([, name]) => name!);
  assert.deepEqual(names.sort(), Object.keys(INCLUDED.keys).sort());
});
