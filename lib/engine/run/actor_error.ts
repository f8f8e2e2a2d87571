import type { ActorError } from "../../supervision/actor_error.ts";
import type { ErrorBox } from "../../wire/error_box.ts";

/** How much is kept of an error: the journal has it, and every status that is asked for. */
const MOST_MESSAGE_CHARS = 4_096;
const MOST_STACK_CHARS = 16_384;
const MOST_LEVELS = 4;
const MOST_PARTS = 8;

/** The error that an actor has told of, as it is kept. */
export function actorErrorOf(box: ErrorBox, level = 0): ActorError {
  const isDeep = level >= MOST_LEVELS;
  const parts = box.errors?.slice(0, MOST_PARTS).map((part) => actorErrorOf(part, level + 1));
  return {
    type: cut(box.type, MOST_MESSAGE_CHARS),
    message: cut(box.message, MOST_MESSAGE_CHARS),
    stack: box.stack === null ? null : cut(box.stack, MOST_STACK_CHARS),
    path: box.path.slice(0, MOST_PARTS),
    cause: box.cause === null || isDeep ? null : actorErrorOf(box.cause, level + 1),
    errors: isDeep ? null : parts ?? null,
  };
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}...`;
}
