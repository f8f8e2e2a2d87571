/** Texts of HCL out of plain data: attributes, and blocks with labels. */

/** A value of an attribute. */
export type HclValue = string | number | boolean | readonly HclValue[] | Reference | {
  readonly [key: string]: HclValue;
};

/** An expression that stands as it is. */
export class Reference {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A block: `job "shop" { ... }`. */
export interface Block {
  readonly type: string;
  readonly labels: readonly string[];
  readonly attributes: Readonly<Record<string, HclValue>>;
  readonly blocks: readonly Block[];
}

/** The text of blocks, one below the other. */
export function writeHcl(blocks: readonly Block[]): string {
  return blocks.map((block) => `${linesOf(block, "").join("\n")}\n`).join("\n");
}

function linesOf({ type, labels, attributes, blocks }: Block, indent: string): readonly string[] {
  const deeper = `${indent}  `;
  const head = [type, ...labels.map((label) => JSON.stringify(label))].join(" ");
  return [
    `${indent}${head} {`,
    ...Object.entries(attributes).map(([name, value]) => `${deeper}${name} = ${valueText(value)}`),
    ...blocks.flatMap((block) => linesOf(block, deeper)),
    `${indent}}`,
  ];
}

function valueText(value: HclValue): string {
  if (value instanceof Reference) return value.text;
  if (typeof value === "string") return literal(value);
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `[${value.map(valueText).join(", ")}]`;
  const entries = Object.entries(value as { readonly [key: string]: HclValue });
  return `{ ${entries.map(([key, item]) => `${JSON.stringify(key)} = ${valueText(item)}`).join(", ")} }`;
}

/** Nothing in it is an expression. */
function literal(text: string): string {
  // Both have words of their own for what HCL has by number alone.
  const rare: Readonly<Record<string, string>> = { b: "\\u0008", f: "\\u000c" };
  return JSON.stringify(text.toWellFormed())
    .replace(/[$%](?=\{)/g, "$&$&")
    .replace(/\\(.)/g, (found, letter: string) => rare[letter] ?? found);
}
