/** Images of well-known programs, and how those are run without one: what `apt install` or `brew install` gives. */
import type { DraftValue } from "../draft.ts";

/** A program that images are known of. */
export interface KnownImage {
  /** Last parts of names of images, without tags. */
  readonly images: readonly string[];
  readonly title: string;
  /** Where it listens in its image. */
  readonly port: number;
  /** Options of the program by which its command names another port. */
  readonly portOptions: readonly string[];
  /** Names of the program, with which a `command` may begin. */
  readonly programs: readonly string[];
  /** Where its image keeps its data; null if it has none. */
  readonly data: string | null;
  run(at: Local): LocalRun;
}

/** Where it is to be on this machine. */
export interface Local {
  readonly port: number;
  /** Its folder of data, with a placeholder for the folder of the file; null if it keeps none. */
  readonly data: string;
  /** Whether a volume keeps its data. */
  readonly isKept: boolean;
  /** The arguments that the command of the service has beside the program. */
  readonly args: readonly string[];
  /** The file of this machine that is mounted at a path of the image; null if none is. */
  readonly mounted: (path: string) => string | null;
}

/** How it is run here. */
export interface LocalRun {
  readonly words: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly hooks?: Readonly<Record<string, DraftValue>>;
  /** Said above the actor. */
  readonly comments: readonly string[];
}

/** Debian has the programs of each version of PostgreSQL in a folder of its own, and some in no folder of PATH. */
const POSTGRES_VERSIONS = [18, 17, 16, 15, 14];
const POSTGRES_PATH = [
  "${env:PATH:-/usr/bin:/bin}",
  ...POSTGRES_VERSIONS.map((version) => `/usr/lib/postgresql/${version}/bin`),
]
  .join(":");

const sh = (script: string): DraftValue => ["/bin/sh", "-c", script];

/** The database is made in the mode of one user, so that it is there before anybody can connect. */
const INIT_POSTGRES = [
  'test -s "$PGDATA/PG_VERSION" && exit 0',
  'initdb --auth=trust --username="${POSTGRES_USER:-postgres}" || exit 1',
  'test "${POSTGRES_DB:-${POSTGRES_USER:-postgres}}" = postgres && exit 0',
  'echo "CREATE DATABASE \\"${POSTGRES_DB:-$POSTGRES_USER}\\"" | postgres --single -D "$PGDATA" postgres',
].join("; ");

/** By the names of images. */
export const KNOWN_IMAGES: readonly KnownImage[] = [
  {
    images: ["postgres", "postgresql", "postgis", "pgvector", "timescaledb", "timescaledb-ha"],
    title: "PostgreSQL",
    port: 5_432,
    portOptions: ["-p", "--port"],
    programs: ["postgres"],
    data: "/var/lib/postgresql/data",
    run: ({ port, data, args }) => ({
      words: ["postgres", "-c", "unix_socket_directories=", ...args],
      env: { PATH: POSTGRES_PATH, PGDATA: data, PGHOST: "127.0.0.1", PGPORT: String(port) },
      hooks: { pre_start: sh(INIT_POSTGRES), timeout: "1m" },
      comments: [
        "The first start makes its database, which believes every local user without a password.",
        "It is not to run as root, which PostgreSQL refuses.",
      ],
    }),
  },
  {
    images: ["redis", "redis-stack", "redis-stack-server"],
    title: "Redis",
    port: 6_379,
    portOptions: ["--port"],
    programs: ["redis-server"],
    data: "/data",
    run: (at) => keyValueStore("redis-server", at),
  },
  {
    images: ["valkey"],
    title: "Valkey",
    port: 6_379,
    portOptions: ["--port"],
    programs: ["valkey-server"],
    data: "/data",
    run: (at) => keyValueStore("valkey-server", at),
  },
  {
    images: ["nginx", "nginx-unprivileged"],
    title: "nginx",
    port: 80,
    portOptions: [],
    programs: ["nginx"],
    data: null,
    run: ({ args, mounted }) => {
      const config = mounted("/etc/nginx/nginx.conf");
      const sites = mounted("/etc/nginx/conf.d") ?? mounted("/etc/nginx/conf.d/default.conf") ??
        mounted("/etc/nginx/templates");
      return {
        words: ["nginx", ...(config === null ? [] : ["-c", config]), "-g", "daemon off;", ...args],
        comments: [
          "It wants a port that its user may listen at, and paths of this machine in its configuration.",
          ...(sites === null ? [] : [`Include ${sites} in the nginx.conf of this machine.`]),
        ],
      };
    },
  },
  {
    images: ["mysql", "mysql-server", "percona"],
    title: "MySQL",
    port: 3_306,
    portOptions: ["-P", "--port"],
    programs: ["mysqld"],
    data: "/var/lib/mysql",
    run: ({ port, data, args }) => ({
      words: [
        "mysqld",
        `--datadir=${data}`,
        `--port=${port}`,
        "--bind-address=127.0.0.1",
        `--socket=${data}/mysqld.sock`,
        "--mysqlx=OFF",
        ...args,
      ],
      hooks: {
        pre_start: sh(
          `test -d "${data}/mysql" || { mkdir -p "${data}" && mysqld --initialize-insecure --datadir="${data}"; }`,
        ),
        timeout: "2m",
      },
      comments: [
        "The first start makes its data, with a root that has no password. Make the database and the user once:",
        "mysql -h 127.0.0.1 -u root -e 'CREATE DATABASE ...; CREATE USER ...'",
      ],
    }),
  },
  {
    images: ["mariadb"],
    title: "MariaDB",
    port: 3_306,
    portOptions: ["-P", "--port"],
    programs: ["mariadbd", "mysqld"],
    data: "/var/lib/mysql",
    run: ({ port, data, args }) => ({
      words: [
        "mariadbd",
        `--datadir=${data}`,
        `--port=${port}`,
        "--bind-address=127.0.0.1",
        `--socket=${data}/mariadb.sock`,
        ...args,
      ],
      hooks: {
        pre_start: sh(
          `test -d "${data}/mysql" || { mkdir -p "${data}" && mariadb-install-db --datadir="${data}" --auth-root-authentication-method=normal; }`,
        ),
        timeout: "2m",
      },
      comments: [
        "The first start makes its data, with a root that has no password. Make the database and the user once:",
        "mariadb -h 127.0.0.1 -u root -e 'CREATE DATABASE ...; CREATE USER ...'",
      ],
    }),
  },
  {
    images: ["rabbitmq"],
    title: "RabbitMQ",
    port: 5_672,
    portOptions: [],
    programs: ["rabbitmq-server"],
    data: "/var/lib/rabbitmq",
    run: ({ port, data, args }) => ({
      words: ["rabbitmq-server", ...args],
      env: {
        RABBITMQ_NODE_PORT: String(port),
        RABBITMQ_MNESIA_BASE: `${data}/mnesia`,
        RABBITMQ_LOG_BASE: `${data}/log`,
      },
      hooks: { pre_start: ["mkdir", "-p", data] },
      comments: ["Make the users that its image makes of variables by `rabbitmqctl add_user`."],
    }),
  },
  {
    images: ["mongo", "mongodb", "mongodb-community-server"],
    title: "MongoDB",
    port: 27_017,
    portOptions: ["--port"],
    programs: ["mongod"],
    data: "/data/db",
    run: ({ port, data, args }) => ({
      words: ["mongod", "--dbpath", data, "--port", String(port), "--bind_ip", "127.0.0.1", ...args],
      hooks: { pre_start: ["mkdir", "-p", data] },
      comments: ["It has no users: the variables by which its image makes them do nothing here."],
    }),
  },
  {
    images: ["memcached"],
    title: "memcached",
    port: 11_211,
    portOptions: ["-p", "--port"],
    programs: ["memcached"],
    data: null,
    run: ({ port, args }) => ({
      words: ["memcached", "-l", "127.0.0.1", "-p", String(port), ...args],
      comments: [],
    }),
  },
  {
    images: ["nats", "nats-server"],
    title: "NATS",
    port: 4_222,
    portOptions: ["-p", "--port"],
    programs: ["nats-server"],
    data: null,
    run: ({ port, args }) => ({
      words: ["nats-server", "-a", "127.0.0.1", "-p", String(port), ...args],
      comments: [],
    }),
  },
  {
    images: ["minio"],
    title: "MinIO",
    port: 9_000,
    portOptions: [],
    programs: ["minio"],
    data: "/data",
    run: ({ port, data }) => ({
      words: ["minio", "server", data, "--address", `127.0.0.1:${port}`],
      hooks: { pre_start: ["mkdir", "-p", data] },
      comments: [],
    }),
  },
  {
    images: ["mailpit"],
    title: "Mailpit",
    port: 1_025,
    portOptions: [],
    programs: ["mailpit"],
    data: null,
    run: ({ port, args }) => ({ words: ["mailpit", "--smtp", `127.0.0.1:${port}`, ...args], comments: [] }),
  },
  {
    images: ["mailhog"],
    title: "MailHog",
    port: 1_025,
    portOptions: [],
    programs: ["mailhog", "MailHog"],
    data: null,
    run: ({ port, args }) => ({
      words: ["MailHog", "-smtp-bind-addr", `127.0.0.1:${port}`, ...args],
      comments: [],
    }),
  },
];

function keyValueStore(program: string, { port, data, isKept, args }: Local): LocalRun {
  return {
    words: [
      program,
      "--bind",
      "127.0.0.1",
      "--port",
      String(port),
      ...(isKept ? ["--dir", data] : ["--save", ""]),
      ...args,
    ],
    ...(isKept ? { hooks: { pre_start: ["mkdir", "-p", data] } } : {}),
    comments: isKept ? [] : ["No volume keeps its data: it writes none."],
  };
}

/** The program of an image; null if it is not known. @param image Such as `docker.io/library/postgres:16-alpine` */
export function knownImage(image: string): KnownImage | null {
  const path = image.replace(/@.*$/, "");
  const name = path.slice(path.lastIndexOf("/") + 1).replace(/:.*$/, "").toLowerCase();
  return KNOWN_IMAGES.find(({ images }) => images.includes(name)) ?? null;
}

/** A program as its command has it: at the port that an option names, which is taken out of the arguments. */
export function withOwnPort(
  image: KnownImage,
  args: readonly string[],
): { readonly image: KnownImage; readonly args: readonly string[] } {
  for (const [index, word] of args.entries()) {
    const option = image.portOptions.find((option) => word === option || word.startsWith(`${option}=`));
    if (option === undefined) continue;
    const isApart = word === option;
    const value = isApart ? args[index + 1] ?? "" : word.slice(option.length + 1);
    if (!/^\d{1,5}$/.test(value)) continue;
    return { image: { ...image, port: Number(value) }, args: args.toSpliced(index, isApart ? 2 : 1) };
  }
  return { image, args };
}
