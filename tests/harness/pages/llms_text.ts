import { readFileSync } from "node:fs";
import { HELP_FACTS } from "../../../lib/cli/help/help_facts.ts";
import { VERBS } from "../../../lib/cli/verbs.ts";

const DOCS = new URL("../../../docs/", import.meta.url);

/** What a program should know that is about to use supervise, beside the pages. */
const ADVICE = `\
A \`supervise.toml\` is checked by \`supervise check --json\`, which tells all problems at once, each with its name, its place
and a hint. \`supervise help NAME\` explains a command, the name of an error or a problem, or a key of a configuration;
\`supervise schema\` prints the JSON Schema. Every command takes \`--json\`, and \`supervise help --json\` lists them all with
their options.`;

/**
 * `docs/llms.txt`: the pages for programs that read, in the sections of the index, each with its headings. Links lead to
 * the pages beside it.
 */
export function llmsText(): string {
  const index = read("index.md");
  const [, summary] = /^# .+\n\n([^]+?)\n\n/.exec(index)!;
  const sections = index.split(/^## /m).slice(1).map((section) =>
    `## ${section.split("\n")[0]!}\n\n${pagesOf(section).map(line).join("\n")}`
  );
  const commands = [...VERBS, HELP_FACTS].map(({ name, summary }) => `- \`supervise ${name}\`: ${summary}`);
  return [
    "# supervise",
    `> ${summary!.replaceAll("\n", " ")}`,
    ADVICE.replaceAll("\n", " "),
    `## Commands\n\n${commands.join("\n")}`,
    ...sections,
  ].join("\n\n") + "\n";
}

/** The pages that a section of the index links to. */
function pagesOf(section: string): readonly string[] {
  return [...section.matchAll(/\]\(([\w/]+\.md)\)/g)].map(([, page]) => page!);
}

function line(page: string): string {
  const text = read(page).replace(/^```[^]*?^```$/gm, "");
  const [, title] = /^# (.+)$/m.exec(text)!;
  const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading!.replaceAll("`", ""));
  return `- [${title}](${page})${headings.length === 0 ? "" : `: ${headings.join("; ")}`}`;
}

function read(page: string): string {
  return readFileSync(new URL(page, DOCS), "utf8");
}
