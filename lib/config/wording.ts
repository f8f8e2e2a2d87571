/** How problems quote and list what stands in a file. */

const LONGEST_QUOTE = 60;

/** `text` in double quotes, shortened if it is long, with nothing in it that a terminal would act on. */
export function quote(text: string): string {
  const characters = [...text.slice(0, 2 * LONGEST_QUOTE + 2)];
  const isLong = characters.length > LONGEST_QUOTE;
  return JSON.stringify(isLong ? `${characters.slice(0, LONGEST_QUOTE).join("")}...` : text);
}

/** `a, b or c`. */
export function anyOf(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** `, did you mean "command"?`, or nothing. */
export function didYouMean(name: string | null): string {
  return name === null ? "" : `, did you mean ${quote(name)}?`;
}
