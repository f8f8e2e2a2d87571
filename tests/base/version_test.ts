import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { VERSION } from "../../lib/base/version.ts";
import { test } from "../harness/test.ts";

test("version: the package, its manifest for Deno and the code have the same", () => {
  for (const name of ["package.json", "deno.json"]) {
    const manifest = JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), "utf8"));
    assert.equal(manifest.version, VERSION, name);
  }
});
