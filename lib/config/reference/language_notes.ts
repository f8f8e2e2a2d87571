/** Notes that hold for all keys, as paragraphs with code in backquotes: the page and the manual begin with them. */
export const LANGUAGE_NOTES: readonly { readonly title: string; readonly paragraphs: readonly string[] }[] = [
  {
    title: "Values",
    paragraphs: [
      'A duration is a text with units: `"250ms"`, `"10s"`, `"5m"`, `"1h30m"`, `"1d"`. A size is one as well: `"10MB"` is ' +
      '10,000,000 bytes, `"10MiB"` 10,485,760. A signal is a name, with or without `SIG`, or a number.',
      'A command is a list of arguments, `["postgres", "-D", "data"]`, or a text that is split as a shell would split it, ' +
      '`"postgres -D data"`; no shell runs it. A path is relative to the folder of the file that names it.',
    ],
  },
  {
    title: "Placeholders",
    paragraphs: [
      "Every text may have them: `${env:NAME}` is a variable of the environment, `${env:NAME:-default}` has a default, " +
      "`${env:NAME:?message}` says what is missing. `${dir}` is the folder of the file, `${replica}` the number of the copy, " +
      "`${supervise}` the path of this program. `$${env:NAME}` is the text itself, and every other `$` stays as it is.",
    ],
  },
  {
    title: "Names",
    paragraphs: [
      "Actors and trees have names of letters, digits, `_` and `-`. The address of an actor is its path from the root: `api`, " +
      "`pool/queue`, and `api.2` for a replica. A name without a slash is looked up among the siblings, then outward; one with " +
      "a slash from the root. Selectors may be globs: `pool/*`, `api.*`, `**`.",
    ],
  },
];
