import { run } from "./run.ts";

/** Packs a folder with its name into a `.tar.gz` whose bytes depend on nothing but the files, their modes and the date. */
export async function packTarball(folder: string, name: string, file: string, epoch: number): Promise<void> {
  await run([
    "tar",
    "--create",
    "--sort=name",
    "--format=gnu",
    "--owner=0",
    "--group=0",
    "--numeric-owner",
    `--mtime=@${epoch}`,
    `--directory=${folder}`,
    // -n: without the date and the name, which are other ones each time.
    "--use-compress-program=gzip -n",
    `--file=${file}`,
    name,
  ]);
}
