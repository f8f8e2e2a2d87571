/** Text for manual pages, in the macros of man(7), which every formatter reads. PURE. */

/** Shorter than formatters care about, because a line of source may break anywhere. */
const COLUMNS = 72;

/** Characters that a formatter prints otherwise than they are typed. */
const CHARACTERS: Readonly<Record<string, string>> = {
  "\\": "\\e",
  "-": "\\-",
  "'": "\\(aq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
};

/** A text that is printed as it is typed: code. */
export function literal(text: string): string {
  return atLineStart(text.replace(/[\\\-'`^~]/g, (character) => CHARACTERS[character]!));
}

/** A sentence, with code in backquotes in bold. */
export function prose(text: string): string {
  const parts = text.split("`").map((part, index) =>
    index % 2 === 1 ? `\\fB${literal(part)}\\fR` : part.replace(/[\\^~]/g, (one) => CHARACTERS[one]!)
  );
  return filled(parts.join(""));
}

/** Code as the argument of a macro. */
export function argument(text: string): string {
  return `"${literal(text).replaceAll('"', "\\(dq")}"`;
}

/** Lines of code as they stand. */
export function example(lines: readonly string[]): readonly string[] {
  return [".PP", ".in +4n", ".nf", ...lines.map(literal), ".fi", ".in"];
}

/** A term, and what there is to say of it. */
export function tagged(term: string, texts: readonly string[]): readonly string[] {
  const [first = "", ...more] = texts;
  return [".TP", `\\fB${literal(term)}\\fR`, prose(first), ...more.flatMap((text) => [".br", prose(text)])];
}

/** Breaks a text into lines of source. */
function filled(text: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length >= COLUMNS) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map(atLineStart).join("\n");
}

/** A line that begins with one of these would be a request. */
function atLineStart(line: string): string {
  return /^[.']/.test(line) ? `\\&${line}` : line;
}
