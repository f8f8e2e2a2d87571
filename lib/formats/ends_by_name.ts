/** What a name says of how long something runs, for tools that do not tell what serves from what ends. */

const ENDS =
  /(?:^|[-_:. ])(?:migrat\w*|init|setup|seed|bootstrap|install|build|tests?|lint|format|fmt|deploy|generate|codegen|clean|check)(?:[-_:. ]|$)/i;

/** What looks for changes goes on. */
const GOES_ON = /(?:^|[-_:. ])(?:watch(?:er)?|dev|serve[rd]?)(?:[-_:. ]|$)|--watch\b|\s-w(?:\s|$)/i;

/** Whether something of this name, with this command, most likely ends by itself. */
export function endsByName(name: string, command: string): boolean {
  return ENDS.test(name) && !GOES_ON.test(name) && !GOES_ON.test(command);
}
