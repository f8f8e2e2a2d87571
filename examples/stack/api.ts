/** Counts visits: in PostgreSQL for good, and of this hour in Redis. It answers what it has begun to answer before it ends. */
import { createServer } from "node:http";
import process from "node:process";

/** The clients that come with Bun, by which the binary runs scripts. */
interface Clients {
  readonly sql: (
    text: TemplateStringsArray,
    ...values: unknown[]
  ) => Promise<readonly Record<string, unknown>[]>;
  readonly redis: { incr(key: string): Promise<number> };
}
const { sql, redis } = (globalThis as unknown as { Bun: Clients }).Bun;

async function answer(path: string): Promise<unknown> {
  const recent = await redis.incr("recent");
  if (path === "/health") {
    await sql`SELECT 1`;
    return { ok: true };
  }
  const name = path.replace("/visits/", "");
  const [row] = await sql`
    INSERT INTO visits (name, count) VALUES (${name}, 1)
    ON CONFLICT (name) DO UPDATE SET count = visits.count + 1 RETURNING count`;
  return { name, count: row!["count"], recent, by: process.env["SUPERVISE_ACTOR"], pid: process.pid };
}

const server = createServer(async (request, response) => {
  try {
    response.end(`${JSON.stringify(await answer(request.url!))}\n`);
  } catch (error) {
    response.writeHead(503).end(`${error}\n`);
  }
});
server.listen(
  Number(process.env["PORT"]),
  "127.0.0.1",
  () => console.log(`listening on ${process.env["PORT"]}`),
);

process.on("SIGTERM", () => server.close(() => process.exit(0)));
