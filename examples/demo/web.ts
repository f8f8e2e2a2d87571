/** A daemon: it serves until it is told to stop, and finishes what it is doing before it does. */
import { createServer } from "node:http";
import process from "node:process";

const port = Number(process.env["PORT"]);
let answered = 0;

const server = createServer((request, response) => {
  answered += 1;
  response.end(request.url === "/health" ? "ok\n" : `hello from ${process.env["SUPERVISE_ACTOR"]}\n`);
});
server.listen(port, "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${port}`));

process.on("SIGTERM", () => {
  console.log(`asked to stop after ${answered} answers`);
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
