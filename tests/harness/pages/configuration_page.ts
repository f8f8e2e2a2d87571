import {
  demandOf,
  type KeyFacts,
  languageFacts,
  type TableFacts,
} from "../../../lib/config/reference/key_facts.ts";
import { LANGUAGE_NOTES } from "../../../lib/config/reference/language_notes.ts";
import { toldOnce, type ToldTable } from "../../../lib/config/reference/told_once.ts";

/** The reference of the configuration language, as Markdown. */
export function configurationPage(): string {
  return [
    ...LANGUAGE_NOTES.map(({ title, paragraphs }) => `## ${title}\n\n${paragraphs.join("\n\n")}`),
    ...toldOnce(languageFacts()).map(tablePart),
  ].join("\n\n");
}

function tablePart({ table, keys, before }: ToldTable): string {
  const demand = demandOf(table, code);
  return [
    `## ${titleOf(table)}`,
    ...(demand === null ? [] : [demand]),
    ...before.map(({ table, keys }) =>
      `The same as at ${table.header}: ${keys.map(({ name }) => code(name)).join(", ")}.`
    ),
    ...keys.map((key) => keyPart(isValue(table) ? `${table.name}.` : "", key)),
  ].join("\n\n");
}

/** Whether a table is the value of the key of its name. */
function isValue({ name, header }: TableFacts): boolean {
  return name === header;
}

function titleOf(table: TableFacts): string {
  if (isValue(table)) return `The table ${code(table.name)}`;
  return table.header.startsWith("[") ? code(table.header) : sentence(table.header);
}

function keyPart(stem: string, { name, type, byDefault, doc, example, isLater }: KeyFacts): string {
  // The keys of these tables are told below under such a heading.
  const linked = languageFacts().some((table) => isValue(table) && table.name === name)
    ? type.replace("a table", `[a table](#the-table-${name})`)
    : type;
  const takes = isLater
    ? "This version refuses it."
    : `Takes ${linked}${byDefault === null ? "" : `; \`${byDefault}\` by default`}.`;
  const shown = example === null ? "" : ` Example: \`${name} = ${example}\``;
  return `### \`${stem}${name}\`\n\n${doc} ${takes}${shown}`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function sentence(clause: string): string {
  return clause.charAt(0).toUpperCase() + clause.slice(1);
}
