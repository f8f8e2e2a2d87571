/** Help on terminals of any width. */
import assert from "node:assert/strict";
import { GLOBAL_OPTIONS } from "../../../lib/cli/command.ts";
import { renderCommandHelp, renderHelp } from "../../../lib/cli/render/help.ts";
import { painter } from "../../../lib/cli/render/paint.ts";
import { VERBS } from "../../../lib/cli/verbs.ts";
import { test } from "../../harness/test.ts";

const paint = painter(false);

const COMMAND = {
  usage: "SEL...",
  about: ["It does one thing, and it does that thing well."],
  options: [],
  examples: [["supervise go api", "goes a long way, and comes back"]] as const,
  words: [0, 1] as const,
  tell: () => Promise.resolve(0),
};
const OPTIONS = [{ name: "far", short: "f", doc: "as far as there is a way to go, and no farther" }];
const VERB = { name: "go", aliases: [], summary: "goes", load: () => Promise.resolve(COMMAND) };

test("help: texts are broken between words, beside what they explain", () => {
  assert.equal(
    renderCommandHelp(VERB, COMMAND, OPTIONS, { columns: 40, paint }),
    `Usage: supervise go [options] SEL...

It does one thing, and it does that
thing well.

Options:
  -f, --far  as far as there is a way to
             go, and no farther

Examples:
  supervise go api  goes a long way, and
                    comes back`,
  );
});

test("help: a text has lines of its own where there is no room beside what it explains", () => {
  assert.match(
    renderCommandHelp(VERB, COMMAND, OPTIONS, { columns: 30, paint }),
    /\n {2}supervise go api\n {6}goes a long way, and\n {6}comes back$/,
  );
});

test("help: no line is wider than the terminal", () => {
  for (const columns of [64, 80, 200]) {
    for (const line of renderHelp(VERBS, GLOBAL_OPTIONS, { columns, paint }).split("\n")) {
      assert.ok(line.length <= columns || line.startsWith("Usage: "), `${columns}: ${line}`);
    }
  }
});
