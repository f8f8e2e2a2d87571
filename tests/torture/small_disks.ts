/** Folders that are small disks, in a mount namespace that goes with the test: the machine's own mounts are left alone. */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import process from "node:process";
import { type Running, type Sandbox, SUPERVISE } from "../harness/supervise.ts";

/** What such a test needs; something that no machine has if this one does not let us mount. */
export const MOUNT_NEEDS: readonly string[] =
  spawnSync("unshare", ["--mount", "sh", "-c", "mount -t tmpfs tmpfs /tmp"]).status === 0
    ? ["unshare", "nsenter"]
    : ["the right to mount"];

const SIZE_KIB = 128;
const FILLER = "filler";

/** See the module. */
export class SmallDisks {
  readonly #sandbox: Sandbox;
  readonly #holder: Running;

  private constructor(sandbox: Sandbox, holder: Running) {
    this.#sandbox = sandbox;
    this.#holder = holder;
  }

  /** Makes a disk of each folder. */
  static async mount(sandbox: Sandbox, folders: readonly string[]): Promise<SmallDisks> {
    for (const folder of folders) mkdirSync(folder, { recursive: true, mode: 0o700 });
    const mounts = folders.map((folder) => `mount -t tmpfs -o size=${SIZE_KIB}k,mode=700 tmpfs ${folder}`);
    const script = `${mounts.join(" && ")} && echo mounted && exec sleep 100000`;
    const holder = sandbox.run(["unshare", "--mount", "sh", "-c", script]);
    await holder.line(/mounted/);
    return new SmallDisks(sandbox, holder);
  }

  /** Where the machine is seen as it is in there. */
  get root(): string {
    return `/proc/${this.#holder.pid}/root`;
  }

  /** Starts a command of supervise in there. */
  start(...args: readonly string[]): Running {
    const enter = ["nsenter", `--mount=/proc/${this.#holder.pid}/ns/mnt`, `--wd=${this.#sandbox.dir}`];
    return this.#sandbox.run([...enter, ...SUPERVISE, ...args]);
  }

  /** Leaves not a byte of a disk. */
  fill(folder: string): void {
    for (let size = SIZE_KIB * 1_024; size >= 1; size >>= 1) {
      try {
        while (true) writeFileSync(`${this.root}${folder}/${FILLER}`, new Uint8Array(size), { flag: "a" });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      }
    }
  }

  /** Takes back what a disk was filled with. */
  free(folder: string): void {
    rmSync(`${this.root}${folder}/${FILLER}`);
  }

  /** Lets go of the disks; what is in them goes with the last process that sees them. */
  async close(): Promise<void> {
    process.kill(this.#holder.pid, "SIGKILL");
    await this.#holder.done;
  }
}
