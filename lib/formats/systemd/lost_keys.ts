/** Keys of services that have no counterpart, and what to do instead. */

/** Why a key is lost, and what to do. */
export interface LostKey {
  readonly why: string;
  readonly hint: string | null;
}

const IN_A_UNIT =
  "start the whole tree from a unit that has this key: it holds for all actors then, since they are descendants of that service";

/** Lines of these add to each other, and an empty one may be the strictest of all: each is a loss of its own. */
const SANDBOX =
  /^Service\.(?:Protect\w+|Private\w+|Restrict(?!\w*Exit)\w+|Capability\w+|AmbientCapabilities|SystemCall\w+|SecureBits|\w+Paths|Bind(?:ReadOnly)?Paths|TemporaryFileSystem|LockPersonality|MemoryDeny\w+|RemoveIPC|Mount\w+|Root\w+|DevicePolicy|DeviceAllow|IPAddress\w+|IP(?:In|E)gress\w+|SocketBind\w+|ProcSubset|Keyring\w*|SELinux\w+|AppArmor\w+|Smack\w+|NetworkNamespace\w+|Network\w+|PAMName|UtmpMode|UtmpIdentifier|TTY\w+|DynamicUser|LoadCredential\w*|SetCredential\w*|ImportCredential|Personality|CoredumpFilter|Extension\w+|Namespace\w+|BPF\w+|IgnoreSIGPIPE|TimerSlackNSec|NUMA\w+|SetLoginEnvironment|DisableControllers|ManagedOOM\w+)$/;

/** The sandbox that a key is about; null for other keys. */
export function sandboxKey(key: string): LostKey | null {
  return SANDBOX.test(key) ? { why: "supervise has no sandbox of this kind", hint: IN_A_UNIT } : null;
}

/** By patterns of `Section.Key`; the first that matches counts. */
const LOST: readonly (readonly [RegExp, LostKey])[] = [
  [
    /^Service\.(?:Memory(?:High|Low|Min|SwapMax|ZSwap\w*|Accounting|Pressure\w+)|CPU(?:Weight|Shares|Accounting|QuotaPeriodSec|Affinity|Scheduling\w+)|StartupCPU\w+|IO\w+|BlockIO\w+|StartupIO\w+|Tasks(?:Accounting)|Allowed(?:CPUs|MemoryNodes)|Startup\w+|Slice|Delegate\w*)$/,
    { why: "limits of a control group are memory_max, cpu_max and pids_max", hint: IN_A_UNIT },
  ],
  [
    /^Service\.(?:Runtime|State|Cache|Logs|Configuration)Directory\w*$/,
    {
      why: "no folders are made for an actor",
      hint: 'make them once by hand, or in hooks.pre_start = ["mkdir", "-p", "/run/NAME"]',
    },
  ],
  [/^Service\.ExecReload$/, {
    why: "there is no reload of one actor",
    hint:
      "`supervise signal HUP NAME` sends a signal, `supervise exec NAME -- COMMAND` runs a command as the actor would",
  }],
  [/^Service\.ExecCondition$/, { why: "no start is passed over", hint: "hooks.pre_start fails a start" }],
  [
    /^Service\.(?:PIDFile|GuessMainPID|BusName|NotifyAccess|NonBlocking|Sockets|FileDescriptor\w+|USBFunction\w+|OpenFile|OOMPolicy|ExitType|RootDirectoryStartOnly|SurviveFinalKillSignal|ReloadSignal|RefreshOnReload)$/,
    {
      why: "it is about how systemd keeps track of a service",
      hint: null,
    },
  ],
  [
    /^Service\.(?:FinalKillSignal|RestartKillSignal|WatchdogSignal|SendSIGHUP|SendSIGKILL|TimeoutAbortSec|TimeoutStartFailureMode|TimeoutStopFailureMode|JobTimeout\w+)$/,
    {
      why: "a stop is one signal, SIGTERM to what is left, and SIGKILL at the end of stop.grace",
      hint: null,
    },
  ],
  [
    /^Service\.(?:Restart(?:Steps|MaxDelaySec|Mode)|RestartForceExitStatus|RestartPreventExitStatus|RandomizedExtraSec)$/,
    {
      why: "what is restarted is said by restart and success_exit_codes, and how fast by backoff",
      hint:
        "write success_exit_codes for codes that are no failures; backoff = { initial, max, factor } grows",
    },
  ],
  [/^Service\.(?:SyslogIdentifier|SyslogFacility|SyslogLevel\w*|Log\w+|StandardInput(?:Text|Data))$/, {
    why: "lines go to the logs of the tree, and not to the journal of the machine",
    hint: "`supervise logs` shows them",
  }],
  [/^Service\.(?:SupplementaryGroups|UnsetEnvironment)$/, {
    why: "it has no counterpart",
    hint: "a user has the groups that list it as a member; inherit_env = false lets no variable through",
  }],
  [/^Unit\.(?:Condition|Assert)\w+$/, {
    why: "no start is passed over",
    hint: 'hooks.pre_start = ["test", "-e", ...] fails a start',
  }],
  [/^Unit\.On(?:Failure|Success)\w*$/, {
    why: "no unit is started by an event",
    hint: 'an [[alerts]] table with events = ["failed"] runs a command',
  }],
  [/^Unit\.(?:PartOf|PropagatesStopTo|StopPropagatedFrom|Upholds|BoundBy|ConsistsOf)$/, {
    why: "an actor does not stop with another one",
    hint: 'put both into a [trees.NAME] with strategy = "one_for_all"',
  }],
  [
    /^Unit\.(?:Conflicts|PropagatesReloadTo|ReloadPropagatedFrom|JoinsNamespaceOf|RequiresMountsFor|WantsMountsFor|OnFailureJobMode|IgnoreOnIsolate|StopWhenUnneeded|Refuse\w+|Allow\w+|DefaultDependencies|SurviveFinalKillSignal|CollectMode|FailureAction\w*|SuccessAction\w*|Job\w+|RebootArgument|StartLimitAction|SourcePath|DebugInvocation)$/,
    {
      why: "it is about other units of the machine, or about the machine itself",
      hint: null,
    },
  ],
  [/^Install\.(?:Alias|UpheldBy|Also)$/, { why: "a tree is enabled as a whole", hint: null }],
];

/** The reason and the advice for a key that has no rule; null if systemd knows no such key, as far as that is known here. */
export function lostKey(key: string): LostKey | null {
  if (/(?:^|\.)X-/.test(key)) return { why: "what begins with X- is for other programs", hint: null };
  return LOST.find(([pattern]) => pattern.test(key))?.[1] ?? null;
}
