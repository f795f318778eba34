// Refers a client with the generated types, and reads what becomes of it.
import { strict as assert } from "node:assert";
import createClient from "openapi-fetch";
import type { components, paths } from "./hub";

const HUB = process.env.HUB_URL;
const key = () => ({ "Idempotency-Key": crypto.randomUUID() });

async function main() {
  const headers = { Authorization: `Bearer ${await token()}` };
  const hub = createClient<paths>({ baseUrl: `${HUB}/v1`, headers });
  await refer(hub);
  await subscribe(hub);
}

type Hub = ReturnType<typeof createClient<paths>>;

async function refer(hub: Hub) {
  const { data: created } = await hub.POST("/referrals", { params: { header: key() }, body: referral() });
  assert(created);
  const path = { referralId: created.id };
  const read = await hub.GET("/referrals/{referralId}", { params: { path } });
  assert.equal(read.data?.reference, created.reference);

  const tag = { "If-Match": read.response.headers.get("ETag")! };
  const body = { reason: "Huurachterstand van vier maanden." };
  const change = () => hub.PATCH("/referrals/{referralId}", { params: { path, header: { ...key(), ...tag } }, body });
  assert.equal((await change()).data?.reason, body.reason);
  assert.equal((await change()).response.status, 412);

  const { data: listed } = await hub.GET("/referrals", { params: { query: { limit: 50 } } });
  assert(listed?.items.some((each) => each.id === created.id));

  const invalid = referral();
  invalid.client.bsn = "123456789";
  const { error: problem } = await hub.POST("/referrals", { params: { header: key() }, body: invalid });
  assert.equal(problem?.errors?.[0].rule, "bsn-not-allowed");
}

async function subscribe(hub: Hub) {
  const body = { url: `http://127.0.0.1:9/hooks/${crypto.randomUUID()}` };
  const { data: made } = await hub.POST("/subscriptions", { params: { header: key() }, body });
  assert(made?.secret);
  const { data: events } = await hub.GET("/events", { params: { query: { limit: 5 } } });
  assert(events?.items.length);
}

function referral(): components["schemas"]["ReferralIn"] {
  return {
    reference: `typescript-${crypto.randomUUID()}`,
    area: "Noord",
    client: { givenName: "Jan", familyName: "Voorbeeld", birthDate: "1988-04-12" },
    worker: { name: "A. de Vries" },
    reason: "Huurachterstand van drie maanden.",
  };
}

async function token(): Promise<string> {
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: process.env.CLIENT_ID!,
    client_secret: process.env.CLIENT_SECRET!,
  });
  return (await (await fetch(`${HUB}/oauth/token`, { method: "POST", body })).json()).access_token;
}

main();
