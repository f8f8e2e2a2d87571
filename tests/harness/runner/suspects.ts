/** How both runners begin what they print about a file. */
const HEADER = /^(?:running \d+ tests? from |Uncaught error from )?(?:\.\/)?(\S+_test\.ts)(?::| FAILED)?$/;
/** How both say that a test, or the file as a whole, has failed. */
const FAILURE = /^\(fail\) | FAILED(?: \(|$)|^# Unhandled error/;

/**
 * Tells from the output of a failed process which of its files may have failed: those with a failure, and those that the
 * output does not name, because their process has died before. Deno's report names no files.
 */
export function suspectsIn(output: string, files: readonly string[]): readonly string[] {
  const named = new Set<string>();
  const failed = new Set<string>();
  let current: string | null = null;
  for (const line of output.split("\n").map(withoutColour)) {
    const name = HEADER.exec(line)?.[1];
    const file = name === undefined ? undefined : files.find((file) => file.endsWith(name));
    if (file !== undefined) named.add(current = file);
    if (current !== null && FAILURE.test(line)) failed.add(current);
  }
  const suspects = files.filter((file) => failed.has(file) || !named.has(file));
  return suspects.length > 0 ? suspects : files;
}

function withoutColour(line: string): string {
  // deno-lint-ignore no-control-regex
  return line.replace(/\x1b\[[\d;]*m/g, "");
}
