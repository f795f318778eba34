// Uses the page /docs as a visitor does: logs in, executes what is filled in, and looks at it in light, dark and on a phone.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import puppeteer from "puppeteer-core";

const { HUB_URL, CLIENT_ID, CLIENT_SECRET, SCREENSHOTS } = process.env;
const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const GRAVE = ["serious", "critical"];
const VIEWPORTS = { desktop: { width: 1280, height: 900 }, phone: { width: 360, height: 740 } };
const COLOURS = ["light", "dark"];
// In this order, because each works on what the ones before it made.
const CALLS = [
  ["createReferral", "201"],
  ["createReferral", "201", "usual"],
  ["createReferral", "201", "usual"],
  ["listReferrals", "200"],
  ["searchReferrals", "200"],
  ["getReferral", "200"],
  ["updateReferral", "200"],
  ["getReferralHistory", "200"],
  ["listReferralActions", "200"],
  ["listReferralDisclosures", "200"],
  ["sendSignal", "200"],
  ["listSignals", "200"],
  ["listInformationRequests", "200"],
  ["listOnwardReferrals", "200"],
  ["listArrivals", "200"],
  ["listAppointments", "200"],
  ["listTrajectories", "200"],
  ["getTrajectory", "200"],
  ["getTrajectoryHistory", "200"],
  ["listTrajectoryActions", "200"],
  ["listWorkAwaitingReferrer", "200"],
  ["listSubscriptions", "200"],
  ["createSubscription", "201"],
  ["getSubscription", "200"],
  ["updateSubscription", "200"],
  ["previewEvent", "200"],
  ["rotateSubscriptionSecret", "200"],
  ["sendTestEvent", "202"],
  ["listDeliveries", "200"],
  ["replayDeliveries", "202"],
  ["retryDeliveries", "202"],
  ["recoverDeliveries", "202"],
  ["pauseSubscription", "200"],
  ["resumeSubscription", "200"],
  ["deleteSubscription", "204"],
  ["listEvents", "200"],
  ["listFeedbackPolicies", "200"],
  ["explainDisclosure", "200"],
  ["listCodeLists", "200"],
  ["getCodeList", "200"],
  ["getEventSchema", "200"],
  ["withdrawReferral", "200"],
  ["createReferral", "201", "usual"],
  ["reportEntryError", "200"],
  ["getOpenapiDocument", "200"],
  ["getDocumentWithoutWebhooks", "200"],
];
// What a referrer may call, but what succeeds only after something else, or for somebody else.
const LEFT_OUT = [
  // Organisations that process referrals make appointments.
  "getAppointment",
  "getAppointmentCalendar",
  "answerAppointment",
  "cancelAppointment",
  // Of a question, which a counsellor asks.
  "getInformationRequest",
  "answerInformationRequest",
  // Of a client who arrived.
  "getArrival",
  "answerArrival",
  // For who guides the client.
  "listTrajectoryParties",
  // Addresses of a sandbox need no consent.
  "requestSubscriptionConsent",
  "approveSubscription",
  // For the finance team.
  "listWorkOfCounsellor",
  "listOverdueWork",
  "listWorkAwaitingCounsellor",
  // For deliveries that have ended.
  "redeliverDelivery",
];

const { paths } = await (await fetch(`${HUB_URL}/v1/openapi.json`)).json();
const OPERATIONS = Object.values(paths).flatMap((methods) => Object.values(methods));
const TAGS = Object.fromEntries(OPERATIONS.map((each) => [each.operationId, each.tags[0]]));

const faults = [];
const sent = { "idempotency-key": new Set(), reference: new Set() };
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});

async function opened() {
  const page = await browser.newPage();
  page.setDefaultTimeout(90_000);
  page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
  page.on("console", (said) => {
    if (/Content Security Policy/.test(said.text())) faults.push(`policy: ${said.text()}`);
  });
  page.on("request", remember);
  await page.setViewport(VIEWPORTS.desktop);
  await page.goto(`${HUB_URL}/docs`);
  await page.waitForSelector(".opblock-tag");
  return page;
}

// What must be new in each request.
function remember(request) {
  if (!request.url().includes("/v1/") || request.method() === "GET") return;
  const reference = /\/v1\/referrals$/.test(request.url()) && JSON.parse(request.postData()).reference;
  for (const [name, value] of Object.entries({ "idempotency-key": request.headers()["idempotency-key"], reference })) {
    if (!value) continue;
    if (sent[name].has(value)) faults.push(`${name} ${value} is sent again`);
    sent[name].add(value);
  }
}

// Every operation that the scopes of the token allow is called, or said to be left out.
function judgeCalls(scope) {
  const known = new Set([...LEFT_OUT, ...CALLS.map(([operation]) => operation)]);
  const granted = scope.split(" ");
  for (const { operationId, security = [] } of OPERATIONS) {
    const needed = security.flatMap((way) => Object.values(way).flat());
    if (needed.every((each) => granted.includes(each)) && !known.has(operationId)) faults.push(`${operationId} is not called`);
  }
}

async function submit(page, form, values, told) {
  for (const [name, value] of Object.entries(values)) {
    await page.$eval(`[name=${name}]`, (field, text) => (field.value = text), value);
  }
  await page.click(`${form} button`);
  await page.waitForFunction((text) => document.getElementById("told").textContent.includes(text), {}, told);
}

async function tokenOfHub() {
  const form = { grant_type: "client_credentials", client_id: CLIENT_ID, client_secret: CLIENT_SECRET };
  const answer = await fetch(`${HUB_URL}/oauth/token`, { method: "POST", body: new URLSearchParams(form) });
  return answer.json();
}

async function open(page, operation) {
  const tag = TAGS[operation];
  const shown = `#operations-${tag}-${operation}`;
  if (!(await page.$(shown))) await page.click(`#operations-tag-${tag}`);
  await page.waitForSelector(shown);
  await toggle(page, shown);
  await filledIn(page, shown);
  return shown;
}

async function toggle(page, shown) {
  await page.$eval(`${shown} .opblock-summary-control`, (each) => each.click());
}

// The button is disabled until a request is filled in, and from the click until the next one is.
async function filledIn(page, shown) {
  await page.waitForSelector(`${shown} .execute:enabled`);
}

async function execute(page, shown, expected) {
  const [answer] = await Promise.all([
    page.waitForResponse((each) => each.url().includes("/v1/")),
    page.$eval(`${shown} .execute`, (each) => each.click()),
  ]);
  const status = String(answer.status());
  if (status !== expected) faults.push(`${shown}: ${status} in place of ${expected}: ${(await answer.text()).slice(0, 300)}`);
  await filledIn(page, shown);
}

async function examine(page, state) {
  for (const [device, viewport] of Object.entries(VIEWPORTS)) {
    await page.setViewport(viewport);
    for (const colours of COLOURS) {
      // Without motion, so that no colour is read while it changes into another.
      await page.emulateMediaFeatures([
        { name: "prefers-color-scheme", value: colours },
        { name: "prefers-reduced-motion", value: "reduce" },
      ]);
      await judge(page, `${device}, ${colours}, ${state}`, viewport.width);
      if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/${device}-${colours}-${state}.png` });
    }
  }
  await page.setViewport(VIEWPORTS.desktop);
}

async function judge(page, where, width) {
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  for (const each of violations.filter(({ impact }) => GRAVE.includes(impact))) {
    const [{ html, failureSummary }] = each.nodes;
    faults.push(`${where}: ${each.impact} ${each.id}, ${each.nodes.length} times: ${html.slice(0, 160)}: ${failureSummary}`);
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  if (wide > width) faults.push(`${where}: ${wide} pixels wide`);
}

const page = await opened();
// Evaluated by the browser's debugger, which the page's policy does not bind.
await page.evaluate(AXE);
const { access_token: token, scope } = await tokenOfHub();
judgeCalls(scope);
await submit(page, "#log-in", { client_id: CLIENT_ID, client_secret: "wrong" }, "lient");
await submit(page, "#log-in", { client_id: CLIENT_ID, client_secret: CLIENT_SECRET }, `as ${CLIENT_ID}`);
await examine(page, "collapsed");
for (const [number, [operation, expected, example]] of CALLS.entries()) {
  const shown = await open(page, operation);
  if (example) await page.select(`${shown} .opblock-section-request-body .examples-select-element`, example);
  await execute(page, shown, expected);
  console.log(`${operation}: ${faults.length} serious findings so far`);
  if (number === 0) {
    await examine(page, "executed");
    await submit(page, "#paste", { token }, "this token");
  }
  await toggle(page, shown);
}
await submit(page, "#paste", { token: "no-token" }, "this token");
await execute(page, await open(page, "listReferrals"), "401");
const kept = await page.evaluate(() => Object.keys(localStorage).length + Object.keys(sessionStorage).length);
if (kept) faults.push("the page keeps something after it is left");
await browser.close();

console.log(faults.join("\n"));
console.log(`result: ${CALLS.length} requests as they are filled in; ${faults.length} serious findings`);
process.exit(faults.length ? 1 : 0);
