/**
 * A machine in memory, below the same ports as the real one and held to the same contract (`tests/host/contract.ts`). Its
 * processes are puppets, its faults are asked for, and its time is the clock that it is given.
 */
import { createHash } from "node:crypto";
import { seeded } from "../../base/chance.ts";
import { invariant } from "../../base/invariant.ts";
import type { Clock } from "../../scope/clock.ts";
import type { Host } from "../ports/host.ts";
import type { ProcessRow, SpawnError } from "../ports/processes.ts";
import type { SystemFacts } from "../ports/system_facts.ts";
import type { Thread } from "../ports/threads.ts";
import { Disk } from "./disk.ts";
import { FakeControlGroups } from "./fake_control_groups.ts";
import { fakeDescriptors } from "./fake_descriptors.ts";
import { FakeFiles } from "./fake_files.ts";
import { fakeFolders } from "./fake_folders.ts";
import { fakeWatching } from "./fake_watching.ts";
import { FakeListening } from "./fake_listening.ts";
import { FakeLocks, type LockTable } from "./fake_locks.ts";
import { fakeConnections } from "./fake_connections.ts";
import { FakeNetwork } from "./fake_network.ts";
import type { FakeProcess } from "./fake_process.ts";
import { fakeNotices, type NoticeTable } from "./fake_notices.ts";
import { FakeProcesses } from "./fake_processes.ts";
import { FakeSockets } from "./fake_sockets.ts";
import { FakeTcp } from "./fake_tcp.ts";
import { type FakeThreadProgram, FakeThreads } from "./fake_threads.ts";
import { GroupTable } from "./group_table.ts";
import { Kernel } from "./kernel.ts";
import type { PuppetWorld } from "./live_puppet.ts";
import { onlyWhileAlive } from "./only_while_alive.ts";
import { processClock } from "./process_clock.ts";
import type { FakeProgram, Puppet } from "./puppet.ts";
import { SocketTable } from "./socket_table.ts";

/** The date when the machine's clock stands at zero. */
const EPOCH_MS = Date.UTC(2026, 0, 1);
const OWN_UID = 1_000;
const PROCESSORS = 4;

/** See the module. */
export class FakeMachine {
  readonly clock: Clock;
  readonly disk: Disk = new Disk();
  readonly network: FakeNetwork = new FakeNetwork();
  readonly tcp: FakeTcp = new FakeTcp();
  /** The sockets that listen, are connected and are held. */
  readonly sockets: SocketTable = new SocketTable();
  readonly kernel: Kernel;
  /** The control groups; there are none until its lack is taken away. */
  readonly groups: GroupTable;
  /** The machine, as our own process sees it. */
  readonly host: Host;
  /** Errors that programs threw: none unless a test is wrong. */
  readonly programErrors: unknown[] = [];
  /** The facts of the machine. */
  facts: SystemFacts = {
    kernel: "Linux 6.1",
    adoptsOrphans: true,
    hasProcessHandles: true,
    hidden: null,
    userNamespaces: true,
    openFilesLimit: 1_024,
    processesLimit: 30_000,
  };
  /** The program of the threads that are started from now on. */
  threadProgram: FakeThreadProgram = () => {};
  /** The threads that run, of all processes. */
  readonly threads: Set<Thread> = new Set();
  /** The takers of notices of programs to their supervisor. */
  readonly notices: NoticeTable = new Map();
  /** How many folders each watcher of files has room for. */
  watches = Infinity;
  /** Tells this life of the machine from others. */
  bootId = "first";
  /** The random number of the host. */
  seed = 1;
  /** Why a command cannot be started now; null if it can. */
  refusalOf: (argv: readonly string[]) => SpawnError | null = () => null;
  readonly #world: PuppetWorld;
  readonly #programs = new Map<string, FakeProgram>();
  readonly #ownPid: number;
  readonly #locks: LockTable = new Map();

  constructor(clock: Clock) {
    this.clock = clock;
    this.disk.now = () => EPOCH_MS + clock.now();
    this.kernel = new Kernel(clock);
    this.groups = new GroupTable(this.kernel);
    const image = { argv: ["/usr/bin/supervise"], env: {}, cwd: "/", uid: OWN_UID };
    const self = this.kernel.create(null, image);
    self.leadSession();
    this.#ownPid = self.pid;
    this.#world = {
      clock,
      kernel: this.kernel,
      network: this.network,
      groups: this.groups,
      notices: this.notices,
      onProgramError: (error) => this.programErrors.push(error),
    };
    this.host = this.#hostFor(self, () => this.seed);
  }

  /** The machine, as the process of a puppet sees it. All of it but TCP and the network ends with that process. */
  hostOf({ pid }: Puppet): Host {
    const process = this.kernel.find(pid);
    invariant(process !== undefined, "a puppet that lives is in the table");
    const random = seeded(this.seed + pid);
    return this.#hostFor(process, () => Math.floor(random() * 2 ** 32));
  }

  /** Puts a program on the disk, to be started by its path. */
  install(path: string, program: FakeProgram): void {
    this.disk.write(path, "", 0o755);
    this.#programs.set(path, program);
  }

  /** Every process that is not the machine's own, zombies included. */
  puppets(): readonly ProcessRow[] {
    return this.kernel.all().map((process) => process.row())
      .filter(({ pid }) => pid !== 1 && pid !== this.#ownPid);
  }

  #hostFor(process: FakeProcess, randomSeed: () => number): Host {
    const clock = processClock(this.clock, process);
    const files = new FakeFiles(this.disk, process);
    return {
      clock,
      wallClock: () => EPOCH_MS + clock.now(),
      boot: () => ({ id: this.bootId, uptimeMs: clock.now() }),
      processors: PROCESSORS,
      processes: new FakeProcesses({
        world: this.#world,
        disk: this.disk,
        self: process,
        programAt: (path) => this.#programs.get(path),
        refusalOf: (argv) => this.refusalOf(argv),
      }),
      groups: onlyWhileAlive(new FakeControlGroups(this.groups, this.kernel, process), process, {
        effects: ["make", "freeze", "kill", "remove"],
      }),
      sockets: new FakeSockets(this.sockets, this.disk, process),
      tcp: this.tcp,
      threads: new FakeThreads(process, () => this.threadProgram, this.threads),
      network: this.network,
      connections: fakeConnections,
      notices: fakeNotices(this.notices, process),
      folders: fakeFolders(this.disk, files),
      watching: fakeWatching(this.disk, () => this.watches),
      locks: new FakeLocks(this.#locks, this.disk, process),
      files: onlyWhileAlive(files, process, {
        effects: ["makeFolder", "replace", "append", "rename", "remove"],
        waits: ["openAppend", "openRead"],
      }),
      descriptors: fakeDescriptors(process.descriptors, this.disk, clock),
      listening: new FakeListening({
        network: this.network,
        sockets: this.sockets,
        disk: this.disk,
        process,
        kernel: this.kernel,
      }),
      giveMemoryBack: () => {},
      facts: () => this.facts,
      digest: (text) => createHash("sha256").update(text).digest("hex"),
      randomSeed,
    };
  }
}
