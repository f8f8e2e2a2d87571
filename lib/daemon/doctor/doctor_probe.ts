/** Looks at the machine for the doctor. */
import { messageOf } from "../../base/user_error.ts";
import { CONTROLLERS, limitLack, roomLack } from "../../engine/limits/limit_lacks.ts";
import type { Controller, GroupSupport, Lack } from "../../host/ports/control_groups.ts";
import type { Host } from "../../host/ports/host.ts";
import type { Program } from "../../host/ports/program.ts";
import type { Findings } from "./doctor_report.ts";
import { ensureRunFolder, makeFolder, namesFor, SOCKETS_HINT } from "../run_folder.ts";
import { requireOwnHome, stateHomeOf } from "../state_folder.ts";

/** Looks at the machine. Nothing of it is changed, but for the folders of supervise, which are made if they are not there. */
export function examine(host: Host, program: Program): Findings {
  const state = stateHomeOf(program);
  const facts = host.facts();
  const groups = host.groups.support();
  return {
    // The runtime raises its own limit; actors get what the caller had.
    facts: { ...facts, openFilesLimit: program.callersOpenFilesLimit ?? facts.openFilesLimit },
    groups,
    limits: CONTROLLERS.map((controller) => ({ controller, lack: limitLackHere(host, groups, controller) })),
    runtime: program.runtime,
    folders: [
      { path: placeOf(host, program.uid), why: whyNot(host, () => ensureRunFolder(host, program.uid).path) },
      {
        path: state,
        why: whyNot(host, () => {
          requireOwnHome(host, program.uid, state);
          makeFolder(host, state, SOCKETS_HINT);
          return state;
        }),
      },
    ],
  };
}

/** Why a tree that is started here could not keep limits of a kind; null if it could. */
function limitLackHere(host: Host, support: GroupSupport, controller: Controller): Lack | null {
  if (!support.isAvailable) return host.groups.lackOf(controller) ?? support;
  return limitLack(host.groups, support.home, controller) ??
    roomLack(host, support.home, new Set([host.processes.ownPid]));
}

/** The folder of sockets that is used here, or would be. */
function placeOf(host: Host, uid: number): string {
  try {
    return ensureRunFolder(host, uid).name;
  } catch {
    return namesFor(uid)[0]!;
  }
}

/** Why nothing can be written to the folder that `make` makes; null if it can. */
function whyNot(host: Host, make: () => string): string | null {
  try {
    const trial = `${make()}/.doctor-${host.processes.ownPid}`;
    host.files.replace(trial, "");
    host.files.remove(trial);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}
