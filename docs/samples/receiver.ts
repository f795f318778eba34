// A receiver of events: WEBHOOK_SECRET=whsec_… npx tsx receiver.ts
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

type Event = { id: string; type: string; subject?: string; sequence?: string; data: Record<string, unknown> };

const webhook = new Webhook(process.env.WEBHOOK_SECRET ?? "");
const seen = new Set<string>(); // in production a column of your database that is unique

const server = createServer(async (request, response) => {
  if (request.method === "OPTIONS") {
    // The hub asks for consent.
    const origin = String(request.headers["webhook-request-origin"] ?? "");
    response.writeHead(200, { "WebHook-Allowed-Origin": origin }).end();
    return;
  }
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  let event: Event;
  try {
    // The body exactly as it was received: not parsed and written again.
    event = webhook.verify(Buffer.concat(parts).toString(), request.headers as Record<string, string>) as Event;
  } catch {
    response.writeHead(401).end();
    return;
  }
  if (!seen.has(event.id) || "webhook-redelivery" in request.headers) {
    seen.add(event.id);
    console.log(event.type, event.id); // store it here; work on it after the answer
  }
  response.writeHead(204).end();
});
server.listen(Number(process.env.PORT ?? 9000), "127.0.0.1");
