/**
 * How a side leaves a dialog that it has opened: it ends what goes on over there, waits for that, and weighs what went wrong.
 *
 * Invariants:
 * 1. A cancel over there is absorbed only if this side has asked for it, the other side itself says so, and it names this
 *    actor as the canceller. Everything else raises.
 * 2. No error is lost: one of each side are two. A cancel of the other side is none: an error that this side raises while it
 *    handles that one outranks it, as it outranks a `Cancelled`.
 */
import { CancelScope } from "../../scope/cancel_scope.ts";
import { Cancelled } from "../../scope/cancelled.ts";
import { ErrorGroup } from "../../scope/error_group.ts";
import { moveOnAfter } from "../../scope/timeouts.ts";
import type { Dialog, Final } from "./dialog.ts";
import { ActorTooSlow, TransportClosed } from "../errors.ts";

/** How a dialog is ended. */
export interface DialogOptions {
  /**
   * Milliseconds that the other side has to end its task after a cancel, before {@linkcode ActorTooSlow} is raised.
   *
   * @default {3_000}
   */
  readonly cancelTimeout?: number;
}

const CANCEL_TIMEOUT_MS = 3_000;

interface Leaving extends DialogOptions {
  /** Whether a cancel in the name of this side is what this side wants to see. */
  readonly isOwnCancel: boolean;
  /** Whether this side has asked for the end of the other one, and so has handled it. */
  readonly isHandled?: boolean;
  /** The errors that are left on this side. */
  readonly errors: readonly unknown[];
}

/** Ends the task over there, if it has not, and throws what is left of both sides. */
export async function leave(dialog: Dialog, why: string, leaving: Leaving): Promise<void> {
  const errors = [...leaving.errors];
  try {
    await endRemote(dialog, why, leaving);
  } catch (error) {
    errors.push(error);
  }
  const isHandled = leaving.isHandled === true && errors.length === leaving.errors.length;
  const rest = isHandled ? errors : conclude(dialog, leaving.isOwnCancel, errors);
  if (rest.length > 1) throw new ErrorGroup(rest);
  if (rest.length === 1) throw rest[0];
}

/** Cancels the task over there, and waits for its end whatever is cancelled here. @throws {ActorTooSlow} */
export async function endRemote(
  dialog: Dialog,
  reason: string | null,
  options: DialogOptions,
): Promise<void> {
  if (dialog.final !== null) return;
  const withinMs = options.cancelTimeout ?? CANCEL_TIMEOUT_MS;
  dialog.requestCancel(reason);
  const isOver = () => dialog.final !== null;
  await new CancelScope({ shield: true }).run(async () => {
    do {
      await dialog.until("end of an inspection", () => !dialog.isHeld || isOver());
      await moveOnAfter(withinMs, () => dialog.until("acknowledgement of a cancel", isOver));
      // An actor that is itself being ended has the time that its nursery gives it.
    } while (!isOver() && (dialog.isHeld || dialog.link.isBeingEnded));
  });
  if (dialog.final !== null) return;
  const { path } = dialog.link.peer;
  const error = new ActorTooSlow(
    `Actor "${path}" has not ended a task within ${withinMs} ms after it was cancelled`,
  );
  // Nobody is to wait for it once more.
  dialog.end({ how: "failed", error });
  throw error;
}

/** The errors that leave the context. */
function conclude(dialog: Dialog, isOwnCancel: boolean, local: readonly unknown[]): readonly unknown[] {
  const final = dialog.final;
  if (final === null || final.how === "returned") return local;
  const { error } = final;
  if (isOwnCancel && isCausedHere(final, dialog)) return local.flatMap((one) => without(one, error));
  // It was to end because this side was left with an error.
  if (local.length > 0 && hasEndedAsAsked(dialog)) return local;
  // Whether tasks of this side heard the error themselves, or were cancelled for it, is chance: it leaves the same way.
  const real = local.filter((one) => !(one instanceof Cancelled))
    .map((one) => without(one, error).length === 0 ? error : one);
  if (final.how === "cancelled" && real.length > 0) return real;
  return real.some((one) => holds(one, error)) ? real : [...real, error];
}

/** Whether it is over because this side has asked for that; an actor that had to be killed for it is over, too. */
export function hasEndedAsAsked(dialog: Dialog): boolean {
  const { final, cancelledAs } = dialog;
  if (final === null || cancelledAs === null) return false;
  return isCausedHere(final, dialog) || (final.how === "failed" && final.error instanceof TransportClosed);
}

/** Whether it was cancelled by this actor, or in the name of the one that cancels this actor itself. */
export function isCausedHere(final: Final, { cancelledAs, link }: Dialog): boolean {
  if (final.how !== "cancelled" || cancelledAs === null) return false;
  const id = final.error.canceller?.id;
  return id === cancelledAs.id || id === link.self.id;
}

function holds(error: unknown, part: unknown): boolean {
  return error === part || (error instanceof ErrorGroup && error.flatten().includes(part));
}

/** An error without one that may be in it. */
function without(error: unknown, part: unknown): readonly unknown[] {
  if (error === part) return [];
  if (!(error instanceof ErrorGroup)) return [error];
  const [, rest] = error.split((one) => one === part);
  return rest === null ? [] : [rest];
}
