/** Stacks of a compiled program have the frames of the user's code. */
import assert from "node:assert/strict";
import { readableFrames } from "../../lib/base/readable_frames.ts";
import { test } from "../harness/test.ts";

const OWN = "    at run (/$bunfs/root/cli-9a4tnv7k.js:2:3654)";
const HOOKS = "    at run (node:async_hooks:144:29)";
const ADD = "    at add (/srv/ledger.ts:16:43)";
const READ = "    at readFileSync (node:fs:432:1)";

test("frames: those of the compiled program are left out, and those of the user's code and the runtime stay", () => {
  assert.deepEqual(readableFrames(["Error: no", READ, ADD, OWN, HOOKS, OWN, ADD].join("\n")), [
    READ,
    ADD,
    ADD,
  ]);
});

test("frames: a stack of the compiled program alone stays whole", () => {
  assert.deepEqual(readableFrames([OWN, HOOKS].join("\n")), [OWN, HOOKS]);
  assert.deepEqual(readableFrames(null), []);
});
