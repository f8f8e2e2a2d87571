/** The page on the core shows the table that decides. `UPDATE=1` writes it anew. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { LIFECYCLE } from "../../lib/supervision/actor.ts";
import { test } from "../harness/test.ts";

const PAGE = join(dirname(fileURLToPath(import.meta.url)), "../../lib/supervision/README.md");
const PART = /(<!-- lifecycle -->\n).*?(<!-- \/lifecycle -->)/s;

/** A line for each way from a phase to another, with the events that lead there. */
function diagram(): string {
  const ways = new Map<string, string[]>();
  for (const [phase, reactions] of Object.entries(LIFECYCLE)) {
    for (const [event, reaction] of Object.entries(reactions)) {
      const isOver = (reaction?.leadsTo.length ?? 0) > 2;
      for (const to of new Set(reaction === null ? [] : isOver ? ["over"] : reaction.leadsTo)) {
        const way = `${phase} --> ${to}`;
        ways.set(way, [...ways.get(way) ?? [], event]);
      }
    }
  }
  const lines = [...ways].map(([way, events]) => `  ${way}: ${events.join(", ")}`);
  return ["```mermaid", "stateDiagram-v2", ...lines, "```"].join("\n");
}

test("lifecycle: the page on the core shows the table that decides", () => {
  const page = readFileSync(PAGE, "utf8");
  const current = page.replace(PART, `$1\n${diagram()}\n\n$2`);
  if (process.env["UPDATE"] !== undefined) writeFileSync(PAGE, current);
  else assert.equal(page, current, "run this test with UPDATE=1");
});
