/** The cast of the stage: the programs that play what the actors of a plan run, each as a script says. */
import type { Instant } from "../base/instant.ts";
import { actorAt, type HookName, type NodeId, type Plan } from "../config/plan.ts";
import type { FakeMachine } from "../host/fake/fake_machine.ts";
import type { Puppet } from "../host/fake/puppet.ts";
import { SpawnError } from "../host/ports/processes.ts";
import { type Behaviour, Behaviours } from "../simulation/behaviour.ts";
import { portsOf } from "../simulation/ports.ts";
import { absence, CANNOT_START, illness } from "../simulation/refusals.ts";
import type { ScriptLine } from "../simulation/script.ts";
import { ActorPuppet } from "./actor_puppet.ts";
import { actorStartedBy, PROGRAMS } from "./puppet_commands.ts";
import type { StageQuestion } from "./stage_address.ts";
import { SILENCE, type StageAnswer } from "./stage_network.ts";

/** The parts of a cast. */
export interface CastOptions {
  readonly machine: FakeMachine;
  /** The plan as its user has it. */
  readonly plan: Plan;
  /** The plan for the stage. */
  readonly staged: Plan;
  readonly script: readonly ScriptLine[];
  /** How often an actor was started, with the present time. */
  readonly startsOf: (path: NodeId) => number;
  /** Calls back at an instant that is worth waiting for; the returned function revokes it. */
  readonly schedule: (at: Instant, callback: () => void) => () => void;
}

/** See the module. */
export class Cast {
  readonly #options: CastOptions;
  readonly #behaviours: Behaviours;
  /** The latest process of each actor. */
  readonly #puppets = new Map<NodeId, ActorPuppet>();

  constructor(options: CastOptions) {
    const { machine, script } = options;
    this.#options = options;
    this.#behaviours = new Behaviours(script);
    machine.install(PROGRAMS.actor, (self) => this.#act(self));
    machine.install(PROGRAMS.probe, (self) => this.#answerTo(self, "readiness"));
    machine.install(PROGRAMS.check, (self) => this.#answerTo(self, "health"));
    machine.install(PROGRAMS.hook, (self) => this.#runHook(self));
    machine.install(PROGRAMS.stop, (self) => this.#runStop(self));
    machine.refusalOf = (argv) => this.#refusalOf(argv);
  }

  /** The answer of an actor that is asked something. */
  answer({ about, path }: StageQuestion): StageAnswer {
    const { ready, health } = actorAt(this.#options.plan, path);
    const puppet = this.#puppets.get(path);
    const probe = about === "readiness" ? ready!.probe : health!.probe!;
    if (puppet?.isAlive !== true) return absence(probe);
    if (puppet.isSilent) return SILENCE;
    if (about === "readiness") return puppet.isReady ? null : absence(probe);
    if (!puppet.isHealthy) return illness(probe);
    return this.#isThereWhatIsAsked(path) ? null : absence(probe);
  }

  /** Whether an actor would pass its check now. */
  isWell(path: NodeId): boolean {
    const puppet = this.#puppets.get(path);
    return puppet?.isAlive === true && !puppet.isSilent && puppet.isHealthy && this.#isThereWhatIsAsked(path);
  }

  /** Whether somebody listens at the port of another actor that the check of this one asks; also if it asks none. */
  #isThereWhatIsAsked(path: NodeId): boolean {
    const { plan, machine } = this.#options;
    const port = portsOf(plan).asked.get(path);
    return port === undefined || machine.network.isListening(port);
  }

  #behaviourOf(path: NodeId): Behaviour {
    const { staged, startsOf } = this.#options;
    return this.#behaviours.of(actorAt(staged, path), startsOf(path));
  }

  #refusalOf(argv: readonly string[]): SpawnError | null {
    const path = actorStartedBy(argv);
    return path !== null && this.#behaviourOf(path).isMissing ? new SpawnError("start", CANNOT_START) : null;
  }

  async #act(self: Puppet): Promise<void> {
    const { machine, plan, staged, schedule } = this.#options;
    const path = self.args[0] as NodeId;
    const puppet = new ActorPuppet({
      machine,
      self,
      spec: actorAt(staged, path),
      behaviour: this.#behaviourOf(path),
      port: portsOf(plan).own.get(path) ?? null,
      schedule,
    });
    this.#puppets.set(path, puppet);
    await puppet.live();
  }

  async #runHook(self: Puppet): Promise<void> {
    const [path, hook] = self.args as [NodeId, HookName];
    const { ms, code } = this.#behaviourOf(path).hooks[hook] ?? { ms: 0, code: 0 };
    await (ms === Infinity ? self.forever() : self.sleep(ms));
    self.exit(code);
  }

  #runStop(self: Puppet): void {
    const path = self.args[0] as NodeId;
    this.#puppets.get(path)?.stop(actorAt(this.#options.staged, path).stop.signal);
  }

  async #answerTo(self: Puppet, about: StageQuestion["about"]): Promise<void> {
    const answer = this.answer({ about, path: self.args[0] as NodeId });
    if (answer === SILENCE) await self.forever();
    self.exit(answer === null ? 0 : 1);
  }
}
