import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../run.ts";
import { targetHere } from "../targets.ts";
import { hasProgram } from "./has_program.ts";
import { type Trial, Untried } from "./trial.ts";

const IMAGE = "localhost/supervise-trial";
const BASE = "localhost/supervise-trial-base";

/** What a container gets here: no network, and no more files and processes than a machine may have that is itself a container. */
const RUN = ["--network=none", "--runtime=runc", "--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024"];

/** A tree with an actor that leaves an orphan in a session of its own. */
const TREE = `[actors.leaves]
exec = ["sh", "-c", "setsid sleep 7200 & exec sleep 3600"]
daemon = true
`;

/** The image of the Dockerfile on a Debian that is made here, with supervise as process 1. */
export const container: Trial = {
  name: "container image",
  isOfThisMachine: true,
  async tries({ root, release, version, folder }) {
    for (const program of ["podman", "buildah", "runc", "debootstrap"]) {
      if (!await hasProgram(program)) throw new Untried(`${program} is not installed`);
    }
    try {
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
      const said = (await run(["podman", "run", "--rm", ...RUN, IMAGE, "version"])).trim();
      await tryCommand();
      await tryTree(folder);
      return [said, "process 1 runs a command, and a tree, of which `podman stop` leaves nothing"];
    } finally {
      await run(["podman", "rmi", "--force", IMAGE, BASE], { codes: [0, 1] });
    }
  },
};

/** Process 1 ends with the code of the command that it runs. */
async function tryCommand(): Promise<void> {
  const script = "tr '\\0' ' ' < /proc/1/cmdline; exit 7";
  const words = ["init", "--pid1", "--", "sh", "-c", script];
  const said = await run(["podman", "run", "--rm", ...RUN, IMAGE, ...words], { codes: [7] });
  assert.match(said, /^supervise init --pid1/);
}

/** The tree of the image's own command: it is seen from inside, and its receipt counts nothing left. */
async function tryTree(folder: string): Promise<void> {
  const file = join(folder, "supervise.toml");
  writeFileSync(file, TREE);
  const volume = `--volume=${file}:/etc/supervise.toml:ro`;
  const id = (await run(["podman", "run", "--detach", ...RUN, volume, IMAGE])).trim();
  try {
    const isReady = `podman exec ${id} supervise wait leaves`;
    await run(["timeout", "60", "sh", "-c", `until ${isReady}; do sleep 0.2; done`]);
    const { actors } = JSON.parse(await run(["podman", "exec", id, "supervise", "ps", "--json"]));
    assert.deepEqual(actors.map(({ path, state }: Record<string, string>) => `${path} ${state}`), [
      "leaves running",
    ]);
    await run(["podman", "stop", id]);
    // SIGTERM ends `up` as it does any other program, once the tree is down.
    assert.equal((await run(["podman", "inspect", "--format={{.State.ExitCode}}", id])).trim(), "143");
    assert.match(
      await run(["sh", "-c", `podman logs ${id} 2>&1`]),
      /^receipt: 2 processes .*1 was an orphan.*, 0 left$/m,
    );
  } finally {
    await run(["podman", "rm", "--force", id]);
  }
}

/** Makes the image of a small Debian, whose files are kept in `dist/debian`. */
async function makeBase(root: string): Promise<void> {
  const folder = join(root, "dist/debian");
  if (!existsSync(join(folder, "etc/os-release"))) {
    await run(["debootstrap", "--variant=minbase", "bookworm", folder]);
  }
  await run(["sh", "-c", `tar --create --directory=${folder} . | podman import --quiet - ${BASE}`]);
}
