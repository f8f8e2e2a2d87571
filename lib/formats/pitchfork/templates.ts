/** Templates of pitchfork, of which `{{ daemons.NAME.port }}` is what most files have. */
import { textOf } from "../document/access.ts";
import type { KeyFindings } from "../document/key_findings.ts";
import type { Node } from "../document/node.ts";
import { literal } from "../literal.ts";

/** The values that templates may name. */
export interface Templates {
  /** Ports of each daemon. */
  readonly ports: ReadonlyMap<string, readonly number[]>;
  readonly namespace: string | null;
}

const TEMPLATE = /\{\{\s*(.*?)\s*\}\}/gs;
const PORT = /^daemons(?:\.([\w-]+)|\[\s*["']([^"']+)["']\s*\])\.(?:port|ports\[(\d+)\])$/;

/** A text in which templates are what they stand for. @param key What the finding about one calls it. */
export function filledIn(node: Node, key: string, { ports }: Templates, findings: KeyFindings): string {
  const text = literal(textOf(node, `\`${key}\``));
  return text.replace(TEMPLATE, (template, inner: string) => {
    const [, bare, quoted, index = "0"] = PORT.exec(inner) ?? [];
    const port = ports.get(bare ?? quoted ?? "")?.[Number(index)];
    if (port === undefined) {
      findings.lost(node, `${key} ${template}`, "no templates are filled in", "write the text that it makes");
      return template;
    }
    findings.changed(node, `${key} ${template}`, String(port), "ports are as the file says");
    return String(port);
  });
}
