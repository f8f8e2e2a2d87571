import assert from "node:assert/strict";
import { describeEnd, describeExit } from "../../lib/words/describe_reason.ts";
import type { Exit } from "../../lib/supervision/exit.ts";
import type { ReachedLimits } from "../../lib/supervision/reached_limits.ts";
import { test } from "../harness/test.ts";

const NONE: ReachedLimits = {
  oomKills: 0,
  killedMain: false,
  memoryMax: null,
  forksRefused: 0,
  pidsMax: null,
};

const KILLED = { how: "signalled", signal: "SIGKILL" } as const;
const FAILED = { how: "exited", code: 2 } as const;

test("reached limits: an end is told by what the kernel did, beside what the process did", () => {
  const cases: readonly (readonly [Exit, string])[] = [
    [KILLED, "SIGKILL"],
    [FAILED, "exit code 2"],
    [
      { ...KILLED, reached: { ...NONE, oomKills: 1, killedMain: true, memoryMax: "64MiB" } },
      "killed by the kernel: memory_max 64MiB reached",
    ],
    [
      { ...KILLED, reached: { ...NONE, oomKills: 3, killedMain: true } },
      "killed by the kernel: out of memory",
    ],
    [
      { ...KILLED, reached: { ...NONE, oomKills: 1, memoryMax: "1GiB" } },
      "SIGKILL; the kernel killed 1 process of it: memory_max 1GiB reached",
    ],
    [
      { ...FAILED, reached: { ...NONE, oomKills: 2 } },
      "exit code 2; the kernel killed 2 processes of it: out of memory",
    ],
    [{ ...FAILED, reached: { ...NONE, forksRefused: 7, pidsMax: "10" } }, "exit code 2; pids_max 10 reached"],
    [{ ...FAILED, reached: { ...NONE, forksRefused: 1 } }, "exit code 2; the limit of processes reached"],
    [
      {
        ...KILLED,
        reached: { oomKills: 1, killedMain: true, memoryMax: "8MB", forksRefused: 1, pidsMax: "5" },
      },
      "killed by the kernel: memory_max 8MB reached, pids_max 5 reached",
    ],
  ];
  for (const [exit, text] of cases) assert.equal(describeExit(exit), text);
});

test("reached limits: an error that the code has told of explains an end, unless the kernel made it", () => {
  const error = { type: "Error", message: "no more", stack: null, path: [], cause: null, errors: null };
  const others = { ...NONE, oomKills: 1 };
  assert.equal(describeEnd({ exit: { ...FAILED, reached: others }, error }), "Error: no more");
  const exit = { ...KILLED, reached: { ...others, killedMain: true } };
  assert.equal(describeEnd({ exit, error }), "killed by the kernel: out of memory");
});
