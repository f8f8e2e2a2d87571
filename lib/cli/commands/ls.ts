import { describeDuration } from "../../base/duration.ts";
import { ExitCode } from "../../base/exit_code.ts";
import { connectControl } from "../../control/client.ts";
import type { TreeStatus } from "../../control/protocol.ts";
import { pruneTrees } from "../../daemon/prune.ts";
import { treeIdOf } from "../../daemon/tree_id.ts";
import { listRecords, type TreeRecord } from "../../daemon/tree_record.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { Command, Context } from "../command.ts";
import { renderTable } from "../render/table.ts";

interface Listed {
  readonly record: TreeRecord;
  /** Null: it is there but does not answer. */
  readonly status: TreeStatus | null;
}

/** `supervise ls`. */
export const ls: Command = {
  name: "ls",
  summary: "all running trees of this user",
  usage: "",
  about: ["Lists the trees of this user that run on this machine, whatever folder they were started in."],
  options: [],
  examples: [["supervise ls --json", "for programs"]],
  words: [0, 0],
  async run(context) {
    const { host, program, ui } = context;
    await fromPromise(pruneTrees(host, program.uid));
    const listed: Listed[] = [];
    for (const record of listRecords(host, program.uid)) {
      const found = await look(context, record);
      if (found !== null) listed.push(found);
    }
    if (ui.json) await fromPromise(ui.printJson(listed.map(fieldsOf)));
    else if (listed.length === 0) await fromPromise(ui.say("no tree is running"));
    else await fromPromise(ui.print(render(listed, host.wallClock())));
    return ExitCode.done;
  },
};

async function look({ host, program }: Context, record: TreeRecord): Promise<Listed | null> {
  if (record.endedAt !== null) return null;
  try {
    const client = await fromPromise(connectControl(host, treeIdOf(host, program.uid, record.file).socket));
    if (client === null) return null;
    try {
      return { record, status: await fromPromise(client.request("status", { paths: [] })) };
    } finally {
      client.close();
    }
  } catch {
    return { record, status: null };
  }
}

function fieldsOf({ record, status }: Listed): Record<string, unknown> {
  return {
    name: record.name,
    file: record.file,
    pid: record.supervisor.pid,
    state: status?.state ?? "unknown",
    actors: status === null ? null : actorsOf(status).length,
    startedAt: record.startedAt,
  };
}

function render(listed: readonly Listed[], now: number): string {
  const header = ["NAME", "STATE", "ACTORS", "PID", "UPTIME", "FILE"].map((text) => ({ text }));
  const rows = listed.map(({ record, status }) => [
    { text: record.name },
    { text: status?.state ?? "no answer" },
    { text: status === null ? "-" : String(actorsOf(status).length), right: true },
    { text: String(record.supervisor.pid), right: true },
    { text: describeDuration(now - Date.parse(record.startedAt)), right: true },
    { text: record.file },
  ]);
  return renderTable([header, ...rows]);
}

function actorsOf(status: TreeStatus) {
  return status.actors.filter((row) => row.kind !== "tree");
}
