/** Keys of a service that have no place here, and those that need none. */

/** Why a key is lost, and what to do. */
export type Loss = readonly [why: string, hint?: string];

const ONE_MACHINE: Loss = ["all actors are on one machine, and share its network"];
const NO_CONTAINER: Loss = ["there is no container that it would be about"];
const NO_NAMESPACE: Loss = ["an actor shares the namespaces of this machine"];

/** By the names of keys. */
export const LOST_KEYS: Readonly<Record<string, Loss>> = {
  attach: ["logs of all actors are shown", "`supervise logs NAME` shows those of one"],
  blkio_config: ["the disk of this machine is not shared out"],
  cap_add: [
    "an actor has the rights of its user",
    "start supervise with these rights, or give the program them by setcap",
  ],
  cap_drop: ["an actor has the rights of its user", "no_new_privs = true lets it gain none"],
  cgroup: NO_NAMESPACE,
  cgroup_parent: ["the groups of actors are below that of supervise"],
  container_name: NO_CONTAINER,
  cpu_count: [
    "only a share of processor time can be limited",
    'cgroup = { cpu_max = "200%" } is two processors',
  ],
  cpu_percent: ["only a share of processor time can be limited", 'cgroup = { cpu_max = "50%" }'],
  cpu_period: ["it is part of how compose limits processor time", 'cgroup = { cpu_max = "50%" }'],
  cpu_quota: ["it is part of how compose limits processor time", 'cgroup = { cpu_max = "50%" }'],
  cpu_rt_period: ["real time is not shared out"],
  cpu_rt_runtime: ["real time is not shared out"],
  cpu_shares: ["processor time is not weighted", "nice = 10 lets others go first"],
  cpuset: ["an actor may run on every processor", "begin the command with `taskset -c 0,1`"],
  credential_spec: NO_CONTAINER,
  device_cgroup_rules: ["an actor sees the devices of this machine"],
  devices: ["an actor sees the devices of this machine"],
  dns: ONE_MACHINE,
  dns_opt: ONE_MACHINE,
  dns_search: ONE_MACHINE,
  domainname: ONE_MACHINE,
  external_links: ONE_MACHINE,
  extra_hosts: ["host names are those of this machine", "add them to /etc/hosts"],
  gpus: ["an actor sees the devices of this machine"],
  group_add: ["an actor has the groups of its user"],
  hostname: ONE_MACHINE,
  ipc: NO_NAMESPACE,
  isolation: NO_CONTAINER,
  label_file: NO_CONTAINER,
  labels: NO_CONTAINER,
  annotations: NO_CONTAINER,
  links: ["all actors find each other at 127.0.0.1", "what it waits for is in depends_on"],
  mac_address: ONE_MACHINE,
  mem_reservation: ["memory is not reserved"],
  mem_swappiness: ["what is swapped out is up to this machine"],
  memswap_limit: ["what is swapped out does not count"],
  models: ["no models are run", "start the server of the model as an actor of its own"],
  network_mode: ONE_MACHINE,
  networks: ONE_MACHINE,
  oom_kill_disable: [
    "the kernel ends what uses up memory",
    "oom_score_adj = -1000 spares it where supervise may set that",
  ],
  pid: NO_NAMESPACE,
  platform: ["programs are those of this machine"],
  privileged: ["an actor has the rights of its user"],
  provider: ["no other program is asked to provide it", "start what it provides as an actor of its own"],
  pull_policy: ["no images are pulled"],
  pull_refresh_after: ["no images are pulled"],
  read_only: ["an actor sees the files of this machine"],
  runtime: NO_CONTAINER,
  shm_size: ["/dev/shm is that of this machine"],
  stdin_open: [
    "an actor reads nothing from a terminal",
    "`supervise exec NAME -- COMMAND` runs a command beside it",
  ],
  storage_opt: NO_CONTAINER,
  sysctls: ["settings of the kernel are those of this machine", "set them by sysctl"],
  tmpfs: ["an actor sees the files of this machine"],
  tty: ["an actor has no terminal"],
  use_api_socket: NO_CONTAINER,
  userns_mode: NO_NAMESPACE,
  uts: NO_NAMESPACE,
  volumes_from: ["an actor sees the files of this machine"],
};

/** Keys of a service that need no counterpart, and why. */
export const KEPT_KEYS: Readonly<Record<string, string>> = {
  expose: "it listens where it is told to",
  init: "supervise reaps what a process leaves",
};

/** Keys of the whole file that are lost. */
export const TOP_KEYS: Readonly<Record<string, Loss>> = {
  networks: ONE_MACHINE,
  volumes: ["no volumes are made", "files are where the programs put them"],
  models: ["no models are run", "start the server of the model as an actor of its own"],
};
