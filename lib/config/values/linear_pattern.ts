/**
 * Regular expressions come from a file, and the lines that they meet from a program: one that tries every way to share a line
 * among its repetitions could keep a supervisor busy for hours. So they are matched in time that grows with the line and no
 * faster, for which they must do without what cannot be had so. PURE.
 */

/** A construct that cannot be had in linear time, and the cure. */
export interface NotLinear {
  /** As it stands in the pattern. */
  readonly construct: string;
  readonly what: string;
  readonly hint: string;
}

/** The most that a part may be repeated by a number. */
const MOST_REPEATS = 1_000;

const LOOKAROUND: readonly (readonly [string, string])[] = [
  ["(?<=", "looks back"],
  ["(?<!", "looks back"],
  ["(?=", "looks ahead"],
  ["(?!", "looks ahead"],
];

/** The first part of a pattern that cannot be matched in linear time; null if there is none. */
export function notLinearIn(pattern: string): NotLinear | null {
  let isInClass = false;
  for (let at = 0; at < pattern.length; at++) {
    const rest = pattern.slice(at, at + 24);
    if (rest[0] === "\\") {
      const reference = isInClass ? null : /^\\(?:[1-9]\d*|k<[^>]*>?)/.exec(rest);
      if (reference !== null) return backreference(reference[0]);
      at += 1;
    } else if (isInClass) isInClass = rest[0] !== "]";
    else if (rest[0] === "[") isInClass = true;
    else {
      const found = LOOKAROUND.find(([construct]) => rest.startsWith(construct));
      if (found !== undefined) return lookaround(...found);
      const repeat = /^\{(\d+)(?:,(\d*))?\}/.exec(rest);
      if (repeat !== null && Math.max(Number(repeat[1]), Number(repeat[2] ?? 0)) > MOST_REPEATS) {
        return tooManyRepeats(repeat[0]);
      }
    }
  }
  return null;
}

function lookaround(construct: string, what: string): NotLinear {
  return {
    construct,
    what,
    hint:
      "a line may go on before and behind what matches: say only what must be there, or let the program print a line of its own",
  };
}

function backreference(construct: string): NotLinear {
  return { construct, what: "refers back to a group", hint: "write out what may stand there again" };
}

function tooManyRepeats(construct: string): NotLinear {
  return {
    construct,
    what: `repeats a part more than ${MOST_REPEATS} times`,
    hint: "write + or *, or a smaller number",
  };
}
