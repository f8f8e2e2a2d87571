/**
 * Starts processes in one way for both runtimes, faster than either's own, and one that leaves waiting to us, so that there
 * is a single reaper: by calls of our own to the kernel (`direct_start`) where we know the processor, or with posix_spawn.
 *
 * A child gets the same from us as from a shell: real pipes (nobody can reopen /dev/stdout on a socket), all
 * signals at their defaults and none blocked, a session of its own, and the limit of open files from before the runtime
 * raised it.
 */
import { statSync } from "node:fs";
import { resolvePath } from "../../base/posix_path.ts";
import { SpawnError, type SpawnSpec } from "../ports/processes.ts";
import { CStrings, environmentStrings } from "./c_strings.ts";
import {
  closeAllOnExec,
  closeDescriptor,
  describeSpent,
  openAtOnce,
  openFile,
  openNamedPipe,
  openOwnFile,
  openPipe,
  setBlocking,
} from "./descriptors.ts";
import type { DirectStart } from "./direct_start/direct_start.ts";
import { findProgram } from "./find_program.ts";
import { isLostSelf, ownImageForChild } from "./own_image.ts";
import { visiting, withGroupFolder } from "./group_placement.ts";
import { cString, describeErrno, type Libc, LINUX } from "./libc.ts";
import type { OpenFilesLimit } from "./open_files_limit.ts";
import type { Terminal } from "./terminal.ts";
import { whyUnreachable } from "../shared/reach.ts";
import { whyNotRun } from "./why_not_run.ts";

/** Larger than the C library's own structures on every platform. */
const ATTRIBUTES_BYTES = 512;
const ACTIONS_BYTES = 256;
const SIGNAL_SET_BYTES = 128;

/** A new process, and the ends of its pipes that stay here. */
export interface Spawned {
  readonly pid: number;
  readonly stdout: number | null;
  readonly stderr: number | null;
}

/** The group, limits and place of this very process, on which starts depend beside the C library. */
export interface SpawnerPlace {
  readonly direct: DirectStart;
  readonly terminal: Terminal;
  /** Its control group. */
  readonly home: () => string | null;
}

/** Descriptors that are open for the sake of one start. */
interface Opened {
  /** The descriptors that the child finds, by their numbers there. */
  readonly handed: Record<number, number>;
  /** Closed here in any case, once the child has its own. */
  readonly passing: number[];
  /** Closed here if the start fails. */
  readonly kept: (number | null)[];
}

/** See the module. */
export class Spawner {
  readonly #libc: Libc;
  readonly #limit: OpenFilesLimit;
  readonly #direct: DirectStart;
  readonly #terminal: Terminal;
  readonly #home: () => string | null;
  /** By what sets a process apart from this one. */
  readonly #attributes = new Map<number, Uint8Array>();

  constructor(libc: Libc, limit: OpenFilesLimit, { direct, terminal, home }: SpawnerPlace) {
    this.#direct = direct;
    this.#libc = libc;
    this.#limit = limit;
    this.#terminal = terminal;
    this.#home = home;
  }

  /** @throws {SpawnError} */
  spawn(spec: SpawnSpec): Spawned {
    const program = quickProgram(spec) ?? locateProgram(spec);
    const opened: Opened = { handed: { ...spec.descriptors }, passing: [], kept: [] };
    try {
      this.#openInput(spec, opened);
      const [stdout, stderr] = [this.#openOutput(spec, 1, opened), this.#openOutput(spec, 2, opened)];
      this.#refuseTheLast(opened);
      this.#moveAside(opened);
      return { pid: this.#start(program, spec, opened.handed), stdout, stderr };
    } catch (error) {
      for (const descriptor of opened.kept) if (descriptor !== null) closeDescriptor(this.#libc, descriptor);
      throw error;
    } finally {
      for (const descriptor of opened.passing) closeDescriptor(this.#libc, descriptor);
    }
  }

  #refuseTheLast({ passing, kept }: Opened): void {
    let highest = -1;
    for (const descriptor of passing) highest = Math.max(highest, descriptor);
    for (const descriptor of kept) highest = Math.max(highest, descriptor ?? -1);
    if (!this.#limit.isReachedBy(highest)) return;
    throw new SpawnError(
      "start",
      `${describeSpent(this.#libc, LINUX.EMFILE)}, but for what supervise needs itself`,
    );
  }

  #openInput(spec: SpawnSpec, opened: Opened): void {
    if (spec.foreground === true) {
      opened.handed[0] = 0;
      return;
    }
    if (spec.stdin === null) {
      const nothing = openFile(this.#libc, "/dev/null");
      if (nothing !== null) {
        opened.passing.push(nothing);
        opened.handed[0] = nothing;
        return;
      }
    }
    const path = spec.stdin ?? "/dev/null";
    let descriptor = openAtOnce(this.#libc, path, LINUX.O_RDONLY);
    if (descriptor === null) {
      const errno = this.#libc.errno();
      const closed = errno === LINUX.EACCES ? whyUnreachable(path) : null;
      const why = closed ?? describeErrno(errno);
      throw new SpawnError("stdin", `Cannot read "${path}": ${why}`);
    }
    opened.passing.push(descriptor);
    // By its name, because Deno knows no descriptor that it has not opened itself.
    const name = `/proc/self/fd/${descriptor}`;
    const info = statSync(name);
    if (info.isDirectory()) throw new SpawnError("stdin", `Cannot read "${path}": it is a folder`);
    if (info.isFIFO()) {
      // A program that writes as well never finds it at its end, and waits for the next writer.
      const both = openAtOnce(this.#libc, name, LINUX.O_RDWR);
      if (both === null) {
        const why = describeErrno(this.#libc.errno());
        throw new SpawnError("stdin", `Cannot read and write the pipe "${path}": ${why}`);
      }
      opened.passing.push(both);
      descriptor = both;
    }
    opened.handed[0] = descriptor;
  }

  #openOutput(spec: SpawnSpec, number: 1 | 2, opened: Opened): number | null {
    const { output } = spec;
    if (output === "inherit") {
      opened.handed[number] = number;
      return null;
    }
    if (output === "pipe") {
      const { read, write } = openPipe(this.#libc);
      opened.passing.push(write);
      opened.kept.push(read);
      opened.handed[number] = write;
      this.#giveAway(write, spec);
      return read;
    }
    const { path, descriptor } = openOutput(this.#libc, output, number);
    if (descriptor === null) {
      throw new SpawnError("start", `Cannot write "${path}": ${describeErrno(this.#libc.errno())}`);
    }
    opened.passing.push(descriptor);
    opened.handed[number] = descriptor;
    if (typeof output === "object" && "pipes" in output) this.#giveAway(descriptor, spec);
    return null;
  }

  /**
   * A program that is to be another user's may open its own streams anew, as /dev/stdout. Where that cannot be had, it can
   * still write to those that it has.
   */
  #giveAway(pipe: number, { privileges }: SpawnSpec): void {
    const uid = privileges?.account?.uid ?? null;
    if (uid !== null && uid !== process.geteuid!()) this.#libc.call.fchown(pipe, uid, -1);
  }

  /**
   * The child's descriptors are put in place one after the other: one of ours whose number is another's place there
   * would be gone by the time that its own turn comes.
   */
  #moveAside({ handed, passing }: Opened): void {
    const free = firstAbove(handed);
    for (const [number, descriptor] of Object.entries(handed)) {
      if (descriptor >= free || descriptor === Number(number)) continue;
      const moved = this.#libc.call.fcntl(descriptor, LINUX.F_DUPFD_CLOEXEC, free) as number;
      if (moved < 0) throw new SpawnError("start", describeErrno(this.#libc.errno()));
      passing.push(moved);
      handed[Number(number)] = moved;
    }
  }

  #start(program: string, spec: SpawnSpec, handed: Readonly<Record<number, number>>): number {
    return this.#startDirectly(program, spec, handed) ?? this.#startByLibrary(program, spec, handed);
  }

  /** @returns Null if it cannot be started so. */
  #startDirectly(program: string, spec: SpawnSpec, handed: Readonly<Record<number, number>>): number | null {
    if (spec.foreground === true) return null;
    const { argv, env, cwd } = spec;
    const [firstClosed, openFiles] = [firstAbove(handed), this.#limit.ofChildren];
    const start = (group: number | null) =>
      this.#direct.start({ program, argv, env, cwd, handed, firstClosed, openFiles, group });
    const result = spec.group === undefined ? start(null) : withGroupFolder(spec.group, start);
    if (result === null) return null;
    if ("pid" in result) return result.pid;
    throw notStarted(program, spec, result.errno);
  }

  #startByLibrary(program: string, spec: SpawnSpec, handed: Readonly<Record<number, number>>): number {
    const { call } = this.#libc;
    const actions = new Uint8Array(ACTIONS_BYTES);
    call.posix_spawn_file_actions_init(actions);
    try {
      for (const [number, descriptor] of Object.entries(handed)) {
        call.posix_spawn_file_actions_adddup2(actions, descriptor, Number(number));
      }
      this.#keepTheRest(actions, handed);
      const cwd = cString(spec.cwd);
      call.posix_spawn_file_actions_addchdir_np(actions, cwd);
      return this.#limit.around(() => this.#startInGroup(program, spec, actions));
    } finally {
      call.posix_spawn_file_actions_destroy(actions);
    }
  }

  #startInGroup(program: string, spec: SpawnSpec, actions: Uint8Array): number {
    const start = (attributes: Uint8Array) => this.#posixSpawn(program, spec, actions, attributes);
    const { group } = spec;
    const isInFront = spec.foreground === true && this.#terminal.handOver(actions);
    const place = isInFront ? LINUX.POSIX_SPAWN_SETPGROUP : LINUX.POSIX_SPAWN_SETSID;
    if (group === undefined) return start(this.#attributesFor(place));
    const { inGroup } = this.#libc;
    if (inGroup === null) return visiting(this.#home(), group, () => start(this.#attributesFor(place)));
    return withGroupFolder(group, (descriptor) => {
      const attributes = newAttributes(this.#libc, place | LINUX.POSIX_SPAWN_SETCGROUP);
      inGroup.posix_spawnattr_setcgroup_np(attributes, descriptor);
      return start(attributes);
    });
  }

  /** Made when they are first needed: most processes are started directly. */
  #attributesFor(place: number): Uint8Array {
    const known = this.#attributes.get(place);
    if (known !== undefined) return known;
    const made = newAttributes(this.#libc, place);
    this.#attributes.set(place, made);
    return made;
  }

  /** Not every descriptor that a runtime opens is closed when a program starts: Deno hands its sockets on. */
  #keepTheRest(actions: Uint8Array, handed: Readonly<Record<number, number>>): void {
    const { newer } = this.#libc;
    if (newer === null) closeAllOnExec(this.#libc);
    else newer.posix_spawn_file_actions_addclosefrom_np(actions, firstAbove(handed));
  }

  #posixSpawn(program: string, spec: SpawnSpec, actions: Uint8Array, attributes: Uint8Array): number {
    const argv = new CStrings(this.#libc.ffi, spec.argv);
    const envp = environmentStrings(this.#libc.ffi, spec.env);
    const pid = new Int32Array(1);
    const pidBytes = new Uint8Array(pid.buffer);
    const path = cString(program);
    const errno = this.#libc.call.posix_spawn(
      pidBytes,
      path,
      actions,
      attributes,
      argv.pointers,
      envp.pointers,
    );
    if (errno !== 0) throw notStarted(program, spec, Number(errno));
    return pid[0]!;
  }
}

/** The file that is named, with nothing looked at: the kernel does that, and what it refuses is looked at then. Null for a name. */
function quickProgram({ argv: [name] }: SpawnSpec): string | null {
  return name!.includes("/") && !isLostSelf(name!) ? name! : null;
}

function notStarted(program: string, spec: SpawnSpec, errno: number): SpawnError {
  const { argv, cwd } = spec;
  try {
    locateProgram(spec);
  } catch (error) {
    if (error instanceof SpawnError) return error;
    throw error;
  }
  return new SpawnError("start", `Cannot start "${argv[0]}": ${whyNotRun(resolvePath(cwd, program), errno)}`);
}

/** Opens what an output stream goes to that is no pipe of ours. */
function openOutput(
  libc: Libc,
  output: Exclude<SpawnSpec["output"], "inherit" | "pipe">,
  number: 1 | 2,
): { readonly path: string; readonly descriptor: number | null } {
  const append = LINUX.O_WRONLY | LINUX.O_CREAT | LINUX.O_APPEND;
  if (output === "null") return { path: "/dev/null", descriptor: openAtOnce(libc, "/dev/null", append) };
  if ("file" in output) {
    const { file } = output;
    const descriptor = openOwnFile(libc, file, append | LINUX.O_NONBLOCK, (stat) => stat.isFile());
    if (descriptor !== null) setBlocking(libc, descriptor);
    return { path: file, descriptor };
  }
  const path = number === 1 ? output.pipes.stdout : output.pipes.stderr;
  // A writer that can read as well does not hear of it when nobody else reads.
  return { path, descriptor: openNamedPipe(libc, path, LINUX.O_RDWR) };
}

/**
 * The file that would be started.
 *
 * @throws {SpawnError} If it, or the folder to start it in, is not there.
 */
export function locateProgram({ argv, env, cwd }: Pick<SpawnSpec, "argv" | "env" | "cwd">): string {
  checkFolder(cwd);
  return isLostSelf(argv[0]!) ? ownImageForChild() : findProgram(argv[0]!, env["PATH"], cwd);
}

/** The lowest number above all that a process is handed. */
export function firstAbove(handed: Readonly<Record<number, number>>): number {
  let above = 0;
  for (const number of Object.keys(handed)) above = Math.max(above, Number(number) + 1);
  return above;
}

/** @param place What sets it apart from us: a session or a group of its own, and perhaps a control group. */
function newAttributes({ call }: Libc, place: number): Uint8Array {
  const attributes = new Uint8Array(ATTRIBUTES_BYTES);
  call.posix_spawnattr_init(attributes);
  const flags = place | LINUX.POSIX_SPAWN_SETSIGDEF | LINUX.POSIX_SPAWN_SETSIGMASK;
  call.posix_spawnattr_setflags(attributes, flags);
  const all = new Uint8Array(SIGNAL_SET_BYTES);
  call.sigfillset(all);
  call.posix_spawnattr_setsigdefault(attributes, all);
  const none = new Uint8Array(SIGNAL_SET_BYTES);
  call.sigemptyset(none);
  call.posix_spawnattr_setsigmask(attributes, none);
  return attributes;
}

function checkFolder(path: string): void {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EACCES") {
      throw new SpawnError("cwd", `Working folder not found: "${path}"`);
    }
    throw new SpawnError("cwd", `Cannot reach the working folder "${path}": ${whyUnreachable(path)}`);
  }
  if (!isFolder) throw new SpawnError("cwd", `The working folder is not a folder: "${path}"`);
}
