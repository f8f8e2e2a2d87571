import assert from "node:assert/strict";
import { UserError } from "../../lib/base/user_error.ts";
import type { ControlClient } from "../../lib/control/client.ts";
import type { EndReport } from "../../lib/control/protocol.ts";
import { awaitEnd, writeEndReport } from "../../lib/daemon/end_report.ts";
import type { TreeId } from "../../lib/daemon/tree_id.ts";
import { writeRecord } from "../../lib/daemon/tree_record.ts";
import { NONE_ENDED } from "../../lib/engine/containment/ledger.ts";
import type { Host } from "../../lib/host/ports/host.ts";
import { test } from "../harness/test.ts";

const TREE = { runFolder: "/run/tree", record: "/run/tree/record.json" } as TreeId;

/** A machine whose record of the tree is of an instance. */
function hostAt(instance: string): Host {
  const texts = new Map<string, string>();
  const files = {
    readOwn: (path: string) => texts.get(path) ?? null,
    replace: (path: string, text: string) => void texts.set(path, text),
  };
  const host = { files } as unknown as Host;
  const [supervisor, guardian] = [{ pid: 2, startTime: 1 }, { pid: 3, startTime: 1 }];
  const times = { startedAt: "2026-01-01T00:00:00.000Z", endedAt: null, outcome: null };
  writeRecord(host, TREE, { name: "", file: "", stateFolder: "", supervisor, guardian, instance, ...times });
  return host;
}

function reportOf(instance: string): EndReport {
  const none = { processes: [], counts: NONE_ENDED, survivors: [], leftOnPurpose: [], own: [] };
  return { outcome: "completed", reason: null, exitCode: 0, instance, containment: "cgroup", ...none };
}

/** A client whose connection is lost after `before`. */
function losing(before: () => void): ControlClient {
  const request = () => {
    before();
    return Promise.reject(new UserError("control/lost", "lost"));
  };
  return { request } as unknown as ControlClient;
}

test("end report: a client that is lost in the moment of the end reads how it ended", async () => {
  const host = hostAt("this");
  writeEndReport(host, TREE, reportOf("earlier"));
  const report = await awaitEnd(host, TREE, losing(() => writeEndReport(host, TREE, reportOf("this"))));
  assert.equal(report.instance, "this");
});

test("end report: a client that comes when word of the end was left reads it, too", async () => {
  const host = hostAt("this");
  writeEndReport(host, TREE, reportOf("this"));
  assert.equal((await awaitEnd(host, TREE, losing(() => {}))).instance, "this");
});

test("end report: how an earlier tree ended says nothing of this one", async () => {
  const host = hostAt("this");
  await assert.rejects(awaitEnd(host, TREE, losing(() => {})), { code: "control/lost" });
  writeEndReport(host, TREE, reportOf("earlier"));
  await assert.rejects(awaitEnd(host, TREE, losing(() => {})), { code: "control/lost" });
});
