const path = require("path");

const here = path.resolve(__dirname);
const app = (name) => ({
  name,
  script: path.resolve(here, "src", `${name}.js`),
  cwd: here,
  autorestart: true,
  watch: false,
});

module.exports = {
  apps: [
    app("quotes-v2"),
    app("quotes-v3"),
    /* {
      name: 'quotes-v4',
      env: { NODE_OPTIONS: `--require ${path.resolve(__dirname, 'compat.js')}` },
    }, */
    app("cakes"),
  ],
};
