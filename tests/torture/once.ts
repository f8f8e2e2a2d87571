/** How actors notice that an earlier run of theirs has a process yet: as long as one lives, a lock is held. */

/** The file of a sandbox that traps write themselves into. */
export const TRAPS = "traps";

/** The file that names whoever was started beside an earlier run. */
export const TWICE = `${TRAPS}.twice`;

/** What `flock` says of a lock that is taken, and of nothing else that may happen to it. */
const TAKEN = 99;

/** How the shell of an actor begins, so that it and all that it starts hold the lock of its name. */
export function once(name: string): string {
  return `exec 9>>${name}.lock; flock -n -E ${TAKEN} 9; [ $? != ${TAKEN} ] || echo ${name} >>${TWICE};`;
}
