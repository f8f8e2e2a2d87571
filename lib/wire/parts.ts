/** Puts the parts of long payloads together again. */
import { concatBytes } from "../base/bytes.ts";
import { Kind, type Message } from "./message.ts";
import { type PayloadLimits, tooLong } from "./payload.ts";

interface Parts {
  readonly parts: Uint8Array[];
  length: number;
}

/** Parts of one connection that wait for the rest of their message. */
export class PartStore {
  readonly #limits: Pick<PayloadLimits, "maxBytes">;
  readonly #open = new Map<number, Parts>();

  constructor(limits: Pick<PayloadLimits, "maxBytes">) {
    this.#limits = limits;
  }

  /** Keeps a part. @throws {PayloadError} If the payload is too long; what came of it is forgotten. */
  add({ dialog, payload }: Message): void {
    const open = this.#open.get(dialog) ?? { parts: [], length: 0 };
    open.parts.push(payload ?? new Uint8Array(0));
    open.length += payload?.length ?? 0;
    this.#open.set(dialog, open);
    if (open.length <= this.#limits.maxBytes) return;
    this.#open.delete(dialog);
    throw tooLong(open.length, this.#limits);
  }

  /** The message with its whole payload. Urgent kinds never have parts, and leave those of others alone. */
  complete(message: Message): Message {
    if (this.#open.size === 0 || message.kind === Kind.cancel || message.kind === Kind.credit) return message;
    const open = this.#open.get(message.dialog);
    if (open === undefined) return message;
    this.#open.delete(message.dialog);
    return { ...message, payload: concatBytes([...open.parts, message.payload ?? new Uint8Array(0)]) };
  }

  /** Forgets what came for a dialog that is over. */
  drop(dialog: number): void {
    this.#open.delete(dialog);
  }
}
