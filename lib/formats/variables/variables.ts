/**
 * The variables in a file of another tool, whose values come from the environment of the shell and from a `.env` beside the
 * file. Ours come from the environment alone, so that a value of the `.env` becomes the default of its placeholder, unless it
 * looks like a secret: that stays where it is.
 */
import { parseEnvFile } from "../../config/text/dotenv.ts";
import { reject } from "../document/access.ts";
import type { KeyFindings } from "../document/key_findings.ts";
import { describeNode, type Node, type Placed } from "../document/node.ts";
import { literal } from "../literal.ts";
import { parseTemplate, type Part, type Variable } from "./template.ts";

const SECRET_NAME = /pass|pwd|secret|token|key|credential|private|salt|auth|dsn/i;
/** A user and a password in an address. */
const SECRET_VALUE = /:\/\/[^/\s:@]*:[^@\s]+@/;

/** The fate of a variable. */
type Use = "default" | "secret" | "evaluated" | "empty";

/** See the module. */
export class Variables {
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #dotenv: ReadonlyMap<string, string>;
  readonly #uses = new Map<string, { readonly use: Use; readonly at: Placed }>();

  /** @param dotenv The text of the `.env`; null if there is none. */
  constructor(environment: Readonly<Record<string, string | undefined>>, dotenv: string | null) {
    this.#environment = environment;
    this.#dotenv = dotenv === null ? new Map() : parseEnvFile(dotenv).variables;
  }

  /** Whether the `.env` sets it. */
  isInDotenv(name: string): boolean {
    return this.#dotenv.has(name);
  }

  /** A text with placeholders of ours. @throws {UserError} `import/not-readable` */
  text(node: Node, what: string): string {
    return this.#partsOf(node, what).map((part) => this.#placeholder(part, node)).join("");
  }

  /** A text with the values that its variables have now. @throws {UserError} `import/not-readable` */
  now(node: Node, what: string): string {
    return this.#evaluate(this.#partsOf(node, what));
  }

  /** The variable that a text is as a whole; null if it is none. */
  aloneIn(node: Node, what: string): string | null {
    const [first, ...more] = this.#partsOf(node, what);
    return more.length === 0 && typeof first === "object" && first.operator === "" ? first.name : null;
  }

  /** Tells of each variable that is not what it was. */
  tell(findings: KeyFindings): void {
    for (const [name, { use, at }] of this.#uses) {
      const key = `\${${name}}`;
      const set = `set ${name} in the shell before \`supervise up\`: \`set -a; . ./.env; set +a\``;
      switch (use) {
        case "default":
          findings.changed(at, key, `\${env:${name}:-...}`, "its value in .env is the default here", set);
          break;
        case "secret":
          findings.changed(
            at,
            key,
            `\${env:${name}}`,
            "its value stays in .env, as it looks like a secret",
            set,
          );
          break;
        case "evaluated":
          findings.changed(
            at,
            key,
            "the text that it makes now",
            "no placeholder here says the same",
            `edit the text where ${name} decides`,
          );
          break;
        case "empty":
          findings.changed(
            at,
            key,
            `\${env:${name}:-}`,
            "nothing sets it, so that it is empty unless the shell has one",
          );
      }
    }
  }

  #partsOf(node: Node, what: string): readonly Part[] {
    if (node.kind !== "scalar" || node.value === null) {
      return reject(node, `${what} is ${describeNode(node)}, and has to be a text`);
    }
    const parsed = parseTemplate(typeof node.value === "string" ? node.value : node.source);
    return "parts" in parsed ? parsed.parts : reject(node, `${what}: ${parsed.mistake}`);
  }

  #placeholder(part: Part, at: Placed): string {
    if (typeof part === "string") return literal(part);
    const { name, operator, operand } = part;
    if (operator === ":+" || operator === "+") return this.#asItIsNow(part, at);
    const inDotenv = this.#dotenv.get(name);
    if (inDotenv !== undefined && isSecret(name, inDotenv)) {
      this.#note(name, "secret", at);
      return `\${env:${name}}`;
    }
    if (inDotenv !== undefined) {
      this.#note(name, "default", at);
      return this.#withOperand(part, ":-", literal(inDotenv), at);
    }
    if (operator === "" && this.#environment[name] !== undefined) return `\${env:${name}}`;
    if (operator === "") {
      this.#note(name, "empty", at);
      return `\${env:${name}:-}`;
    }
    const inner = operand.map((inside) => this.#placeholder(inside, at)).join("");
    return this.#withOperand(part, operator.endsWith("?") ? ":?" : ":-", inner, at);
  }

  /** A brace in an operand would end the placeholder. */
  #withOperand(part: Variable, operator: ":-" | ":?", operand: string, at: Placed): string {
    const plain = operand.replace(/\$\{env:[^{}]*\}/g, "");
    if (/[{}]/.test(plain)) return this.#asItIsNow(part, at);
    return `\${env:${part.name}${operator}${operand}}`;
  }

  #asItIsNow(part: Variable, at: Placed): string {
    this.#note(part.name, "evaluated", at);
    return literal(this.#evaluate([part]));
  }

  #evaluate(parts: readonly Part[]): string {
    return parts.map((part) => typeof part === "string" ? part : this.#valueNow(part)).join("");
  }

  #valueNow({ name, operator, operand }: Variable): string {
    const value = this.#environment[name] ?? this.#dotenv.get(name);
    const isThere = value !== undefined && !(operator.startsWith(":") && value === "");
    if (operator.endsWith("+")) return isThere ? this.#evaluate(operand) : "";
    if (isThere) return value;
    return operator.endsWith("-") ? this.#evaluate(operand) : "";
  }

  #note(name: string, use: Use, at: Placed): void {
    if (!this.#uses.has(name)) this.#uses.set(name, { use, at });
  }
}

function isSecret(name: string, value: string): boolean {
  return SECRET_NAME.test(name) || SECRET_VALUE.test(value);
}
