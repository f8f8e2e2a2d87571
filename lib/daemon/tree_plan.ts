/**
 * The plan of a tree. The client that starts a tree has compiled its file already, and hands the result on to the
 * supervisor, which has inherited the other end of the client's pipe: nobody else can have written to it.
 */
import { deepFreeze } from "../base/deep_freeze.ts";
import type { LoadedPlan } from "../control/apply_file.ts";
import type { Plan } from "../config/plan.ts";
import type { Found } from "./found.ts";
import { decodeFound, type EncodedFound, encodeFound } from "./found_codec.ts";

/** A plan, and what it was made of. */
export interface TreePlan extends LoadedPlan {
  /** The findings on the disk for it. */
  readonly found: Found;
}

/** One that is valid. */
export interface SoundTreePlan extends TreePlan {
  readonly plan: Plan;
}

/** Ends a plan that is handed on: without it the writer has not come to the end. */
const END = "\n";

/** As one line of text. */
export function encodeTreePlan({ plan, problems, texts, scaled, variables, found }: SoundTreePlan): string {
  const looks = encodeFound(found);
  return JSON.stringify({ plan, problems, texts: [...texts], scaled, variables: [...variables], looks }) +
    END;
}

/** The same again; null if `text` is not all of it. */
export function decodeTreePlan(text: string): SoundTreePlan | null {
  if (!text.endsWith(END)) return null;
  const { plan, problems, texts, scaled, variables, looks } = JSON.parse(text) as Encoded;
  return {
    plan: deepFreeze(plan),
    problems,
    texts: new Map(texts),
    scaled,
    variables: new Map(variables),
    found: decodeFound(looks),
  };
}

interface Encoded extends Pick<SoundTreePlan, "plan" | "problems" | "scaled"> {
  readonly texts: readonly (readonly [string, string])[];
  readonly variables: readonly (readonly [string, string | null])[];
  readonly looks: EncodedFound;
}
