import process from "node:process";
import { chmodSync, chownSync } from "node:fs";
import { run } from "../run.ts";
import { Untried } from "./trial.ts";

/** A user who has just come: with a home of their own, and none of the variables of this process. */
export interface FreshUser {
  /** The words that have a command run as that user. */
  readonly as: readonly string[];
  /** Gives a folder to that user. */
  own(folder: string): void;
}

/** Lets a user exist for as long as `body` lasts. @throws {Untried} Without root. */
export async function withFreshUser<T>(body: (user: FreshUser) => Promise<T>): Promise<T> {
  if (process.getuid!() !== 0) throw new Untried("only root can make a user");
  const name = `supervise-${process.pid}`;
  await run(["useradd", "--create-home", "--shell", "/bin/sh", name]);
  try {
    const uid = Number(await run(["id", "--user", name]));
    const ids = [`--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"];
    const variables = [`HOME=/home/${name}`, `USER=${name}`, "PATH=/usr/bin:/bin"];
    return await body({
      as: ["setpriv", ...ids, "env", "-i", ...variables],
      own(folder) {
        chownSync(folder, uid, uid);
        chmodSync(folder, 0o755);
      },
    });
  } finally {
    await run(["userdel", "--remove", name], { codes: [0, 12] });
  }
}
