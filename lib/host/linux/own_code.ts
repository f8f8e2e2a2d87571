/**
 * The code of this very program in memory. The kernel reads it from the file of the program where it is run, and sixteen pages
 * or more around that, so that a process that has started keeps some 30 MB of it, most of which it runs never again.
 */
import { tryRead, tryReadLink } from "./kernel_files.ts";
import { type Libc, LINUX } from "./libc.ts";

/** A part of memory. */
interface Range {
  readonly start: number;
  readonly bytes: number;
}

/**
 * Lets go of it: what is run again is read again, from the kernel's own copy of the file, in less than a millisecond in all.
 */
export function letGoOfOwnCode(libc: Libc): void {
  const program = tryReadLink("/proc/self/exe");
  if (program === null) return;
  for (const { start, bytes } of ownCode(tryRead("/proc/self/maps") ?? "", program)) {
    libc.call.madvise(start, bytes, LINUX.MADV_DONTNEED);
  }
}

/**
 * The parts of memory in which a program is as it is in its file, by the text of /proc/PID/maps: code, and the head of the
 * file. Memory that can be written to, or could be before it was read only, has to stay.
 */
export function ownCode(maps: string, program: string): readonly Range[] {
  return maps.split("\n").flatMap((line) => {
    const found = /^(\w+)-(\w+) (r--p|r-xp) (\w+) \S+ \d+ +(.*)$/.exec(line);
    if (found === null || found[5] !== program) return [];
    const [start, end, offset] = [found[1]!, found[2]!, found[4]!].map((digits) =>
      Number.parseInt(digits, 16)
    );
    if (found[3] === "r--p" && offset !== 0) return [];
    return [{ start: start!, bytes: end! - start! }];
  });
}
