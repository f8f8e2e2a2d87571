import process from "node:process";
import { run } from "./run.ts";

/** What a release is made of. */
export interface Provenance {
  /** The commit, with `-changed` behind it where files differ from it. */
  readonly commit: string;
  /** The date that all files of the release bear, in seconds: that of the commit, so that two builds are the same. */
  readonly epoch: number;
}

/** Reads the commit of a work tree. `SOURCE_DATE_EPOCH` sets another date. */
export async function provenanceOf(root: string): Promise<Provenance> {
  const git = async (...words: readonly string[]) => (await run(["git", "-C", root, ...words])).trim();
  const [commit, time] = (await git("show", "--no-patch", "--format=%H %ct", "HEAD")).split(" ");
  const isChanged = await git("status", "--porcelain") !== "";
  return {
    commit: isChanged ? `${commit}-changed` : commit!,
    epoch: Number(process.env["SOURCE_DATE_EPOCH"] ?? time),
  };
}
