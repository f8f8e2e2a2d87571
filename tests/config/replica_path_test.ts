import assert from "node:assert/strict";
import { replicaPath, withoutReplica } from "../../lib/config/replica_path.ts";
import { test } from "../harness/test.ts";

test("replica path: a number behind a dot, which comes off again", () => {
  assert.equal(replicaPath("pool/api", 12), "pool/api.12");
  assert.equal(replicaPath("api", null), "api");
  const cases = [["api.12", "api"], ["pool/api.1", "pool/api"], ["api", "api"], ["", ""], ["api.0", "api.0"]];
  for (const [path, expected] of cases) assert.equal(withoutReplica(path!), expected);
});
