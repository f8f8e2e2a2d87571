/** A log file for each copy of an actor, where the other tool has all copies write to one: `work.log` to `work-${replica}.log`. */
export function fileOfCopies(file: string): string {
  return file.includes("${replica}") ? file : file.replace(/(\.\w+)?$/, "-${replica}$1");
}
