/** From what was found on a machine to what it means for the promises: which hold, which are weakened, and what to do. */
import { anyOf } from "../../config/wording.ts";
import { LAYER_NAMES, type LayerName } from "../../engine/containment/layer.ts";
import type { Controller, GroupSupport, Lack } from "../../host/ports/control_groups.ts";
import type { SystemFacts } from "../../host/ports/system_facts.ts";

/** The findings. */
export interface Findings {
  readonly facts: SystemFacts;
  readonly groups: GroupSupport;
  /** The obstacles that keep a tree which is started here from limiting its actors; null for none. */
  readonly limits: readonly { readonly controller: Controller; readonly lack: Lack | null }[];
  /** Name and version of the runtime. */
  readonly runtime: string;
  /** Where logs and sockets go, and why nothing can be written there; null if it can. */
  readonly folders: readonly { readonly path: string; readonly why: string | null }[];
}

/** One line of a report. */
export interface DoctorFinding {
  /** A name that does not change, such as `cgroup`. */
  readonly name: string;
  /** `weak` weakens a promise; `note` is something that is good to know. */
  readonly status: "good" | "note" | "weak";
  /** The finding, as a sentence without a full stop. */
  readonly found: string;
  /** Its meaning for the promises. */
  readonly means: string;
  /** How to get more; null if there is nothing to get. */
  readonly hint: string | null;
}

/** The report of a doctor. */
export interface DoctorReport {
  /** Whether every promise holds. */
  readonly ok: boolean;
  /** The layer of containment that `up` uses here. */
  readonly containment: LayerName;
  readonly findings: readonly DoctorFinding[];
}

/** Fewer open files than this are soon used up by a tree of some size: every actor takes two. */
const FEW_OPEN_FILES = 256;
/** Fewer processes than this are soon used up. */
const FEW_PROCESSES = 256;

/** The meaning of findings. */
export function reportOn(found: Findings): DoctorReport {
  const { facts } = found;
  const findings: DoctorFinding[] = [
    groupsFinding(found.groups),
    limitsFinding(found.limits),
    orphansFinding(facts, found.groups),
    {
      name: "group",
      status: "good",
      found: "sessions and process groups are always there",
      means: "a stop ends what stays in the session of its actor",
      hint: null,
    },
    marksFinding(found.groups),
    handlesFinding(facts),
    hiddenFinding(facts),
    limitFinding("open-files", "open files", facts.openFilesLimit, FEW_OPEN_FILES, "ulimit -n"),
    limitFinding("processes", "processes", facts.processesLimit, FEW_PROCESSES, "ulimit -u"),
    namespacesFinding(facts),
    ...found.folders.map(folderFinding),
    {
      name: "system",
      status: "note",
      found: `${facts.kernel}, ${found.runtime}`,
      means: "for a report of a bug",
      hint: null,
    },
  ];
  return {
    ok: findings.every(({ status }) => status !== "weak"),
    containment: LAYER_NAMES.find((name) => isThere(name, found)) ?? "group",
    findings,
  };
}

function isThere(name: LayerName, { groups, facts }: Findings): boolean {
  return name === "cgroup" ? groups.isAvailable : name === "subreaper" ? facts.adoptsOrphans : true;
}

function groupsFinding(groups: GroupSupport): DoctorFinding {
  if (!groups.isAvailable) {
    return {
      name: "cgroup",
      status: "weak",
      found: groups.why,
      means:
        "an escapee without environment and session is not ended by the stop of its actor, but by `down`; " +
        "if supervisor and guardian are killed in one instant, it may survive",
      hint: groups.hint,
    };
  }
  const how = [
    groups.kills
      ? "killed at once"
      : "frozen and then killed one by one (a kernel from 5.14 on does it at once)",
    groups.startsInGroup
      ? "entered by birth"
      : "entered by a visit of some milliseconds (on x86-64, or with glibc from 2.39 on, Linux from 5.7 on needs none)",
  ];
  return {
    name: "cgroup",
    status: "good",
    found: `control groups can be made in ${groups.home}: ${how.join(", ")}`,
    means: "a stop ends all of its actor and nothing else, whatever it forks and wherever it escapes to",
    hint: null,
  };
}

function limitsFinding(limits: Findings["limits"]): DoctorFinding {
  const namesOf = (some: Findings["limits"]) => anyOf(some.map(({ controller }) => controller));
  const lacking = limits.filter(({ lack }) => lack !== null);
  const there = limits.filter(({ lack }) => lack === null);
  const reasons = Map.groupBy(lacking, ({ lack }) => lack!.why);
  const hints = new Set(lacking.map(({ lack }) => lack!.hint));
  return {
    name: "limits",
    status: lacking.length === 0 ? "good" : "note",
    found: [
      ...(there.length === 0 ? [] : [`limits of ${namesOf(there)} can be kept`]),
      ...[...reasons].map(([why, some]) => `no limits of ${namesOf(some)}: ${why}`),
    ].join("; "),
    means: lacking.length === 0
      ? "the key `cgroup` holds for all that an actor starts"
      : "an actor with such a limit in `cgroup` runs without it, or not at all if it is required",
    hint: hints.size === 0 ? null : [...hints].join("; "),
  };
}

function orphansFinding({ adoptsOrphans }: SystemFacts, groups: GroupSupport): DoctorFinding {
  return adoptsOrphans
    ? {
      name: "subreaper",
      status: "good",
      found: "orphans come to whoever asks for them",
      means: "no zombie stays, and `down` ends everything that descends from the tree",
      hint: null,
    }
    : {
      name: "subreaper",
      status: "weak",
      found: "this kernel gives orphans to nobody who asks",
      means: groups.isAvailable
        ? "how an orphan ended is not known, and the first process of the machine has to reap it"
        : "what makes a session of its own gets away",
      hint: "use Linux from 3.4 on, or run supervise as the first process of a container",
    };
}

function marksFinding({ isAvailable }: GroupSupport): DoctorFinding {
  return {
    name: "marks",
    status: "note",
    found: "each run has a mark in the environment of its processes, which nobody can guess",
    means: isAvailable
      ? "control groups and descent come first; a mark only tells of what has left both"
      : "without control groups a process that lost its parents is known by its session or its mark: one that has shed both, " +
        "or bears the mark of another actor of its user, is not ended by the stop of its actor, but by `down`; what bears a " +
        "mark ends nothing of another user with it",
    hint: null,
  };
}

function handlesFinding({ hasProcessHandles }: SystemFacts): DoctorFinding {
  return hasProcessHandles
    ? {
      name: "pidfd",
      status: "good",
      found: "processes have handles",
      means: "a signal never reaches a later process with the same number",
      hint: null,
    }
    : {
      name: "pidfd",
      status: "weak",
      found: "pidfd_open is not there, or not allowed",
      means: "no single process can be signalled",
      hint: "use Linux from 5.3 on; in a container allow pidfd_open and pidfd_send_signal (seccomp)",
    };
}

function hiddenFinding({ hidden }: SystemFacts): DoctorFinding {
  return hidden === null
    ? {
      name: "proc",
      status: "good",
      found: "all processes can be seen in /proc",
      means: "what is left is found",
      hint: null,
    }
    : {
      name: "proc",
      status: "weak",
      found: `/proc hides the processes of other users (${hidden})`,
      means: "an actor that changes its user is out of sight, and may be left",
      hint: "mount -o remount,hidepid=0 /proc, or be root",
    };
}

function limitFinding(
  name: string,
  what: string,
  limit: number | null,
  few: number,
  command: string,
): DoctorFinding {
  const isFew = limit !== null && limit < few;
  const amount = limit === null ? "cannot be told" : limit === Infinity ? "none" : String(limit);
  return {
    name,
    status: isFew ? "weak" : "good",
    found: `limit of ${what}: ${amount}`,
    means: isFew ? "a tree of some size cannot start all of its actors" : "enough for a tree of some size",
    hint: isFew ? `raise it (${command})` : null,
  };
}

function namespacesFinding({ userNamespaces }: SystemFacts): DoctorFinding {
  const can = userNamespaces === true;
  return {
    name: "userns",
    status: "note",
    found: userNamespaces === null
      ? "whether users may make namespaces cannot be told"
      : `users may ${can ? "" : "not "}make namespaces of their own`,
    means: "no promise needs them",
    hint: null,
  };
}

function folderFinding({ path, why }: Findings["folders"][number]): DoctorFinding {
  return {
    name: "folder",
    status: why === null ? "good" : "weak",
    found: why === null ? `${path} can be written to` : `${path} cannot be used: ${why}`,
    means: why === null ? "logs and sockets have their place" : "no tree can be started",
    hint: why === null ? null : "make it writable; XDG_STATE_HOME moves the logs",
  };
}
