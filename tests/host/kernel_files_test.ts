import assert from "node:assert/strict";
import { tryList, tryListFolders, tryRead, withDescriptor } from "../../lib/host/linux/kernel_files.ts";
import { test } from "../harness/test.ts";

/** Fails for want of a descriptor a number of times, and then gives 7. */
function wanting(times: number, code = "EMFILE"): () => number {
  let left = times;
  return () => {
    if (left-- > 0) throw Object.assign(new Error("too many"), { code });
    return 7;
  };
}

test("kernel files: what is not there is null, and an empty folder", () => {
  assert.equal(tryRead("/proc/0/stat"), null);
  assert.deepEqual(tryList("/proc/0"), []);
  assert.deepEqual(tryListFolders("/proc/0"), []);
});

test("kernel files: for want of a descriptor one is let go that was held back, as often as that is needed", () => {
  for (let count = 0; count < 20; count++) {
    assert.equal(withDescriptor(wanting(1)), 7);
    assert.equal(withDescriptor(wanting(1, "ENFILE")), 7);
  }
});

test("kernel files: if there is none even then, nothing passes for gone", () => {
  assert.throws(() => withDescriptor(wanting(2)), { code: "EMFILE" });
});

test("kernel files: any other error is told at once", () => {
  assert.throws(() => withDescriptor(wanting(1, "EACCES")), { code: "EACCES" });
});

test("kernel files: one may be held while another is needed", () => {
  assert.equal(withDescriptor(() => withDescriptor(wanting(1)) + withDescriptor(wanting(1))), 14);
});
