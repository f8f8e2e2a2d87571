/**
 * The request of a service manager (systemd, or another supervise) in the environment of this program: to be told by
 * sd_notify how the program goes on.
 */
import type { Notices } from "../host/ports/notices.ts";
import type { Program } from "../host/ports/program.ts";

const US_PER_MS = 1_000;
/** How often it is told that all is well, within the time that it allows. */
const TELLINGS = 2;

/** See the module. */
export class ServiceManager {
  readonly #notices: Pick<Notices, "send">;
  readonly #address: string;
  /** How often it wants to hear that all is well; null if it does not. */
  readonly everyMs: number | null;

  private constructor(notices: Pick<Notices, "send">, address: string, everyMs: number | null) {
    this.#notices = notices;
    this.#address = address;
    this.everyMs = everyMs;
  }

  /** Null if nobody has asked. */
  static of(
    notices: Pick<Notices, "send">,
    { environment, pid }: Pick<Program, "environment" | "pid">,
  ): ServiceManager | null {
    const { NOTIFY_SOCKET: address = "", WATCHDOG_USEC: allowed = "", WATCHDOG_PID: watched } = environment;
    if (!/^[@/]./.test(address)) return null;
    const isWatched = /^[1-9]\d*$/.test(allowed) && (watched === undefined || watched === String(pid));
    const everyMs = isWatched ? Math.max(1, Number(allowed) / US_PER_MS / TELLINGS) : null;
    return new ServiceManager(notices, address, everyMs);
  }

  ready(status: string): void {
    this.#tell("READY=1", statusLine(status));
  }

  status(status: string): void {
    this.#tell(statusLine(status));
  }

  reloading(): void {
    this.#tell("RELOADING=1", statusLine("the file has changed"));
  }

  stopping(): void {
    this.#tell("STOPPING=1", statusLine("going down"));
  }

  alive(): void {
    this.#tell("WATCHDOG=1");
  }

  /** Nothing is done about lines that nobody hears: the manager has limits of its own. */
  #tell(...lines: readonly string[]): void {
    this.#notices.send(this.#address, lines.join("\n"));
  }
}

/** A status is one line. */
function statusLine(status: string): string {
  return `STATUS=${status.replace(/[\r\n]+/g, " ")}`;
}
