require("dotenv").config();
const os = require("os");
const { name, version } = require("./package.json");

const base = {
  cwd: __dirname,
  env: { NODE_ENV: process.env.NODE_ENV ?? "production", RELEASE: `${name}@${version}` },
};
const ports = { api: 3000, pages: 3001 };

const apps = Object.entries(ports).map(([app, port]) => ({
  ...base,
  name: `${name}-${app}`,
  script: `dist/${app}.js`,
  env: { ...base.env, PORT: String(port), DATABASE_URL: process.env.DATABASE_URL },
}));

if (process.env.WITH_MAIL === "yes") {
  apps.push({ ...base, name: "mail", script: "dist/mail.js" });
}

module.exports = {
  apps: [...apps, { ...base, name: "render", script: "dist/render.js", instances: os.cpus().length - 1 }],
};
