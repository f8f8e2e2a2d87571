const isDev = process.env.NODE_ENV === "dev";
module.exports = {
  apps: [
    {
      name: "homes",
      script: "./server/index.js",
      instances: "max",
      exec_mode: "cluster",
      env: { NODE_ENV: isDev ? "development" : "production", PORT: 5000 },
      env_production: { NODE_ENV: "production", JWT_SECRET: process.env.JWT_SECRET },
      watch: isDev,
      ignore_watch: ["node_modules", "logs"],
      error_file: "./logs/err.log",
      out_file: "./logs/out.log",
      time: true,
      max_memory_restart: "1G",
      restart_delay: 4000,
      max_restarts: 10,
      min_uptime: "10s",
    },
  ],
  deploy: {
    production: {
      user: "ubuntu",
      host: "192.0.2.7",
      ref: "origin/main",
      repo: "git@example.org:homes.git",
      path: "/home/ubuntu/homes",
      "post-deploy": "npm install && pm2 reload ecosystem.config.js --env production",
    },
  },
};
