/**
 * The words of the processes of a run by sd_notify, at an address of its own. The kernel tells who may speak: its user,
 * the supervisor's, and root. None of them gains anything by a lie that it could not have by a signal.
 */
import { after } from "../../base/instant.ts";
import type { ActorSpec } from "../../config/plan.ts";
import type { Host } from "../../host/ports/host.ts";
import type { Notice, NoticeBox } from "../../host/ports/notices.ts";
import type { Told } from "../../supervision/run_word.ts";
import { readNotice } from "./sd_notify.ts";

/** A process that says that it works is heard so often within the time of its watchdog; more says no more. */
const ALIVE_SHARE = 8;

/** News of one kind is told so often. Of what comes between, the last is told: a flood costs no more. */
const PAUSE_MS = 50;

/** As many digits of a fingerprint as nobody meets by chance. */
const ADDRESS_DIGITS = 32;

/** Kinds of word that take the place of an earlier one. */
type Kind = Exclude<Told["is"], "ready" | "reloading" | "stopping"> | "doing";

/** The parts of a voice. */
export interface NotifyVoiceOptions {
  readonly host: Pick<Host, "notices" | "clock">;
  /** Where it is heard. */
  readonly address: string;
  /** The users who may speak. */
  readonly uids: ReadonlySet<number>;
  /** Null where nobody waits for it to say that it works. */
  readonly watchdogMs: number | null;
  /** Told what is news. That a process is the main one is yet to be proven. */
  readonly onTold: (told: Told) => void;
}

/** A run that may speak. */
export interface SpokenRun {
  readonly host: Pick<Host, "notices" | "clock" | "digest">;
  readonly spec: Pick<ActorSpec, "ready" | "health">;
  /** The mark of the run, which its address is made of: a later supervisor finds it again. */
  readonly marker: string;
  readonly uids: ReadonlySet<number>;
  readonly onTold: (told: Told) => void;
}

/** The voice of a run that is expected to speak; null for one that is not. */
export function voiceOf({ host, spec, marker, uids, onTold }: SpokenRun): NotifyVoice | null {
  const watchdogMs = spec.health?.watchdogMs ?? null;
  if (watchdogMs === null && spec.ready?.probe.type !== "notify") return null;
  const address = `@supervise/notify/${host.digest(marker).slice(0, ADDRESS_DIGITS)}`;
  return new NotifyVoice({ host, address, uids, watchdogMs, onTold });
}

/** See the module. */
export class NotifyVoice {
  readonly #options: NotifyVoiceOptions;
  #box: NoticeBox | null = null;
  #watchdogMs: number | null;
  #aliveAt = -Infinity;
  /** The last of each kind that says nothing new if it is said again. */
  readonly #said = new Map<Kind, string>();
  /** When news of each kind was told last. */
  readonly #toldAt = new Map<Kind, number>();
  /** Words that wait until their kind may be told again, in their order. */
  readonly #waiting = new Map<Kind, Told>();
  #stopWaiting: (() => void) | null = null;
  #hasToldReady = false;

  constructor(options: NotifyVoiceOptions) {
    this.#options = options;
    this.#watchdogMs = options.watchdogMs;
  }

  /** The variables that its processes find. */
  get variables(): Readonly<Record<string, string>> {
    const { address, watchdogMs } = this.#options;
    const watchdog = watchdogMs === null ? {} : { WATCHDOG_USEC: String(watchdogMs * 1_000) };
    return { NOTIFY_SOCKET: address, ...watchdog };
  }

  /** Listens from now on; false if that cannot be. */
  open(): boolean {
    const { host, address } = this.#options;
    this.#box = host.notices.open(address, (notice) => this.#hear(notice));
    return this.#box !== null;
  }

  /** Hears at once what has been said by now. */
  hearNow(): void {
    this.#box?.takeNow();
    this.#tellWaiting();
  }

  /** Idempotent. */
  close(): void {
    this.#box?.close();
    this.#box = null;
    this.#stopWaiting?.();
    this.#waiting.clear();
  }

  #hear({ text, sender }: Notice): void {
    if (!this.#options.uids.has(sender.uid)) return;
    for (const told of readNotice(text)) if (this.#isNews(told)) this.#tellInTime(told);
  }

  #tellInTime(told: Told): void {
    const kind = kindOf(told);
    const now = this.#options.host.clock.now();
    // It is ready once, and that must not be lost to what it is doing a moment later.
    const isFirstReady = told.is === "ready" && !this.#hasToldReady;
    const isSoon = now - (this.#toldAt.get(kind) ?? -Infinity) < PAUSE_MS;
    if (kind === "alive" || isFirstReady || !isSoon) return this.#tell(kind, told);
    // At the end, so that what came last is told last.
    this.#waiting.delete(kind);
    this.#waiting.set(kind, told);
    const { clock } = this.#options.host;
    this.#stopWaiting ??= clock.schedule(after(now, PAUSE_MS), () => this.#tellWaiting());
  }

  #tellWaiting(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = null;
    for (const [kind, told] of [...this.#waiting]) this.#tell(kind, told);
  }

  #tell(kind: Kind, told: Told): void {
    this.#waiting.delete(kind);
    this.#toldAt.set(kind, this.#options.host.clock.now());
    this.#hasToldReady ||= told.is === "ready";
    this.#options.onTold(told);
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
      case "main":
        return true;
      case "ready":
      case "reloading":
      case "stopping":
        return this.#isOther("doing", told.is);
      default:
        return this.#isOther(told.is, told.text);
    }
  }

  #isAliveAgain(): boolean {
    if (this.#watchdogMs === null) return false;
    const now = this.#options.host.clock.now();
    if (now - this.#aliveAt < Math.max(1, this.#watchdogMs / ALIVE_SHARE)) return false;
    this.#aliveAt = now;
    return true;
  }

  #isOther(kind: Kind, said: string): boolean {
    if (this.#said.get(kind) === said) return false;
    this.#said.set(kind, said);
    return true;
  }
}

function kindOf({ is }: Told): Kind {
  return is === "ready" || is === "reloading" || is === "stopping" ? "doing" : is;
}
