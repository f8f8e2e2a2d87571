import { readableFrames } from "../../base/readable_frames.ts";
import type { ActorError } from "../../supervision/actor_error.ts";

/** An error of an actor with everything behind it: a line for each frame, its parts and its causes indented below. */
export function errorLines(error: ActorError): readonly string[] {
  const { type, message } = error;
  const head = message === "" ? type : `${type}: ${message}`;
  const parts = (error.errors ?? []).flatMap((part) => labelled("with", part));
  const cause = error.cause === null ? [] : labelled("caused by", error.cause);
  return [...head.split("\n"), ...readableFrames(error.stack), ...parts, ...cause];
}

function labelled(label: string, error: ActorError): readonly string[] {
  const [first, ...others] = errorLines(error);
  return [`${label}: ${first!}`, ...others.map((line) => `  ${line}`)];
}
