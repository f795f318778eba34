// Refers a client through the generated client, and reads what becomes of it.
import { strict as assert } from "node:assert";
import {
  Configuration,
  ProblemOutFromJSON,
  ReferralIn,
  ReferralsApi,
  ResponseError,
  SubscriptionsApi,
} from "./client";

const HUB = process.env.HUB_URL;
const key = () => crypto.randomUUID();

async function main() {
  const configuration = new Configuration({ basePath: `${HUB}/v1`, accessToken: `Bearer ${await token()}` });
  await refer(new ReferralsApi(configuration));
  await subscribe(new SubscriptionsApi(configuration));
}

async function refer(referrals: ReferralsApi) {
  const created = await referrals.createReferral({ idempotencyKey: key(), referralIn: referral() });
  const read = await referrals.getReferralRaw({ referralId: created.id });
  assert.equal((await read.value()).reference, created.reference);

  const change = {
    referralId: created.id,
    ifMatch: read.raw.headers.get("ETag")!,
    referralPatchIn: { reason: "Huurachterstand van vier maanden." },
  };
  const changed = await referrals.updateReferral({ ...change, idempotencyKey: key() });
  assert.equal(changed.reason, "Huurachterstand van vier maanden.");
  await refused(412, referrals.updateReferral({ ...change, idempotencyKey: key() }));

  const listed = await referrals.listReferrals({ limit: 50 });
  assert(listed.items.some((each) => each.id === created.id));

  const invalid = referral();
  invalid.client.bsn = "123456789";
  const problem = await refused(400, referrals.createReferral({ idempotencyKey: key(), referralIn: invalid }));
  assert.equal(problem.errors?.[0].rule, "bsn-not-allowed");
}

async function subscribe(subscriptions: SubscriptionsApi) {
  const subscriptionIn = { url: `http://127.0.0.1:9/hooks/${key()}` };
  const made = await subscriptions.createSubscription({ idempotencyKey: key(), subscriptionIn });
  assert(made.secret);
  const events = await subscriptions.listEvents({ limit: 5 });
  assert(events.items[0].time instanceof Date);
}

async function refused(status: number, call: Promise<unknown>) {
  const error = await call.then(() => undefined, (reason) => reason);
  assert(error instanceof ResponseError);
  assert.equal(error.response.status, status);
  return ProblemOutFromJSON(await error.response.json());
}

function referral(): ReferralIn {
  return {
    reference: `typescript-${key()}`,
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
