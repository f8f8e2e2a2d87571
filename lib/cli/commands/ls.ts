import { describeDuration } from "../../base/duration.ts";
import { ExitCode } from "../../base/exit_code.ts";
import { askAlong } from "../../control/client.ts";
import { connectLasting } from "../../daemon/lasting_supervisor.ts";
import type { TreeSummary } from "../../control/protocol.ts";
import { keeperOf } from "../../daemon/take_over.ts";
import { pruneTrees } from "../../daemon/prune.ts";
import { treeIdOf } from "../../daemon/tree_id.ts";
import type { TreeRecord } from "../../daemon/tree_record.ts";
import { fromPromise } from "../../bridge/from_promise.ts";
import type { ProcessId } from "../../host/ports/processes.ts";
import type { Command, Context } from "../command.ts";
import type { Painter } from "../render/paint.ts";
import { COLOURS } from "../render/rows.ts";
import { type Cell, renderTable } from "../render/table.ts";

/** The columns of numbers. */
const RIGHT: ReadonlySet<number> = new Set([2, 3, 4]);

interface Listed {
  readonly record: TreeRecord;
  /** Null: it is there but does not answer, or it has no supervisor and is kept by its guardian. */
  readonly summary: TreeSummary | null;
  readonly keeper: ProcessId | null;
}

/** `supervise ls`. */
export const ls: Command = {
  usage: "",
  about: [
    "Lists the trees of this user that run on this machine, whatever folder they were started in. One that is " +
    "unsupervised has lost its supervisor, and its guardian keeps its actors until `supervise up` goes on with them.",
  ],
  options: [],
  examples: [["supervise ls --json", "for programs"]],
  words: [0, 0],
  async run(context) {
    const { host, program, ui } = context;
    const listed: Listed[] = [];
    for (const record of pruneTrees(host, program.uid)) {
      const found = await look(context, record);
      if (found !== null) listed.push(found);
    }
    if (ui.json) await fromPromise(ui.printJson([listed.map(fieldsOf)]));
    else if (listed.length === 0) await fromPromise(ui.say("no tree is running"));
    else await fromPromise(ui.print(render(listed, host.wallClock(), ui.out)));
    return ExitCode.done;
  },
};

async function look({ host, program }: Context, record: TreeRecord): Promise<Listed | null> {
  if (record.endedAt !== null) return null;
  const tree = treeIdOf(host, program.uid, record.file);
  const keeper = keeperOf(host, tree);
  if (keeper !== null) return { record, summary: null, keeper };
  try {
    const asked = askAlong("summary", {});
    const client = await fromPromise(connectLasting(host, tree, asked.send));
    if (client === null) return null;
    try {
      return { record, summary: await fromPromise(asked.answer()), keeper };
    } finally {
      client.close();
    }
  } catch {
    return { record, summary: null, keeper };
  }
}

function fieldsOf({ record, summary, keeper }: Listed): Record<string, unknown> {
  return {
    name: record.name,
    file: record.file,
    pid: (keeper ?? record.supervisor).pid,
    state: keeper !== null ? "unsupervised" : summary?.state ?? "unknown",
    actors: summary?.actors ?? null,
    startedAt: record.startedAt,
  };
}

function render(listed: readonly Listed[], now: number, paint: Painter): string {
  const header = ["NAME", "STATE", "ACTORS", "PID", "UPTIME", "FILE"].map((text, column) => ({
    text,
    paint: paint.dim,
    right: RIGHT.has(column),
  }));
  const rows = listed.map(({ record, summary, keeper }) => [
    { text: record.name },
    stateCell({ record, summary, keeper }, paint),
    { text: summary === null ? "-" : String(summary.actors), right: true },
    { text: String((keeper ?? record.supervisor).pid), right: true },
    { text: describeDuration(now - Date.parse(record.startedAt)), right: true },
    { text: record.file },
  ]);
  return renderTable([header, ...rows]);
}

function stateCell({ summary, keeper }: Listed, paint: Painter): Cell {
  if (keeper !== null) return { text: "unsupervised", paint: paint.yellow };
  return summary === null
    ? { text: "no answer", paint: paint.red }
    : { text: summary.state, paint: paint[COLOURS[summary.state]] };
}
