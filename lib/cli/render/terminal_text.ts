/**
 * Text that strangers have written, on its way to a terminal. A terminal obeys what it is shown: a title, the clipboard, a
 * question whose answer is typed into the shell. Colours alone pass, and none of them lasts beyond its line.
 */

/** How many characters the numbers of a colour may take: no real one needs as many. */
const LONGEST_COLOUR = 64;

/** Sets colours and styles: `ESC [ 1 ; 31 m`. Letters such as `>` before the numbers would make it something else. */
const COLOUR = String.raw`\x1b\[[\d;:]{0,${LONGEST_COLOUR}}m`;

/** Sequences that a terminal acts upon and does not show: what carries a text as far as that has an end in its line. */
const SEQUENCE = [
  String.raw`\x1b[\]PX^_][^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)`,
  String.raw`\x1b\[[0-?]*[ -/]*[@-~]`,
  String.raw`\x1b[ -/]*[0-~]`,
].join("|");

/** Controls that stand alone, C1 included, and halves of characters. */
const CONTROL = String.raw`[\x00-\x08\x0b-\x1f\x7f-\x9f]|\p{Cs}`;

/** Stands for what does not print. */
const SIGN = "\ufffd";

const NEEDS_CARE = new RegExp(CONTROL, "u");
const ACTED_UPON = new RegExp(`(${COLOUR})|${SEQUENCE}|(\\r+|${CONTROL})`, "gu");
const COLOURS = new RegExp(COLOUR, "gu");
// deno-lint-ignore no-control-regex
const RESET = /^\x1b\[0*m$/;

/** `text` for a terminal: only its colours pass, if `colours`, and each line ends with a reset if it has set any. */
export function harmless(text: string, colours: boolean): string {
  if (!NEEDS_CARE.test(text)) return text;
  const clean = text.replace(ACTED_UPON, (found: string, colour?: string, control?: string, at = 0) => {
    if (control === undefined) return colours ? colour ?? "" : "";
    const after = text[at + found.length] ?? "\n";
    // Carriage returns before the end of a line say nothing.
    return control.startsWith("\r") && after === "\n" ? "" : SIGN.repeat(control.length);
  });
  return colours ? clean.split("\n").map(closed).join("\n") : clean;
}

/** JSON for a terminal: the same value, with the controls escaped that JSON would let stand as they are. */
export function harmlessJson(json: string): string {
  return json.replace(
    /[\x7f-\x9f]/g,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function closed(line: string): string {
  const last = line.match(COLOURS)?.at(-1);
  return last === undefined || RESET.test(last) ? line : `${line}\x1b[0m`;
}
