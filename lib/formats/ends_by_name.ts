/** Guesses from a name whether a process ends by itself, for tools that do not tell servers from tasks. */

const ENDS =
  /(?:^|[-_:. ])(?:migrat\w*|init|setup|seed|bootstrap|install|build|tests?|lint|format|fmt|deploy|generate|codegen|clean|check)(?:[-_:. ]|$)/i;

/** A process that looks for changes, or serves, goes on. */
const GOES_ON = /(?:^|[-_:. ])(?:watch(?:er)?|dev|serve[rd]?)(?:[-_:. ]|$)|--watch\b|\s-w(?:\s|$)/i;

/** Whether something of this name, with this command, most likely ends by itself. */
export function endsByName(name: string, command: string): boolean {
  return ENDS.test(name) && !GOES_ON.test(name) && !GOES_ON.test(command);
}
