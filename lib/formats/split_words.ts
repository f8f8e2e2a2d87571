import { splitCommand } from "../config/text/split_command.ts";
import { quote } from "../config/wording.ts";
import { notReadable } from "./not_readable.ts";

/**
 * A command in words, as a shell splits one and most tools do.
 *
 * @throws {UserError} `import/not-readable` if a quote is not closed, or there is no word
 */
export function splitWords(text: string, file: string, line: number | null): readonly string[] {
  const { words, unbalanced } = splitCommand([{ text, index: 0, isLiteral: true }]);
  if (unbalanced !== null) {
    throw notReadable(
      file,
      line,
      `${quote(text)} has a ${unbalanced.text} without its partner`,
      "close the quote",
    );
  }
  if (words.length === 0) throw notReadable(file, line, "the command is empty", "write the program to run");
  return words.map((word) => word.text);
}
