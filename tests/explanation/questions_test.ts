/** Questions that users of supervisors ask, of prepared trees in virtual time; the answers are in `questions.txt`. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { instant } from "../../lib/base/instant.ts";
import { painter } from "../../lib/cli/render/paint.ts";
import { renderExplanation } from "../../lib/cli/render/explanation.ts";
import { keyFinder } from "../../lib/config/toml/key_location.ts";
import type { NodeId } from "../../lib/config/plan.ts";
import { explainNode } from "../../lib/explanation/explanation.ts";
import { pastOf } from "../../lib/explanation/past.ts";
import { SimulatedTree } from "../../lib/simulation/simulated_tree.ts";
import { type LineKind, readLine } from "../../lib/simulation/script_text.ts";
import { journalEntryOf } from "../../lib/words/journal_entry_of.ts";
import { planOf } from "../config/compiling.ts";
import { test } from "../harness/test.ts";

/** A question, the tree it is asked of, and when. */
interface Question {
  readonly asks: string;
  /** The tools whose users ask it. */
  readonly of: string;
  readonly toml: string;
  readonly script: readonly (readonly [LineKind, string])[];
  readonly atMs: number;
  readonly path: string;
}

const CHAIN = `[actors.db]
exec = "db"
daemon = true
ready = { tcp = "127.0.0.1:5432" }
start_timeout = "40s"

[actors.migrate]
exec = "migrate"
depends_on = ["db"]

[actors.api]
exec = "api"
daemon = true
depends_on = { migrate = "completed" }
`;
const WEB = `on_failure = "escalate"
intensity = { restarts = 5, within = "10m" }

[actors.web]
exec = "web"
daemon = true
stop = { grace = "20s" }
`;
const BACKUP = `[actors.backup]
exec = "backup"
schedule = "@every 1h"
run_timeout = "10m"
`;
const CHECKED = `[actors.api]
exec = "api"
daemon = true
health = { tcp = "127.0.0.1:80", interval = "10s", retries = 3 }
`;

const QUESTIONS: readonly Question[] = [
  {
    asks: "why is it still waiting?",
    of: "compose, process-compose",
    toml: CHAIN,
    script: [["slow", "db=1h"]],
    atMs: 10_000,
    path: "api",
  },
  {
    asks: "how long may its start take at most?",
    of: "systemd",
    toml: CHAIN,
    script: [["slow", "db=1h"]],
    atMs: 10_000,
    path: "db",
  },
  {
    asks: "what holds up the whole?",
    of: "compose",
    toml: CHAIN,
    script: [["slow", "db=1h"]],
    atMs: 10_000,
    path: "",
  },
  {
    asks: "the one it needs has failed: will it ever start?",
    of: "compose",
    toml: CHAIN,
    script: [["exit", "migrate@1s*99=1"]],
    atMs: 60_000,
    path: "api",
  },
  {
    asks: "when will it retry?",
    of: "Kubernetes (CrashLoopBackOff), supervisord (BACKOFF)",
    toml: WEB,
    script: [["exit", "web@2s*9=1"]],
    atMs: 8_500,
    path: "web",
  },
  {
    asks: "how often will this restart before it gives up?",
    of: "systemd (start-limit-hit)",
    toml: WEB,
    script: [],
    atMs: 60_000,
    path: "web",
  },
  {
    asks: "why does it hang on stop, and when is it killed?",
    of: "systemd (stop-sigterm)",
    toml: WEB,
    script: [["stopping", "web=1h"], ["request", "stop web@1m"]],
    atMs: 65_000,
    path: "web",
  },
  {
    asks: "when does it run next?",
    of: "systemd timers, cron",
    toml: BACKUP,
    script: [],
    atMs: 600_000,
    path: "backup",
  },
  {
    asks: "it says unhealthy, what comes of that?",
    of: "Docker",
    toml: CHECKED,
    script: [["unhealthy", "api@1m/10m"]],
    atMs: 75_000,
    path: "api",
  },
];

const FILE = new URL("questions.txt", import.meta.url);

function answerTo({ toml, script, atMs, path }: Question): string {
  const plan = planOf(toml);
  const lines = script.flatMap(([kind, text]) => {
    const read = readLine(plan, kind, text);
    assert.ok(read.ok, `${kind} ${text}: ${JSON.stringify(read)}`);
    return read.lines;
  });
  const tree = new SimulatedTree({ plan, script: lines, seed: 1 });
  const date0 = tree.date;
  tree.begin();
  while (tree.next(instant(atMs)));
  tree.advanceTo(instant(atMs));
  const explanation = explainNode(tree.state, path as NodeId, { now: tree.now, date: tree.date });
  const entries = tree.trace().entries.map((entry) => journalEntryOf(entry, date0));
  const past = pastOf(
    entries,
    [explanation.cause, ...explanation.rootCauses],
    ({ path, event }) => `${path} ${event}`,
  );
  const find = keyFinder(new Map([["/supervise.toml", toml]]));
  const placeOf = (of: string, key: string) => {
    const found = find(of, key);
    return found === null ? null : `supervise.toml:${found.line}`;
  };
  return renderExplanation(explanation, past, placeOf, 80, painter(false));
}

test("questions: each is answered as written down, in under 25 lines of 80 columns", () => {
  const told = QUESTIONS.map((question) => `## ${question.asks} (${question.of})\n\n${answerTo(question)}\n`);
  for (const one of told) {
    assert.ok(one.split("\n").length < 25 + 3, one);
    for (const line of one.split("\n").slice(2)) assert.ok(line.length <= 80, line);
  }
  const all = told.join("\n");
  if (process.env["UPDATE"] === "1") writeFileSync(FILE, all);
  assert.equal(all, readFileSync(FILE, "utf8"));
});
