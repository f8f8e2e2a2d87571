/** A configuration with something of everything that other tools have, for the programs of a Debian without more. */
export const SHOP = `name = "shop"
shutdown = "20s"
env = { LOG_LEVEL = "info" }

[actors.db]
exec = ["/bin/sleep", "1000"]
daemon = true
user = "daemon"
ready = { exec = ["/bin/true"] }
stop = { signal = "SIGINT", grace = "20s" }
log = { file = "/var/log/db.log", max_size = "1MiB" }
limits = { nofile = { soft = 1024, hard = 2048 }, core = "unlimited" }
umask = "0077"
nice = 5
no_new_privs = true
oom_score_adj = 100
cgroup = { memory_max = "256MiB", cpu_max = "50%", pids_max = 100 }

[actors.migrate]
shell = "echo \\"hello $USER 100%\\" ; echo '#x' # done"
depends_on = { db = "ready" }
run_timeout = "5m"

[actors.api]
exec = ["/bin/sleep", "100000"]
daemon = true
restart = "on-failure"
replicas = 2
depends_on = { db = "ready", migrate = "completed" }
sockets = ["tcp://127.0.0.1:18080", "unix:///run/shop.sock"]
env = { API_TOKEN = "s3cr3t-value", PORT = "80", ODD = 'a "b" $c %d' }
ready = { notify = true }
health = { watchdog = "10s" }
hooks = { pre_start = ["/bin/true"], pre_stop = "/bin/true" }
backoff = { initial = "20s" }
intensity = { restarts = 3, within = "1m" }

[actors.nightly]
shell = "echo night"
schedule = "30 3 * * mon-fri"
timezone = "Europe/Berlin"
catch_up = true

[actors.often]
exec = ["/bin/true"]
schedule = "@every 5m"

[trees.pool]
strategy = "rest_for_one"

[trees.pool.actors.queue]
exec = "/bin/sleep 1000"
daemon = true
ready = { tcp = "127.0.0.1:6390" }
health = { http = "http://127.0.0.1:6390/health", interval = "5s" }

[trees.pool.actors.worker]
exec = "/bin/sleep 1000"
daemon = true
autostart = false
depends_on = ["queue"]
`;
