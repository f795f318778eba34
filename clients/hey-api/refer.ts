// Refers a client through the generated client, and reads what becomes of it.
import { strict as assert } from "node:assert";
import {
  createReferral,
  createSubscription,
  getReferral,
  listEvents,
  listReferrals,
  updateReferral,
  type ReferralIn,
} from "./client";
import { client } from "./client/client.gen";

const HUB = process.env.HUB_URL;
const key = () => ({ "Idempotency-Key": crypto.randomUUID() });

async function main() {
  client.setConfig({ baseUrl: `${HUB}/v1`, auth: await token() });
  await refer();
  await subscribe();
}

async function refer() {
  const { data: created } = await createReferral({ headers: key(), body: referral() });
  assert(created);
  const path = { referralId: created.id };
  const read = await getReferral({ path });
  assert.equal(read.data?.reference, created.reference);

  const tag = { "If-Match": read.response!.headers.get("ETag")! };
  const body = { reason: "Huurachterstand van vier maanden." };
  const changed = await updateReferral({ path, headers: { ...key(), ...tag }, body });
  assert.equal(changed.data?.reason, body.reason);
  const refused = await updateReferral({ path, headers: { ...key(), ...tag }, body });
  assert.equal(refused.response?.status, 412);

  const { data: listed } = await listReferrals({ query: { limit: 50 } });
  assert(listed?.items.some((each) => each.id === created.id));

  const invalid = referral();
  invalid.client.bsn = "123456789";
  const { error: problem } = await createReferral({ headers: key(), body: invalid });
  assert.equal(problem?.errors?.[0].rule, "bsn-not-allowed");
}

async function subscribe() {
  const body = { url: `http://127.0.0.1:9/hooks/${crypto.randomUUID()}` };
  const { data: made } = await createSubscription({ headers: key(), body });
  assert(made?.secret);
  const { data: events } = await listEvents({ query: { limit: 5 } });
  assert(events?.items.length);
}

function referral(): ReferralIn {
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
