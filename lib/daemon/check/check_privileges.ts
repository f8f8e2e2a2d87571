import type { AnyProblemName } from "../../base/problem_names.ts";
import type { ActorSpec } from "../../config/plan.ts";
import { resolvePrivileges } from "../../engine/privileges/resolve_privileges.ts";
import type { Host } from "../../host/ports/host.ts";
import type { Privileges, UserAccount } from "../../host/ports/privileges.ts";
import type { Program } from "../../host/ports/program.ts";
import { SpawnError } from "../../host/ports/processes.ts";

/** Something that will keep an actor from starting. */
export interface PrivilegeProblem {
  /** The key of the actor that asks for it. */
  readonly key: string;
  readonly name: AnyProblemName;
  readonly message: string;
  readonly hint: string;
}

/** Problems of an actor's privileges that are known before it starts: users and groups that do not exist, and rights that we lack. */
export function privilegeProblems(
  { files }: Host,
  { uid }: Program,
  actor: ActorSpec,
): readonly PrivilegeProblem[] {
  try {
    const { privileges } = resolvePrivileges(files, actor.privileges);
    return privileges === null || uid === 0 ? [] : forbidden(privileges, uid);
  } catch (error) {
    if (!(error instanceof SpawnError)) throw error;
    const hint = "it must be there when the actor starts";
    const key = actor.privileges?.user === null ? "group" : "user";
    return [{ key, name: "config/user-not-found", message: error.message, hint }];
  }
}

function forbidden({ account, nice }: Privileges, uid: number): readonly PrivilegeProblem[] {
  const problem = (key: string, message: string): PrivilegeProblem => ({
    key,
    name: "config/not-permitted",
    message,
    hint: `this is user ${uid}; run supervise as root, or leave it out`,
  });
  const isOther = account !== null && (account.uid === null || account.uid !== uid);
  return [
    ...(isOther
      ? [
        problem(
          account.uid === null ? "group" : "user",
          `${account.label}: only root may run a program ${whose(account)}`,
        ),
      ]
      : []),
    ...(nice !== null && nice < 0
      ? [problem("nice", `nice = ${nice}: only root may raise the priority`)]
      : []),
  ];
}

function whose({ uid }: UserAccount): string {
  return uid === null ? "in another group" : "as another user";
}
