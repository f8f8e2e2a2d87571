module.exports = {
  apps: [
    {
      name: "street-web",
      cwd: "./apps/web",
      script: "pnpm",
      args: "start",
      env: { NODE_ENV: "production", PORT: 3000 },
      instances: 1,
      autorestart: true,
      watch: false,
      max_memory_restart: "500M",
    },
    {
      name: "street-engine",
      cwd: "./apps/engine",
      script: "pnpm",
      args: ["run", "start", "--", "--name", "the engine"],
      env: { NODE_ENV: "production", PORT: process.env.ENGINE_PORT || "3002" },
      exec_mode: "fork",
      log_type: "json",
      log_date_format: "YYYY-MM-DD HH:mm:ss Z",
      merge_logs: true,
      max_memory_restart: "1G",
    },
  ],
};
