/**
 * Lists in messages. Trees have thousands of actors, and a message that names all of them is read by nobody: it names some,
 * and says how many more there are. All of them are in the JSON of the same command.
 */
import { grouped } from "./counted.ts";

/** So many names are read in a message; the others are a number. */
const MOST_NAMES = 8;

/**
 * `a, b and 2,352 more`: names in a message, bounded.
 *
 * @param total How many there are, if `names` are only the first of them.
 */
export function nameSome(
  names: readonly string[],
  most: number = MOST_NAMES,
  total: number = names.length,
): string {
  // One more is no longer than the words that stand for it.
  if (total === names.length && total <= most + 1) return names.join(", ");
  const named = names.slice(0, most);
  return named.length === total
    ? named.join(", ")
    : `${named.join(", ")} and ${grouped(total - named.length)} more`;
}

/** Lines that say one thing of many, bounded as {@linkcode nameSome} bounds names. */
export function someLines(lines: readonly string[], most: number): readonly string[] {
  if (lines.length <= most + 1) return lines;
  return [...lines.slice(0, most), `and ${grouped(lines.length - most)} more; --json has them all`];
}
