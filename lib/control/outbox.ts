/**
 * What waits to be sent on one connection. Putting something in never waits, so that a client that does not read cannot
 * hold the supervisor up; and what waits is bounded, because a follower that falls behind is told so instead.
 */
import type { Connection } from "../host/ports/sockets.ts";
import { Event } from "../sync/event.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import { encodeFrame } from "../wire/frames.ts";
import type { FollowItem, ReplyMessage } from "./protocol.ts";

/** How much may wait for a follower, and what a line takes of it beside its text: many short lines are much, too. */
const FOLLOWER_CHARS = 1_024 * 1_024;
const LINE_CHARS = 100;
/** How many answers may wait: a client that asks this much and reads nothing has gone astray. */
const MOST_REPLIES = 10_000;

/** See the module. */
export class Outbox {
  readonly #connection: Connection;
  readonly #replies: ReplyMessage[] = [];
  readonly #followers = new Set<Follower>();
  #work = new Event();
  #finished = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Sends an answer, ahead of anything that a follower is sent. */
  reply(message: ReplyMessage): void {
    if (this.#replies.length >= MOST_REPLIES) return this.#connection.close();
    this.#replies.push(message);
    this.#work.set();
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
      if (!await fromPromise(this.#connection.write(encodeFrame(message)))) return false;
    }
    return true;
  }

  #next(): ReplyMessage | null {
    const reply = this.#replies.shift();
    if (reply !== undefined) return reply;
    for (const follower of this.#followers) {
      const items = follower.take();
      if (items.length > 0) return { id: follower.id, items };
    }
    return null;
  }
}

/** The items that one follower is sent. Lines beyond the bound are left out, and a marker says which. */
export class Follower {
  readonly id: number;
  readonly #notify: () => void;
  readonly #close: () => void;
  #items: FollowItem[] = [];
  #chars = 0;
  #lastStamp = 0;
  #lag: { readonly after: number; upTo: number } | null = null;
  #taken = new Event();

  /** @internal */
  constructor(id: number, notify: () => void, close: () => void) {
    this.id = id;
    this.#notify = notify;
    this.#close = close;
  }

  push(item: FollowItem): void {
    if (item.kind === "line" && this.#leavesOut(item.line.at, item.line.text.length + LINE_CHARS)) return;
    this.#items.push(item);
    this.#notify();
  }

  /** Takes out what waits, with the marker of what was left out behind it. */
  take(): readonly FollowItem[] {
    const items = this.#items;
    if (this.#lag !== null) {
      items.push({ kind: "lagged", ...this.#lag });
      this.#lastStamp = this.#lag.upTo;
    }
    this.#items = [];
    this.#chars = 0;
    this.#lag = null;
    this.#taken.set();
    this.#taken = new Event();
    return items;
  }

  /** Waits until everything that waits is on its way, ahead of whatever is sent after it. */
  async drained(): Promise<void> {
    while (this.#items.length > 0 || this.#lag !== null) await this.#taken.wait();
  }

  close(): void {
    this.#close();
  }

  #leavesOut(stamp: number, chars: number): boolean {
    const hasRoom = this.#chars === 0 || this.#chars + chars <= FOLLOWER_CHARS;
    if (this.#lag === null && hasRoom) {
      this.#lastStamp = stamp;
      this.#chars += chars;
      return false;
    }
    this.#lag ??= { after: this.#lastStamp, upTo: stamp };
    this.#lag.upTo = stamp;
    return true;
  }
}
