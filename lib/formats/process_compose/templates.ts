/**
 * Texts of process-compose: variables of the environment, which it replaces when it reads the file, and templates of Go, of
 * which `{{.NAME}}` is all that most files have.
 */
import { textOf } from "../document/access.ts";
import type { KeyFindings } from "../document/key_findings.ts";
import type { Node } from "../document/node.ts";
import { literal } from "../literal.ts";
import type { Variables } from "../variables/variables.ts";

/** See the module. */
export interface Texts {
  readonly variables: Variables;
  /** Whether `$NAME` stays as it is. */
  readonly isPlain: boolean;
  /** Values by the names that templates have for them. */
  readonly vars: ReadonlyMap<string, string>;
  /** Whether templates stay as they are. */
  readonly isUntemplated: boolean;
  readonly findings: KeyFindings;
}

const TEMPLATE = /\{\{-?\s*(.*?)\s*-?\}\}/gs;

/** A text with placeholders of ours. @param key What the finding about a template calls it. */
export function textIn(node: Node, key: string, texts: Texts): string {
  const text = texts.isPlain ? literal(textOf(node, `\`${key}\``)) : texts.variables.text(node, `\`${key}\``);
  return untemplated(text, node, key, texts);
}

/** A text with the values that its variables have now, for places that take no placeholders. */
export function textNow(node: Node, key: string, texts: Texts): string {
  const text = texts.isPlain ? textOf(node, `\`${key}\``) : texts.variables.now(node, `\`${key}\``);
  return untemplated(text, node, key, texts);
}

/** A script for a shell, which replaces the variables itself: the same environment holds them. */
export function scriptIn(node: Node, key: string, texts: Texts): string {
  const written = textOf(node, `\`${key}\``);
  const script = texts.isPlain ? written : written.replaceAll("$$", "$");
  return untemplated(literal(script), node, key, texts).trim();
}

function untemplated(text: string, at: Node, key: string, { vars, isUntemplated, findings }: Texts): string {
  if (isUntemplated || !text.includes("{{")) return text;
  return text.replace(TEMPLATE, (template, inner: string) => {
    const [, name] = /^\.([A-Za-z_]\w*)$/.exec(inner) ?? [];
    if (name === "PC_REPLICA_NUM") {
      findings.changed(
        at,
        `${key} ${template}`,
        "${replica}",
        "numbers of replicas begin with 1, not with 0",
      );
      return "${replica}";
    }
    const value = name === undefined ? undefined : vars.get(name);
    if (value !== undefined) {
      findings.changed(at, `${key} ${template}`, "its value", "no templates are filled in");
      return literal(value);
    }
    const [, quoted] = /^"((?:[^"\\]|\\.)*)"$/.exec(inner) ?? /^`([^`]*)`$/.exec(inner) ?? [];
    if (quoted !== undefined) return quoted.replace(/\\(.)/g, "$1");
    findings.lost(at, `${key} ${template}`, "no templates are filled in", "write the text that it makes");
    return template;
  });
}

/** Whether a text of ours names the number of the replica. */
export function namesReplica(text: string): boolean {
  return text.includes("PC_REPLICA_NUM");
}
