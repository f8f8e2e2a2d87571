/** Holds the crashes of one actor that is being debugged, until somebody lets them go. */
import type { Program } from "../../host/ports/program.ts";
import { messageOf } from "../../base/user_error.ts";
import { CancelScope } from "../../scope/cancel_scope.ts";
import { Cancelled } from "../../scope/cancelled.ts";
import { reportError } from "../../scope/error_report.ts";
import type { ActorRuntime } from "../runtime.ts";

/** See the module. */
export class CrashHolder {
  readonly #runtime: ActorRuntime;
  readonly #program: Pick<Program, "stderr">;
  readonly #inspector: string;
  readonly #held = new Set<CancelScope>();

  constructor(runtime: ActorRuntime, program: Pick<Program, "stderr">, inspector: string) {
    this.#runtime = runtime;
    this.#program = program;
    this.#inspector = inspector;
  }

  /**
   * Returns when the crash was let go. No cancel does that: an inspector must not lose the object of his look. But a
   * crash of an actor that is already on its way out is not held.
   */
  async hold(error: unknown, name: string): Promise<void> {
    if (error instanceof Cancelled || this.#runtime.cancelledBy !== null) return;
    const { self } = this.#runtime;
    const crash = {
      actor: self.path,
      pid: self.pid,
      name,
      report: reportError(error),
      inspector: this.#inspector,
    };
    const scope = new CancelScope({ shield: true });
    this.#held.add(scope);
    try {
      await scope.run(() => this.#runtime.holdCrash(crash));
    } catch (failure) {
      await this.#program.stderr.write(`Cannot hold a crash any longer: ${messageOf(failure)}\n`);
    } finally {
      this.#held.delete(scope);
    }
  }

  /** Lets everything go on that is held. */
  release(): void {
    for (const scope of this.#held) scope.cancel("it was inspected");
  }
}
