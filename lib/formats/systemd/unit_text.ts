/** A unit of systemd, and how values stand in it. */

/** The sections in the order in which they are written. */
const SECTIONS = ["Unit", "Service", "Socket", "Timer", "Install"] as const;

/** Name of a section. */
export type Section = (typeof SECTIONS)[number];

/** See the module. */
export class Unit {
  readonly #lines = new Map<Section, string[]>();

  /** Adds a line; returns it for a report. A key may stand several times. */
  add(section: Section, key: string, value: string): string {
    const line = `${key}=${value}`;
    this.#lines.set(section, [...this.#lines.get(section) ?? [], line]);
    return line;
  }

  /** Whether a key stands in any section. */
  isGiven(key: string): boolean {
    return [...this.#lines.values()].flat().some((line) => line.startsWith(`${key}=`));
  }

  has(section: Section): boolean {
    return this.#lines.has(section);
  }

  /** @param comments What is said at the top, a line each. */
  text(comments: readonly string[] = []): string {
    const sections = SECTIONS.flatMap((section) => {
      const lines = this.#lines.get(section);
      return lines === undefined ? [] : [[`[${section}]`, ...lines].join("\n")];
    });
    return `${
      [comments.map((line) => `# ${line}`).join("\n"), ...sections].filter((part) => part !== "").join("\n\n")
    }\n`;
  }
}

/** A value that systemd takes as it is: nothing in it is a specifier. */
export function plainValue(text: string): string {
  return text.replaceAll("%", "%%");
}

/** Words of a command: nothing in them is a specifier or a variable. */
export function commandLine(words: readonly string[]): string {
  const [program = "", ...args] = words;
  return [quotedWord(program), ...args.map((word) => quotedWord(word).replaceAll("$", "$$$$"))].join(" ");
}

/** A word in quotes, if it needs them. */
export function quotedWord(word: string): string {
  if (/^[A-Za-z0-9_@+=:,./-]+$/.test(word)) return word;
  // deno-lint-ignore no-control-regex
  const escaped = word.replace(/[\\"]/g, "\\$&").replace(/[\u0001-\u001f\u007f]/g, escapedControl);
  return `"${plainValue(escaped)}"`;
}

function escapedControl(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\t") return "\\t";
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

/** A time in the words of systemd: `1500` is `1500ms`, `90000` is `90s`. */
export function timeSpan(ms: number): string {
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}
