import assert from "node:assert/strict";
import { describeOrigin, ORIGIN } from "../../lib/base/origin.ts";
import { test } from "../harness/test.ts";

test("origin: sources say so, and know no commit", () => {
  assert.equal(describeOrigin(ORIGIN), "sources");
});

test("origin: a package tells its machine and a short commit", () => {
  const commit = "0123456789abcdef0123456789abcdef01234567";
  assert.equal(
    describeOrigin({ package: "deb", target: "linux-x64", commit }),
    "Debian package for linux-x64, commit 0123456789ab",
  );
  assert.equal(
    describeOrigin({ package: "binary", target: "linux-x64", commit: `${commit}-changed` }),
    "binary for linux-x64, commit 0123456789ab-changed",
  );
  assert.equal(describeOrigin({ package: "npm", target: null, commit: null }), "npm package");
});
