/**
 * The shim: a process that changes what it may do, one step after the other, and then becomes the program. It stays one
 * process with one number, so that the process that has started it sees nothing but the program.
 *
 * The order is what makes it right. A step that needs the rights of root comes before the change of user; limits are lowered
 * at the very end, because the runtime itself could not live with some; and the death of the parent is asked for last,
 * because a change of user forgets it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { resolvePath } from "../../../base/posix_path.ts";
import { type Signal, signalNumber } from "../../../base/signals.ts";
import { SpawnError } from "../../ports/processes.ts";
import { CStrings, environmentStrings } from "../c_strings.ts";
import { writeAll } from "../descriptors.ts";
import type { Ffi } from "../ffi.ts";
import { findProgram } from "../find_program.ts";
import { ownImage } from "../own_image.ts";
import { enterGroup } from "../group_placement.ts";
import { cString, LINUX } from "../libc.ts";
import { whyNotRun } from "../why_not_run.ts";
import { takeOn } from "./account_step.ts";
import { closeOthersOnExec, heedBrokenPipe, resetSignals } from "./cleanse.ts";
import { planLimits } from "./limit_steps.ts";
import { whyUnreachable } from "../../shared/reach.ts";
import { onlyRoot, reasonOf, refusal } from "./refuse.ts";
import { SHIM_READY, type ShimOrders, type ShimRefusal } from "./orders.ts";
import { loadShimCalls, type ShimCalls } from "./shim_calls.ts";

/** Exit code of a shim that has not become the program; why is in its report. */
const FAILED = 125;

/**
 * Becomes the program, or reports why not.
 *
 * @param orders Descriptor with the orders.
 * @param report Descriptor for the report.
 * @returns The exit code.
 */
export function runShim(ffi: Ffi, orders: number, report: number): number {
  const calls = loadShimCalls(ffi);
  // Neither runtime reads or writes every descriptor that it was started with.
  const say = (text: string) => writeAll(calls, report, new TextEncoder().encode(text));
  try {
    become(calls, JSON.parse(readFileSync(`/proc/self/fd/${orders}`, "utf8")) as ShimOrders, say);
  } catch (error) {
    const { message } = error as Error;
    const stage = error instanceof SpawnError ? error.stage : "start";
    say(JSON.stringify({ stage, message } satisfies ShimRefusal));
  }
  return FAILED;
}

/** Does not return. @throws {SpawnError} */
function become(calls: ShimCalls, orders: ShimOrders, say: (text: string) => void): void {
  const { argv, env, cwd, privileges, group, parent } = orders;
  const { account, umask, nice, limits, noNewPrivs, oomScoreAdj, deathSignal } = privileges;
  const { call, ffi } = calls;
  resetSignals(calls);
  heedBrokenPipe(calls, false);
  closeOthersOnExec(calls, orders.descriptors);
  const steps = planLimits(calls, limits, orders.openFiles);
  for (const step of steps) if (step.isRaise) step.apply();
  if (nice !== null) setNice(calls, nice);
  if (oomScoreAdj !== null) setOomScore(oomScoreAdj);
  // Not from the start: the runtime might need more than the program may have. It takes the rights of who has made the group.
  if (group !== null) enterGroup(group);
  if (account !== null) {
    takeOn(calls, account);
    enter(cwd, account.label);
  }
  const own = orders.isListening ? { ...env, LISTEN_PID: String(process.pid) } : env;
  const program = orders.isSelf ? ownImage() : findProgram(argv[0]!, env["PATH"], cwd, account?.label);
  const [path, words, variables] = [cString(program), new CStrings(ffi, argv), environmentStrings(ffi, own)];
  if (noNewPrivs) call.prctl(LINUX.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (umask !== null) call.umask(umask);
  if (deathSignal !== null) dieWith(calls, parent, deathSignal);
  say(SHIM_READY);
  for (const step of steps) if (!step.isRaise) step.apply();
  heedBrokenPipe(calls, true);
  call.execve(path, words.pointers, variables.pointers);
  const why = whyNotRun(resolvePath(cwd, program), calls.errno());
  heedBrokenPipe(calls, false);
  throw new SpawnError("start", `Cannot start "${argv[0]}": ${why}`);
}

function setNice({ call, errno }: ShimCalls, nice: number): void {
  if (call.setpriority(LINUX.PRIO_PROCESS, 0, nice) === 0) return;
  throw refusal(`nice = ${nice}`, reasonOf(errno(), onlyRoot("raise the priority", "CAP_SYS_NICE")));
}

function setOomScore(score: number): void {
  try {
    writeFileSync("/proc/self/oom_score_adj", String(score));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const before = readFileSync("/proc/self/oom_score_adj", "utf8").trim();
    const forbidden = onlyRoot(`lower it below the present ${before}`, "CAP_SYS_RESOURCE");
    throw refusal(`oom_score_adj = ${score}`, code === "EACCES" ? forbidden : message);
  }
}

/** The folder was entered with more rights than the user has. */
function enter(cwd: string, who: string): void {
  try {
    process.chdir(cwd);
  } catch {
    const why = whyUnreachable(cwd, who);
    throw new SpawnError(
      "cwd",
      why === null
        ? `The ${who} may not enter the working folder "${cwd}"`
        : `Cannot reach the working folder "${cwd}": ${why}`,
    );
  }
}

/** The kernel does not tell of a parent that has died before prctl is called. */
function dieWith({ call }: ShimCalls, parent: number, signal: Signal): void {
  call.prctl(LINUX.PR_SET_PDEATHSIG, signalNumber(signal), 0, 0, 0);
  if (call.getppid() === parent) return;
  throw refusal(`supervisor_death_signal = ${signal}`, "the supervisor has died already");
}
