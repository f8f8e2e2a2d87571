import type { ActorError } from "../supervision/actor_error.ts";

/** An error in one line. */
export function describeError({ type, message }: Pick<ActorError, "type" | "message">): string {
  const [first = ""] = message.split("\n");
  return first === "" ? type : `${type}: ${first}`;
}
