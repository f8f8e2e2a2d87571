/** What a terminal would act upon, or what would turn the direction of a line. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** `text` with each character that does not print replaced by a sign for that. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, "\ufffd");
}
