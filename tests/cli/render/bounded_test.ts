/** Lists in messages are bounded: at 5,000 actors each is as short as at ten, and says how many it leaves out. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { instant } from "../../../lib/base/instant.ts";
import type { Problem } from "../../../lib/config/problem.ts";
import { painter } from "../../../lib/cli/render/paint.ts";
import { renderPlan } from "../../../lib/cli/render/plan.ts";
import { renderProblems } from "../../../lib/cli/render/problems.ts";
import { renderReceipt } from "../../../lib/cli/render/receipt.ts";
import { describeEntry } from "../../../lib/cli/render/entry.ts";
import { describeWhy } from "../../../lib/words/describe_why.ts";
import type { JournalEntry } from "../../../lib/engine/journal/journal.ts";
import type { NodeId } from "../../../lib/config/plan.ts";
import { initialState } from "../../../lib/supervision/initial_state.ts";
import { planOf } from "../../harness/plan.ts";
import { test } from "../../harness/test.ts";
import { viewOf } from "../../../lib/supervision/view.ts";
import { compileText } from "../../config/compiling.ts";

const MANY = 5_000;
const PLAIN = painter(false);
const START = instant(0);
const LIB = new URL("../../../lib/", import.meta.url);

function many<T>(make: (index: number) => T): readonly T[] {
  return Array.from({ length: MANY }, (_, index) => make(index));
}

/** A tree of 5,000 actors, the last of which waits for all others. */
const CROWD = planOf({
  children: Object.fromEntries(many((index) => [
    `s${index}`,
    index < MANY - 1
      ? { daemon: true }
      : { needs: Object.fromEntries(many((on) => [`s${on}`, "ready"] as const).slice(0, -1)) },
  ])),
});

/** Joins of names that are bounded by something else: what an actor, a machine, a command or this program has of them. */
const BOUNDED: Readonly<Record<string, string>> = {
  "base/name_some.ts": "the one place",
  "base/shape.ts": "the words of a type",
  "cli/commands/chaos.ts": "the acts that there are",
  "cli/commands/up.ts": "the layers that there are",
  "cli/commands/up_detached.ts": "the states that there are",
  "cli/commands/wait.ts": "the goals that there are",
  "cli/call_error.ts": "two hints",
  "cli/render/chaos.ts": "the acts that there are",
  "cli/render/findings.ts": "the kinds of finding",
  "cli/render/graph_dot.ts": "the attributes of one node",
  "cli/render/graph_mermaid.ts": "a picture is of all",
  "cli/render/graph_model.ts": "the states that there are",
  "cli/render/help.ts": "the other names of a command",
  "cli/render/man.ts": "the other names of a command",
  "cli/render/plan.ts": "the rules and sockets of one actor",
  "cli/render/problems.ts": "errors and warnings",
  "cli/render/receipt.ts": "the ways to end",
  "cli/render/topic.ts": "the places of a key",
  "cli/simulate/explore.ts": "the hopes that there are",
  "cli/simulate/script_file.ts": "the keys of a script",
  "config/describe_group_limits.ts": "the limits that there are",
  "config/describe_privileges.ts": "the privileges that there are",
  "config/describe_schedule.ts": "what a schedule says",
  "config/reference/key_facts.ts": "the ways to write one value",
  "config/reference/written_default.ts": "the default of one key",
  "config/text/cron.ts": "nicknames, and the months of a year",
  "config/values/foreign_values.ts": "a value as it stands, if it is short",
  "config/values/command.ts": "the words of a command, as a suggestion of what to write",
  "config/wording.ts": "keys and values of the language",
  "control/apply_file.ts": "the keys that cannot be changed",
  "daemon/doctor/doctor_report.ts": "what a kernel can",
  "engine/limits/actor_limits.ts": "the limits that there are",
  "host/linux/group_controllers.ts": "the controllers that there are",
  "scope/task_tree.ts": "a dump for developers",
  "simulation/expect/parse.ts": "the states that there are",
  "simulation/script_text.ts": "the hooks that there are",
  "words/describe_change.ts": "six keys",
  "words/explaining/forecast_sentences.ts": "a few pauses, then their number",
  "words/describe_reached.ts": "the limits that there are",
  "words/describe_why.ts": "bounded by the view",
  "worker/context_options.ts": "the options that there are",
};

test("bounded lists: no message joins names by itself, but where their number is bounded", () => {
  // The files of other tools, which `formats` writes, are no messages: they are as long as the tree.
  const files = readdirSync(LIB, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts") && !file.startsWith("formats/")
  );
  const joining = files.filter((file) =>
    /\.join\(" (?:and|or) "\)|\.join\(", "\)/.test(readFileSync(new URL(file, LIB), "utf8"))
  );
  assert.deepEqual(joining.sort(), Object.keys(BOUNDED).sort());
});

test("bounded lists: a wait for 4,999 others, in ps and in the plan", () => {
  const unstarted = initialState(CROWD, 1);
  const last = unstarted.nodes.get(`s${MANY - 1}` as NodeId)!;
  const waiting = { ...last, phase: { at: "waiting", since: START } } as typeof last;
  assert.match(describeWhy(viewOf(unstarted, waiting, START).why!), /^waits for .* and 4,995 more$/);
  const longest = Math.max(...renderPlan(CROWD, PLAIN).split("\n").map((line) => line.length));
  assert.ok(longest < 250, `a line of ${longest} characters`);
  assert.match(renderPlan(CROWD, PLAIN), /after s0 ready, .*, s7 ready and 4,991 more/);
});

test("bounded lists: a request for all, in the journal", () => {
  const about = { at: "2026-01-01T00:00:00.000Z", seq: 1, cause: null, path: "" as NodeId };
  const entry = { ...about, event: "requested", verb: "stop", paths: many((index) => `s${index}`) };
  assert.equal(
    describeEntry(entry as unknown as JournalEntry, PLAIN),
    "the tree: stop was asked for: s0, s1, s2, s3, s4, s5, s6, s7 and 4,992 more",
  );
});

test("bounded lists: survivors of a teardown have some lines, and all of them if all are asked for", () => {
  const survivors = many((index) => ({ pid: index + 1, command: "sleep 9", why: "it is stuck" }));
  const receipt = {
    left: MANY,
    containment: null,
    unseen: [],
    processes: [],
    counts: { total: MANY, exit: 0, signal: 0, killed: 0, gone: 0, orphans: 0 },
    survivors,
    leftOnPurpose: survivors,
    unattributed: [],
  };
  const lines = renderReceipt(receipt, false, PLAIN).split("\n");
  assert.equal(lines.length, 2 * 21 + 1);
  assert.equal(lines[20], "survivor: and 4,980 more; --json has them all");
  assert.equal(lines.at(-1), "receipt: 5,000 processes, 5,000 left");
  assert.equal(renderReceipt(receipt, true, PLAIN).split("\n").length, 2 * MANY + 2);
});

test("bounded lists: of many problems the errors are shown, in file order, and all are counted", () => {
  const problem = (line: number, severity: Problem["severity"]): Problem => ({
    name: "config/unknown-key",
    severity,
    file: "a.toml",
    line,
    column: 1,
    length: 1,
    message: `problem ${line}`,
    expected: null,
    hint: null,
  });
  const problems = many((index) => problem(index + 1, index === 4_000 ? "error" : "warning"));
  const text = renderProblems(problems, new Map(), false);
  const told = [...text.matchAll(/problem (\d+)/g)].map(([, line]) => Number(line));
  assert.deepEqual(told, [...Array.from({ length: 99 }, (_, index) => index + 1), 4_001]);
  assert.match(text, /and 4,900 more; --json has them all\n\n1 error, 4,999 warnings\n$/);
});

test("bounded lists: a cycle of 5,000, and a file in which each actor is wrong", () => {
  const ring = many((index) => `[actors.s${index}]\nexec = "x"\ndepends_on = ["s${(index + 1) % MANY}"]`);
  const [cycle] = compileText(ring.join("\n")).problems;
  assert.match(cycle!.message, /4,981 more/);
  assert.ok(cycle!.message.length < 300);
  const wrong = compileText(many((index) => `[actors.s${index}]\nexec = "x"\nnonsense = 1`).join("\n"));
  assert.equal(wrong.problems.length, MANY);
  assert.ok(renderProblems(wrong.problems, wrong.texts, false).split("\n").length < 1_000);
});
