/**
 * Messages that wait to be sent on one connection. Putting something in never waits, so that a client that does not read cannot
 * hold the supervisor up; and their number is bounded, because a follower that falls behind is told so instead.
 */
import type { Connection } from "../host/ports/sockets.ts";
import { Event } from "../sync/event.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import { encodeFrame } from "../wire/frames.ts";
import type { FollowItem, ReplyMessage } from "./protocol.ts";

/** How much text of lines, and of entries, may wait for a follower. It is sent as one frame. */
const FOLLOWER_CHARS = 1_024 * 1_024;
/** The size that an item without any text counts for. */
const ITEM_CHARS = 64;
/** How many answers may wait: a client that asks this much and reads nothing has gone astray. */
const MOST_REPLIES = 10_000;
/** With so many waiting nothing more is done for the client: an answer may be as large as the tree. */
const ENOUGH_REPLIES = 16;

/** The items that followers are told. */
type Told = Extract<FollowItem, { readonly kind: "line" | "entry" }>;
type Lagged = Extract<FollowItem, { readonly kind: "lagged" }>;

/** See the module. */
export class Outbox {
  readonly #connection: Connection;
  readonly #recorded: () => Promise<unknown>;
  readonly #replies: ReplyMessage[] = [];
  readonly #followers = new Set<Follower>();
  #work = new Event();
  #sent = new Event();
  #finished = false;

  /** @param recorded Resolves when everything that followers were told of until now is in the files. */
  constructor(connection: Connection, recorded: () => Promise<unknown> = async () => {}) {
    this.#connection = connection;
    this.#recorded = recorded;
  }

  /** Sends an answer, ahead of anything that a follower is sent. */
  reply(message: ReplyMessage): void {
    if (this.#replies.length >= MOST_REPLIES) return this.#connection.close();
    this.#replies.push(message);
    this.#work.set();
  }

  /** Waits until few answers wait to be sent. */
  async room(): Promise<void> {
    while (this.#replies.length >= ENOUGH_REPLIES) {
      this.#sent = new Event();
      await this.#sent.wait();
    }
  }

  /** Opens what a follower is sent under the number of its request. */
  follow(id: number): Follower {
    const follower = new Follower(id, () => this.#work.set(), () => this.#followers.delete(follower));
    this.#followers.add(follower);
    return follower;
  }

  /** Sends what comes, until `finish`, a cancel, or the other side is gone. */
  async run(): Promise<void> {
    while (true) {
      await this.#work.wait();
      const isLast = this.#finished;
      if (!isLast) this.#work = new Event();
      if (!await this.#sendAll() || isLast) return;
    }
  }

  /** Lets `run` end when everything is sent. */
  finish(): void {
    this.#finished = true;
    this.#work.set();
  }

  /** Sends what waits now; false if the other side is gone. */
  async #sendAll(): Promise<boolean> {
    for (let message = this.#next(); message !== null; message = this.#next()) {
      // A follower that is told of a gap goes on to read the files.
      if (hasGap(message)) await fromPromise(this.#recorded());
      if (!await fromPromise(this.#connection.write(encodeFrame(message)))) return false;
    }
    return true;
  }

  #next(): ReplyMessage | null {
    const reply = this.#replies.shift();
    if (reply !== undefined) {
      this.#sent.set();
      return reply;
    }
    for (const follower of this.#followers) {
      const items = follower.take();
      if (items.length > 0) return { id: follower.id, items };
    }
    return null;
  }
}

function hasGap(message: ReplyMessage): boolean {
  return "items" in message && (message.items as readonly FollowItem[]).some(({ kind }) => kind === "lagged");
}

/** The items that one follower is sent. Items beyond the bound are left out, and a marker says which. */
export class Follower {
  readonly id: number;
  readonly #notify: () => void;
  readonly #close: () => void;
  #items: FollowItem[] = [];
  readonly #lines = new Lane("lines");
  readonly #entries = new Lane("entries");
  #taken = new Event();

  /** @internal */
  constructor(id: number, notify: () => void, close: () => void) {
    this.id = id;
    this.#notify = notify;
    this.#close = close;
  }

  push(item: Told): void {
    const fits = item.kind === "line"
      ? this.#lines.admit(item.line.at, item.line.path.length + item.line.text.length)
      : this.#entries.admit(item.entry.seq, JSON.stringify(item.entry).length);
    if (fits) this.#items.push(item);
    this.#notify();
  }

  /** Takes out what waits, with the markers of what was left out behind it. */
  take(): readonly FollowItem[] {
    const items = [...this.#items, ...this.#lines.clear(), ...this.#entries.clear()];
    this.#items = [];
    this.#taken.set();
    this.#taken = new Event();
    return items;
  }

  /** Waits until everything that waits is on its way, ahead of whatever is sent after it. */
  async drained(): Promise<void> {
    while (this.#items.length > 0 || this.#lines.isLagging || this.#entries.isLagging) {
      await this.#taken.wait();
    }
  }

  close(): void {
    this.#close();
  }
}

/** How much of one kind waits for a follower, and which of it was left out. */
class Lane {
  readonly #of: Lagged["of"];
  #chars = 0;
  #last = 0;
  #lag: { readonly after: number; upTo: number; count: number } | null = null;

  constructor(of: Lagged["of"]) {
    this.#of = of;
  }

  get isLagging(): boolean {
    return this.#lag !== null;
  }

  /** Whether there is room for the item with this number. After one that is left out all others are. */
  admit(number: number, chars: number): boolean {
    const cost = ITEM_CHARS + chars;
    if (this.#lag === null && this.#chars + cost <= FOLLOWER_CHARS) {
      this.#last = number;
      this.#chars += cost;
      return true;
    }
    this.#lag ??= { after: this.#last, upTo: number, count: 0 };
    this.#lag.upTo = number;
    this.#lag.count += 1;
    return false;
  }

  /** Makes room again; gives the marker of what was left out, if anything was. */
  clear(): readonly Lagged[] {
    this.#chars = 0;
    if (this.#lag === null) return [];
    const marker: Lagged = { kind: "lagged", of: this.#of, ...this.#lag };
    this.#last = this.#lag.upTo;
    this.#lag = null;
    return [marker];
  }
}
