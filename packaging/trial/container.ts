import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { run } from "../run.ts";
import { targetHere } from "../targets.ts";
import { hasProgram } from "./has_program.ts";
import { type Trial, Untried } from "./trial.ts";

const IMAGE = "localhost/supervise-trial";
const BASE = "localhost/supervise-trial-base";

/** The image of the Dockerfile on a Debian that is made here, with supervise as process 1. */
export const container: Trial = {
  name: "container image",
  async tries({ root, release, version }) {
    for (const program of ["podman", "buildah", "debootstrap"]) {
      if (!await hasProgram(program)) throw new Untried(`${program} is not installed`);
    }
    await makeBase(root);
    await run([
      "buildah",
      "build",
      "--isolation=chroot",
      "--pull=never",
      `--build-arg=BASE=${BASE}`,
      `--build-arg=VERSION=${version}`,
      `--build-arg=TARGETARCH=${targetHere().debian}`,
      `--file=${join(root, "packaging/container/Dockerfile")}`,
      `--tag=${IMAGE}`,
      release,
    ]);
    const inside = (...words: readonly string[]) =>
      run(["podman", "run", "--rm", "--network=none", "--runtime=runc", IMAGE, ...words]);
    const said = (await inside("version")).trim();
    // Process 1 adopts and reaps what a script leaves, and ends with its code.
    const script = "(sleep 0 &) ; cat /proc/1/cmdline | tr '\\0' ' '";
    assert.match(await inside("init", "--pid1", "--", "sh", "-c", script), /^supervise init --pid1/);
    return [said, "it is process 1, and runs a command as such"];
  },
};

/** Makes the image of a small Debian, if it is not there yet. */
async function makeBase(root: string): Promise<void> {
  const folder = join(root, "dist/debian");
  if (!existsSync(join(folder, "etc/os-release"))) {
    await run(["debootstrap", "--variant=minbase", "bookworm", folder]);
  }
  const isThere = await run(["podman", "image", "exists", BASE]).then(() => true, () => false);
  if (!isThere) {
    await run(["sh", "-c", `tar --create --directory=${folder} . | podman import --quiet - ${BASE}`]);
  }
}
