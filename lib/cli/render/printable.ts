/** Characters that a terminal would act upon, or that would turn the direction of a line. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Most texts are plain, and the expression for all others takes long to make. */
const PLAIN = /^[ -~]*$/;

/** `text` with each character that does not print replaced by a sign for that. */
export function printable(text: string): string {
  return PLAIN.test(text) ? text : text.replace(UNPRINTABLE, "\ufffd");
}
