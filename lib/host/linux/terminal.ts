/** The terminal of our session, and which group of processes it listens to: the others may not read it, nor hear Ctrl-C. */
import { type Libc, LINUX } from "./libc.ts";

const STANDARD_INPUT = 0;
const SIGNAL_SET_BYTES = 128;

/** See the module. */
export class Terminal {
  readonly #libc: Libc;
  #isHandedOver = false;

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  /**
   * Lets a process that is being started have the terminal from before its program begins, so that it never finds itself
   * in the background.
   *
   * @returns False if standard input is no terminal that is ours to give, or the C library is too old; nothing is changed
   * then.
   */
  handOver(actions: Uint8Array): boolean {
    const { call, newest } = this.#libc;
    // A process in the background has no terminal to give.
    const isOurs = call.tcgetpgrp(STANDARD_INPUT) === call.getpgrp();
    if (newest === null || !isOurs) return false;
    newest.posix_spawn_file_actions_addtcsetpgrp_np(actions, STANDARD_INPUT);
    this.#isHandedOver = true;
    return true;
  }

  /** Whether somebody else has it from us. */
  get isHandedOver(): boolean {
    return this.#isHandedOver;
  }

  /** Hands it over again, if it is ours to give. */
  handBack(group: number): void {
    const { call } = this.#libc;
    this.#isHandedOver = true;
    if (call.tcgetpgrp(STANDARD_INPUT) === call.getpgrp()) call.tcsetpgrp(STANDARD_INPUT, group);
  }

  /** Takes the terminal back; nothing if it was not handed over. */
  takeBack(): void {
    if (!this.#isHandedOver) return;
    this.#isHandedOver = false;
    const { call } = this.#libc;
    // A process in the background is stopped for trying, unless the signal that does it is blocked.
    const blocked = new Uint8Array(SIGNAL_SET_BYTES);
    call.sigemptyset(blocked);
    call.sigaddset(blocked, LINUX.SIGTTOU);
    call.sigprocmask(LINUX.SIG_BLOCK, blocked, null);
    call.tcsetpgrp(STANDARD_INPUT, call.getpgrp());
    call.sigprocmask(LINUX.SIG_UNBLOCK, blocked, null);
  }
}
