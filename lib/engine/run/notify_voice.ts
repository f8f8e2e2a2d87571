/**
 * What the processes of a run say of it by sd_notify, at an address of its own. Who may speak is told by the kernel: its user,
 * the supervisor's, and root. None of them gains anything by a lie that it could not have by a signal.
 */
import type { Host } from "../../host/ports/host.ts";
import type { Notice, NoticeBox } from "../../host/ports/notices.ts";
import type { Told } from "../../supervision/told.ts";
import { readNotice } from "./sd_notify.ts";

/** A process that says that it works is heard so often within the time of its watchdog; more says no more. */
const ALIVE_SHARE = 8;

/** What a voice is made of. */
export interface NotifyVoiceOptions {
  readonly host: Pick<Host, "notices" | "clock">;
  /** Where it is heard. */
  readonly address: string;
  /** The users who may speak. */
  readonly uids: ReadonlySet<number>;
  /** Null where nobody waits for it to say that it works. */
  readonly watchdogMs: number | null;
  readonly onReady: () => void;
  readonly onTold: (told: Told) => void;
  /** One of its processes is to count as the main one. */
  readonly onMain: (pid: number) => void;
}

/** See the module. */
export class NotifyVoice {
  readonly #options: NotifyVoiceOptions;
  #box: NoticeBox | null = null;
  #watchdogMs: number | null;
  #aliveAt = -Infinity;
  /** The last of each kind that says nothing new if it is said again. */
  readonly #said = new Map<Told["is"], string>();

  constructor(options: NotifyVoiceOptions) {
    this.#options = options;
    this.#watchdogMs = options.watchdogMs;
  }

  /** Listens from now on; false if that cannot be. */
  open(): boolean {
    const { host, address } = this.#options;
    this.#box = host.notices.open(address, (notice) => this.#hear(notice));
    return this.#box !== null;
  }

  /** Idempotent. */
  close(): void {
    this.#box?.close();
    this.#box = null;
  }

  #hear({ text, sender }: Notice): void {
    const { uids, onReady, onMain } = this.#options;
    if (!uids.has(sender.uid)) return;
    for (const said of readNotice(text)) {
      if (said.is === "main") onMain(said.pid);
      else if (this.#isNews(said)) {
        this.#options.onTold(said);
        if (said.is === "ready") onReady();
      }
    }
  }

  #isNews(told: Told): boolean {
    switch (told.is) {
      case "alive":
        return this.#isAliveAgain();
      case "watchdog":
        this.#watchdogMs = told.ms;
        return true;
      case "extend":
      case "broken":
        return true;
      case "ready":
      case "reloading":
      case "stopping":
        return this.#isOther("ready", told.is);
      default:
        return this.#isOther(told.is, told.text);
    }
  }

  #isAliveAgain(): boolean {
    if (this.#watchdogMs === null) return false;
    const now = this.#options.host.clock.now();
    if (now - this.#aliveAt < this.#watchdogMs / ALIVE_SHARE) return false;
    this.#aliveAt = now;
    return true;
  }

  #isOther(kind: Told["is"], said: string): boolean {
    if (this.#said.get(kind) === said) return false;
    this.#said.set(kind, said);
    return true;
  }
}
