/** A text as one word of a POSIX shell, in quotes. */
export function quotedForShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A text as one word of a POSIX shell, in quotes where it takes them. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : quotedForShell(text);
}

/** Words as a POSIX shell reads them. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}
