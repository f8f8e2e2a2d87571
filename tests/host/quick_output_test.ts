import assert from "node:assert/strict";
import { closeSync, openSync, readSync } from "node:fs";
import { isTerminal, writeShort } from "../../lib/host/bun/quick_output.ts";
import { openPipe } from "../../lib/host/linux/descriptors.ts";
import { openLibc } from "../../lib/host/load_libc.ts";
import { isDeno } from "../../lib/host/shared/runtime.ts";
import { test } from "../harness/test.ts";

const PIPE_BYTES = 64 * 1_024;
const PAGE_BYTES = 4_096;

if (!isDeno) {
  test("quick output: a pipe takes what it has room for, and nobody waits for the rest", async () => {
    const { read, write } = openPipe(await openLibc());
    try {
      const bytes = new Uint8Array(PIPE_BYTES).fill(7);
      assert.equal(writeShort(write, bytes.subarray(0, 10)), 10);
      const written = writeShort(write, bytes);
      assert.ok(written >= PIPE_BYTES - 2 * PAGE_BYTES && written < PIPE_BYTES, String(written));
      assert.equal(writeShort(write, bytes), 0);
      assert.equal(readSync(read, new Uint8Array(PIPE_BYTES)), 10 + written);
      assert.equal(writeShort(write, bytes.subarray(0, PAGE_BYTES)), PAGE_BYTES);
    } finally {
      for (const end of [read, write]) closeSync(end);
    }
  });

  test("quick output: what cannot be written is left to whoever tells why", async () => {
    const { read, write } = openPipe(await openLibc());
    closeSync(read);
    assert.equal(writeShort(write, new Uint8Array(1)), 0);
    closeSync(write);
    const full = openSync("/dev/full", "w");
    assert.equal(writeShort(full, new Uint8Array(1)), 0);
    closeSync(full);
  });

  test("quick output: a long text is none", () => {
    const nothing = openSync("/dev/null", "w");
    assert.equal(writeShort(nothing, new Uint8Array(PIPE_BYTES)), PIPE_BYTES);
    assert.equal(writeShort(nothing, new Uint8Array(PIPE_BYTES + 1)), 0);
    assert.equal(isTerminal(nothing), false);
    closeSync(nothing);
  });
}
