import type { ActorSpec } from "./plan.ts";

/** What of a spec a process is made of: one that was started from something else is another. */
export function processOf(spec: ActorSpec): readonly unknown[] {
  const { kind, argv, module, cwd, env, inheritEnv, stdin, sockets, privileges, cgroup } = spec;
  return [kind, argv, module, cwd, env, inheritEnv, stdin, sockets, privileges, cgroup];
}

/** Whether two specs make the same process. */
export function isSameProcess(one: ActorSpec, other: ActorSpec): boolean {
  return one === other || JSON.stringify(processOf(one)) === JSON.stringify(processOf(other));
}
