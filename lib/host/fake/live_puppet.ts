import { after } from "../../base/instant.ts";
import type { Signal } from "../../base/signals.ts";
import type { Clock } from "../../scope/clock.ts";
import type { ExitStatus } from "../ports/processes.ts";
import type { NoticeTable } from "./fake_notices.ts";
import type { FakeNetwork } from "./fake_network.ts";
import type { FakeProcess } from "./fake_process.ts";
import type { GroupTable } from "./group_table.ts";
import type { Kernel } from "./kernel.ts";
import type { FakeProgram, Forked, PortAnswer, Puppet } from "./puppet.ts";
import type { FakeStanding } from "./standing.ts";

/** The world that a puppet acts on. */
export interface PuppetWorld {
  readonly clock: Clock;
  readonly kernel: Kernel;
  readonly network: FakeNetwork;
  readonly groups: GroupTable;
  readonly notices: NoticeTable;
  /** Told what a program throws, which is a mistake of the test. */
  readonly onProgramError: (error: unknown) => void;
}

/** Starts a program in a process, as soon as the present code has come to its next await, and in none of its tasks. */
export function runProgram(world: PuppetWorld, process: FakeProcess, program: FakeProgram): void {
  queueMicrotask(() =>
    process.loop.deliver(() => void runToEnd(new LivePuppet(world, process), program, world))
  );
}

async function runToEnd(puppet: Puppet, program: FakeProgram, world: PuppetWorld): Promise<void> {
  try {
    await program(puppet);
  } catch (error) {
    // Code that still runs of a process that has ended fails at everything that it touches.
    if (puppet.isAlive) world.onProgramError(error);
  }
  puppet.exit(0);
}

/** See {@linkcode Puppet}. */
class LivePuppet implements Puppet {
  readonly #world: PuppetWorld;
  readonly #process: FakeProcess;
  readonly #waits = new Map<number, (status: ExitStatus) => void>();

  constructor(world: PuppetWorld, process: FakeProcess) {
    this.#world = world;
    this.#process = process;
    process.onChildDeath.add(() => this.#reap());
  }

  get pid(): number {
    return this.#process.pid;
  }

  get isAlive(): boolean {
    return this.#process.isAlive;
  }

  get args(): readonly string[] {
    return this.#process.image.argv.slice(1);
  }

  get env(): Readonly<Record<string, string>> {
    return this.#process.image.env;
  }

  get cwd(): string {
    return this.#process.image.cwd;
  }

  get uid(): number {
    return this.#process.uid;
  }

  get standing(): FakeStanding {
    return this.#process.standing;
  }

  async read(descriptor = 0): Promise<string> {
    const file = this.#process.descriptors.get(descriptor);
    if (file === undefined) return "";
    const decoder = new TextDecoder();
    let text = "";
    for (let bytes = await file.read(); bytes !== null; bytes = await file.read()) {
      text += decoder.decode(bytes, { stream: true });
    }
    return text;
  }

  print(text: string): void {
    this.write(1, text);
  }

  printError(text: string): void {
    this.write(2, text);
  }

  write(descriptor: number, text: string): void {
    const file = this.#process.descriptors.get(descriptor);
    if (file === undefined || file.write(new TextEncoder().encode(text))) return;
    this.#world.kernel.signal(this.#process, "SIGPIPE", 0);
  }

  closeOutput(): void {
    this.#process.descriptors.close(1);
    this.#process.descriptors.close(2);
  }

  exit(code: number): void {
    this.#world.kernel.end(this.#process, { how: "exited", code });
  }

  sleep(ms: number): Promise<void> {
    if (!this.#process.isAlive) return this.forever();
    const { clock } = this.#world;
    const { onEnd } = this.#process;
    return new Promise((resolve) => {
      const revoke = clock.schedule(after(clock.now(), ms), () => {
        onEnd.delete(revoke);
        this.#process.loop.deliver(resolve);
      });
      onEnd.add(revoke);
    });
  }

  compute(ms: number): Promise<void> {
    const { loop } = this.#process;
    loop.hold();
    const { clock } = this.#world;
    return new Promise((resolve) => {
      clock.schedule(after(clock.now(), ms), () => {
        if (this.#process.isAlive) resolve();
        // A puppet that computes goes on before anything that came meanwhile.
        queueMicrotask(() => loop.release());
      });
    });
  }

  forever(): Promise<never> {
    return new Promise(() => {});
  }

  onSignal(signal: Signal, handle: () => void): () => void {
    this.#process.dispositions.set(signal, handle);
    return () => void this.#process.dispositions.delete(signal);
  }

  signalled(signal: Signal): Promise<void> {
    return new Promise((resolve) => void this.onSignal(signal, resolve));
  }

  ignore(...signals: readonly Signal[]): void {
    for (const signal of signals) this.#process.dispositions.set(signal, "ignored");
  }

  kill(pid: number, signal: Signal): void {
    const { kernel } = this.#world;
    const target = kernel.find(pid);
    if (target !== undefined) kernel.signal(target, signal, this.#process.uid);
  }

  hangInKernel(): void {
    this.#process.state = "D";
  }

  becomeUser(uid: number): void {
    this.#process.uid = uid;
  }

  fork(program: FakeProgram): Forked {
    const { kernel, groups } = this.#world;
    if (!groups.admitsChildOf(this.#process)) throw new Error("EAGAIN");
    const child = kernel.create(this.#process, this.#process.image, this.#process.descriptors.copy());
    child.uid = this.#process.uid;
    for (const [signal, disposition] of this.#process.dispositions) {
      if (disposition === "ignored") child.dispositions.set(signal, disposition);
    }
    runProgram(this.#world, child, program);
    const { pid } = child;
    return {
      pid,
      wait: () =>
        new Promise((resolve) => {
          this.#waits.set(pid, resolve);
          this.#reap();
        }),
    };
  }

  allocate(bytes: number): void {
    if (this.#process.isAlive) this.#world.groups.charge(this.#process, bytes);
  }

  setEnvironment(env: Readonly<Record<string, string>>): void {
    this.#process.image = { ...this.#process.image, env };
  }

  setsid(): void {
    this.#process.leadSession();
  }

  listen(port: number, answer: PortAnswer = { status: 200 }): void {
    if (!this.#process.isAlive) return;
    this.#process.onEnd.add(this.#world.network.listen(port, answer));
  }

  notify(text: string): void {
    if (!this.#process.isAlive) return;
    const { pid, uid } = this.#process;
    this.#world.notices.get(this.env["NOTIFY_SOCKET"] ?? "")?.({ text, sender: { pid, uid } });
  }

  #reap(): void {
    for (const child of this.#world.kernel.childrenOf(this.#process)) {
      const resolve = this.#waits.get(child.pid);
      if (resolve === undefined || child.isAlive) continue;
      this.#waits.delete(child.pid);
      resolve(this.#world.kernel.reap(child));
    }
  }
}
