/** The steps of a shim on a C library that only writes down what it is asked for. */
import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { CFunction, CSignature, Ffi } from "../../../lib/host/linux/ffi.ts";
import { SHIM_READY, type ShimOrders } from "../../../lib/host/linux/shim/orders.ts";
import { runShim } from "../../../lib/host/linux/shim/run_shim.ts";
import type { Privileges } from "../../../lib/host/ports/privileges.ts";
import { test } from "../../harness/test.ts";

const REPORT = 99;
const PARENT = 77;
const EPERM = 1;
const ENOEXEC = 8;
const EINVAL = 22;
const ALL = 2n ** 64n - 1n;

const NONE: Privileges = {
  account: null,
  umask: null,
  nice: null,
  limits: {},
  noNewPrivs: false,
  oomScoreAdj: null,
  deathSignal: null,
};

const NOBODY = { uid: 65_534, gid: 65_534, groups: [65_534, 12], label: 'user "nobody"' };

type Arguments = readonly (number | bigint | Uint8Array | null)[];

/** Any function of the C library. */
type Call = (name: string, args: Arguments) => number | bigint;

/** What a shim did. */
interface Done {
  /** The calls that change anything, in order. */
  readonly steps: readonly string[];
  readonly report: string;
}

/** Runs a shim that cannot become its program: whose call fails with which number. */
function runWith(
  privileges: Partial<Privileges>,
  failing: Readonly<Record<string, number>> = {},
  changes: Partial<ShimOrders> = {},
): Done {
  const steps: string[] = [];
  let report = "";
  let errno = 0;
  const call: Call = (name, args) => {
    if (name === "prlimit" && args[2] === null) {
      new BigUint64Array((args[3] as Uint8Array).buffer).set([1_000n, 4_096n]);
      return 0;
    }
    if (name === "write") {
      report += new TextDecoder().decode(args[1] as Uint8Array);
      return BigInt((args[1] as Uint8Array).length);
    }
    if (name === "getppid") return PARENT;
    if (!["fcntl", "signal", "sigemptyset", "__errno_location"].includes(name)) {
      steps.push(describeCall(name, args));
    }
    const failure = failing[name];
    if (failure === undefined) return name === "execve" ? -1 : 0;
    errno = failure;
    return -1;
  };
  const ffi = fakeFfi(call, () => errno);
  const folder = mkdtempSync(join(tmpdir(), "supervise-shim-"));
  const orders: ShimOrders = {
    argv: ["sh", "-c", "true"],
    env: { PATH: "/usr/bin:/bin" },
    cwd: process.cwd(),
    privileges: { ...NONE, ...privileges },
    group: null,
    isListening: false,
    isSelf: false,
    descriptors: [],
    openFiles: 1_000,
    parent: PARENT,
    ...changes,
  };
  writeFileSync(join(folder, "orders"), JSON.stringify(orders));
  const descriptor = openSync(join(folder, "orders"), "r");
  try {
    assert.notEqual(runShim(ffi, descriptor, REPORT), 0);
  } finally {
    closeSync(descriptor);
    rmSync(folder, { recursive: true });
  }
  return { steps, report };
}

function fakeFfi(call: Call, errno: () => number): Ffi {
  return {
    load: <Name extends string>(_library: string, functions: Readonly<Record<Name, CSignature>>) =>
      Object.fromEntries(
        Object.keys(functions).map((name) => [name, (...args) => call(name, args)] as [string, CFunction]),
      ) as Record<Name, CFunction>,
    functionAt: () => assert.fail("nothing is called by its address"),
    addressOf: () => 4_096n,
    bindsLate: true,
    readInt32: errno,
  };
}

/** A call for people: limits with their values, calls of the kernel without their numbers. */
function describeCall(name: string, args: Arguments): string {
  if (name === "prlimit" && args[2] instanceof Uint8Array) {
    const [soft, hard] = new BigUint64Array(args[2].buffer);
    return `prlimit ${args[1]} ${soft} ${hard}`;
  }
  if (name === "execve") return `execve ${new TextDecoder().decode(args[0] as Uint8Array).replace("\0", "")}`;
  const plain = args.filter((arg) => !(arg instanceof Uint8Array) && arg !== null);
  return [name, ...(name === "syscall" ? plain.slice(1) : plain)].join(" ");
}

/** A refusal as the report has it. */
function refusalOf(done: Done): { readonly stage: string; readonly message: string } {
  return JSON.parse(done.report.replace(SHIM_READY, ""));
}

test("shim: what needs root comes before the user, what hampers us at the end, before it the death of the parent", () => {
  const { steps, report } = runWith({
    account: NOBODY,
    umask: 0o27,
    nice: -5,
    limits: {
      nproc: { soft: 5, hard: 5 },
      memlock: { soft: "unlimited", hard: "unlimited" },
      as: { soft: 10, hard: null },
    },
    noNewPrivs: true,
    deathSignal: "SIGKILL",
  });
  assert.deepEqual(
    steps.map((step) => step.replace(/(?: 0)+$/, " 0")),
    [
      "sigprocmask 2",
      `prlimit 8 ${ALL} ${ALL}`,
      "setpriority 0 0 -5",
      "syscall 2 4096 0",
      "syscall 65534 65534 65534",
      "syscall 65534 65534 65534",
      "prctl 38 1 0",
      "umask 23",
      "prctl 1 9 0",
      "prlimit 6 5 5",
      "prlimit 9 10 4096",
      "prlimit 7 1000 4096",
      "execve /usr/bin/sh",
    ].map((step) => step === "setpriority 0" ? "setpriority 0 0 -5" : step),
  );
  assert.ok(report.startsWith(SHIM_READY));
});

test("shim: with nothing to change it only takes back what the runtime has changed", () => {
  assert.deepEqual(runWith({}).steps, ["sigprocmask 2", "prlimit 7 1000 4096", "execve /usr/bin/sh"]);
});

test("shim: what was raised by the runtime is taken back to what it was told", () => {
  assert.ok(runWith({}, {}, { openFiles: 256 }).steps.includes("prlimit 7 256 4096"));
  const limits = { nofile: { soft: null, hard: 100 } } as const;
  assert.ok(runWith({ limits }).steps.includes("prlimit 7 100 100"));
});

/** What is asked for, the call that fails and how, and what is said then. */
const FAILURES: readonly (readonly [Partial<Privileges>, Readonly<Record<string, number>>, RegExp])[] = [
  [{ account: NOBODY }, { syscall: EPERM }, /^user "nobody": .*run a program as another user$/],
  [{ account: { ...NOBODY, uid: null } }, { syscall: EPERM }, /^user "nobody": .*in another group$/],
  [{ account: NOBODY }, { syscall: EINVAL }, /^user "nobody": Error number 22$/],
  [{ nice: -5 }, { setpriority: EPERM }, /^nice = -5: .*raise the priority$/],
  [
    { limits: { nofile: { soft: 9_999, hard: 9_999 } } },
    { prlimit: EPERM },
    /^limits\.nofile = 9999: .*raise the hard limit of 4096, and to no more than fs\.nr_open$/,
  ],
  [
    { limits: { nproc: { soft: 5, hard: "unlimited" } } },
    { prlimit: EPERM },
    /^limits\.nproc = unlimited: .*raise the hard limit of 4096$/,
  ],
  [
    { limits: { nproc: { soft: 5_000, hard: null } } },
    { prlimit: EINVAL },
    /^limits\.nproc = 5000: the soft limit would be above the hard limit of 4096$/,
  ],
];

test("shim: a step that fails is named with its value, the reason and who could, and is the last", () => {
  for (const [privileges, failing, message] of FAILURES) {
    const done = runWith(privileges, failing);
    assert.equal(refusalOf(done).stage, "privileges");
    assert.match(refusalOf(done).message, message);
    assert.ok(!done.steps.some((step) => step.startsWith("execve")), done.steps.join("\n"));
  }
});

test("shim: it does not outlive a parent that has died before it could be told", () => {
  const done = runWith({ deathSignal: "SIGTERM" }, {}, { parent: PARENT + 1 });
  assert.match(
    refusalOf(done).message,
    /^supervisor_death_signal = SIGTERM: the supervisor has died already$/,
  );
});

test("shim: what the kernel says of the program itself is an error of the start", () => {
  assert.deepEqual(refusalOf(runWith({}, { execve: ENOEXEC })), {
    stage: "start",
    message: 'Cannot start "sh": Not a program, and no #! line either (ENOEXEC)',
  });
});

test("shim: orders that cannot be had are reported", () => {
  let report = "";
  const call: Call = (name, args) => {
    if (name === "write") report = new TextDecoder().decode(args[1] as Uint8Array);
    return name === "write" ? BigInt((args[1] as Uint8Array).length) : 0;
  };
  const ffi = fakeFfi(call, () => 0);
  assert.notEqual(runShim(ffi, 98_765, REPORT), 0);
  assert.equal(JSON.parse(report).stage, "start");
});

test("shim: it enters its group while it has the rights of who has made the group", () => {
  const group = mkdtempSync(join(tmpdir(), "supervise-shim-group-"));
  try {
    writeFileSync(join(group, "cgroup.procs"), "");
    runWith({ account: NOBODY }, { syscall: EPERM }, { group });
    assert.equal(readFileSync(join(group, "cgroup.procs"), "utf8"), "0");
    rmSync(join(group, "cgroup.procs"));
    const done = runWith({ account: NOBODY }, {}, { group });
    assert.equal(refusalOf(done).stage, "start");
    assert.match(refusalOf(done).message, /^Cannot enter the control group /);
    assert.ok(!done.steps.some((step) => step.startsWith("syscall")));
  } finally {
    rmSync(group, { recursive: true });
  }
});
