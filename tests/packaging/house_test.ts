import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "../harness/test.ts";
import { entriesOf } from "../../packaging/changelog.ts";
import { versionsIn } from "../../packaging/versions.ts";

const ROOT = new URL("../../", import.meta.url);
const text = (file: string) => readFileSync(new URL(file, ROOT), "utf8");

test("versions: every place that names the version names the one of lib/base/version.ts", () => {
  const versions = versionsIn(ROOT.pathname);
  const one = versions["lib/base/version.ts"];
  assert.match(one!, /^\d+\.\d+\.\d+(-[\w.]+)?$/);
  assert.deepEqual(versions, Object.fromEntries(Object.keys(versions).map((place) => [place, one])));
});

test("versions: deno.json imports the very packages that package.json depends on", () => {
  const { dependencies } = JSON.parse(text("package.json"));
  const { imports } = JSON.parse(text("deno.json"));
  const imported = Object.values<string>(imports).filter((name) => name.startsWith("npm:"))
    .map((name) => /^npm:([^/@]+)@([^/]+)/.exec(name)!.slice(1));
  assert.deepEqual(Object.fromEntries(imported), dependencies);
});

test("changelog: every entry has a heading that is understood, and says something", () => {
  const entries = entriesOf(text("CHANGELOG.md"));
  assert.ok(entries.length > 0);
  for (const [index, { version, lines }] of entries.entries()) {
    assert.ok(lines.length > 0, `entry ${index} says nothing`);
    assert.ok(version !== null || index === 0, `entry ${index} has no "VERSION (YYYY-MM-DD)"`);
  }
});

test("house: each script of package.json that starts a file starts one that is there", () => {
  const { scripts } = JSON.parse(text("package.json"));
  const files = Object.values<string>(scripts).flatMap((script) =>
    script.match(/[\w/.]+\.(?:ts|mjs)\b/g) ?? []
  );
  assert.deepEqual(files.filter((file) => !existsSync(new URL(file, ROOT))), []);
});
