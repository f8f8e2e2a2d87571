/** So many names are read in a message; the others are a number. */
const MOST_NAMES = 8;

/** `a, b and 2,352 more`: names in a message, bounded. */
export function nameSome(names: readonly string[], most: number = MOST_NAMES): string {
  // One more is no longer than the words that stand for it.
  if (names.length <= most + 1) return names.join(", ");
  return `${names.slice(0, most).join(", ")} and ${(names.length - most).toLocaleString("en")} more`;
}
