/** Shrinks a script that fails to a short one that fails for the same reason: always to the same one. PURE. */
import type { ScriptLine } from "../script.ts";
import { mergedLine, simplerLines } from "./simplify_line.ts";

/** A script, or a part of one. */
type Script = readonly ScriptLine[];

/** How many scripts are tried at most: each costs a simulation. */
const MOST_TRIES = 2_000;

/**
 * Shrinks it: lines are left out first, in halves, quarters and so on, down to one by one; those that are left are merged;
 * then values become simpler, and lines are left out again that this makes needless.
 *
 * @param fails Whether a script still fails for the same reason.
 */
export function shrink(script: Script, fails: (script: Script) => boolean): Script {
  let left = MOST_TRIES;
  const tries = (candidate: Script) => left-- > 0 && fails(candidate);
  let shrunk = script;
  for (let before: Script | null = null; before !== shrunk && left > 0;) {
    before = shrunk;
    shrunk = withMergedLines(withFewerLines(shrunk, tries), tries);
    shrunk = withSimplerLines(oneLine(shrunk, tries) ?? shrunk, tries);
  }
  return shrunk;
}

/** Delta debugging, of complements: what is left out grows smaller as nothing more can be. */
function withFewerLines(script: Script, fails: (script: Script) => boolean): Script {
  let kept = script;
  for (let size = Math.ceil(kept.length / 2); size >= 1 && kept.length > 0;) {
    const at = starts(kept.length, size).find((from) => fails(without(kept, from, size)));
    if (at === undefined) size = size === 1 ? 0 : Math.ceil(size / 2);
    else {
      kept = without(kept, at, size);
      size = Math.min(size, Math.ceil(kept.length / 2));
    }
  }
  return pairless(kept, fails);
}

/** Lines that make sense together alone, as a stop and the start after it, are left out together. */
function pairless(script: Script, fails: (script: Script) => boolean): Script {
  for (const [first] of script.entries()) {
    for (let second = first + 1; second < script.length; second += 1) {
      const candidate = script.filter((_line, index) => index !== first && index !== second);
      if (fails(candidate)) return pairless(candidate, fails);
    }
  }
  return script;
}

function withMergedLines(script: Script, fails: (script: Script) => boolean): Script {
  for (const [first, one] of script.entries()) {
    for (let second = first + 1; second < script.length; second += 1) {
      const merged = mergedLine(one, script[second]!);
      if (merged === null) continue;
      const candidate = script.with(first, merged).toSpliced(second, 1);
      if (fails(candidate)) return withMergedLines(candidate, fails);
    }
  }
  return script;
}

/** One line of several may do by itself, only not with the values that it has beside the others. */
function oneLine(script: Script, fails: (script: Script) => boolean): Script | null {
  if (script.length < 2) return null;
  const lonely = script.flatMap(simplerLines).find((line) => fails([line]));
  return lonely === undefined ? null : [lonely];
}

function withSimplerLines(script: Script, fails: (script: Script) => boolean): Script {
  let simple = script;
  for (const index of script.keys()) {
    for (let isDone = false; !isDone;) {
      const simpler = simplerLines(simple[index]!).map((line) => simple.with(index, line)).find(fails);
      isDone = simpler === undefined;
      simple = simpler ?? simple;
    }
  }
  return simple;
}

function starts(length: number, size: number): readonly number[] {
  return Array.from({ length: Math.ceil(length / size) }, (_, index) => index * size);
}

function without(script: Script, from: number, count: number): Script {
  return [...script.slice(0, from), ...script.slice(from + count)];
}
