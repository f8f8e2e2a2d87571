/** Where a tree keeps what outlives it: its logs and its journal. */

/** The log of an actor. */
export function logFileOf(folder: string, path: string): string {
  return `${logFolderOf(folder)}/${path}.log`;
}

/** Where an actor has logged beside that folder. */
export function logPlacesOf(folder: string, path: string): string {
  return `${logFileOf(folder, path)}.places`;
}

/** The journal of decisions. */
export function journalFileOf(folder: string): string {
  return `${folder}/journal.jsonl`;
}

/** When actors that make up for what they miss are to run next. */
export function datesFileOf(folder: string): string {
  return `${folder}/dates.json`;
}

/** Where the logs of all actors are. */
export function logFolderOf(folder: string): string {
  return `${folder}/logs`;
}
