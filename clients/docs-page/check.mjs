// Uses the page /docs as a visitor does: logs in, executes what is filled in, and looks at it in light, dark and on a phone.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import puppeteer from "puppeteer-core";

const { HUB_URL, CLIENT_ID, CLIENT_SECRET, SCREENSHOTS } = process.env;
const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const GRAVE = ["serious", "critical"];
const VIEWPORTS = { desktop: { width: 1280, height: 900 }, phone: { width: 360, height: 740 } };
const COLOURS = ["light", "dark"];
// Each works on what the ones before it made.
const CALLS = [
  ["referrals", "createReferral", "201"],
  ["referrals", "createReferral", "201"],
  ["referrals", "getReferral", "200"],
  ["referrals", "updateReferral", "200"],
  ["referrals", "sendSignal", "200"],
  ["referrals", "listReferralActions", "200"],
  ["subscriptions", "createSubscription", "201"],
  ["subscriptions", "previewEvent", "200"],
  ["subscriptions", "updateSubscription", "200"],
];

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
  return (await answer.json()).access_token;
}

async function open(page, tag, operation) {
  const shown = `#operations-${tag}-${operation}`;
  if (!(await page.$(shown))) await page.click(`#operations-tag-${tag}`);
  await page.waitForSelector(shown);
  await toggle(page, shown);
  await page.waitForSelector(`${shown} .execute`);
  return shown;
}

async function toggle(page, shown) {
  await page.$eval(`${shown} .opblock-summary-control`, (each) => each.click());
}

// What is clicked before Swagger UI has drawn what it fills in is not sent; a person clicks again.
async function answered(page, shown) {
  await page.waitForFunction(
    (css) => [...document.querySelectorAll(`${css} .parameters .required ~ * input, ${css} textarea`)].every((each) => each.value),
    {},
    shown,
  );
  for (let tries = 0; tries < 6; tries++) {
    const [answer] = await Promise.all([
      page.waitForResponse((each) => each.url().includes("/v1/"), { timeout: 15_000 }).catch(() => null),
      page.$eval(`${shown} .execute`, (each) => each.click()),
    ]);
    if (answer) return answer;
  }
  throw new Error(`${shown}: nothing is sent`);
}

async function execute(page, shown, expected) {
  const answer = await answered(page, shown);
  const status = String(answer.status());
  if (status !== expected) faults.push(`${shown}: ${status} in place of ${expected}: ${(await answer.text()).slice(0, 300)}`);
  await page.waitForSelector(`${shown} .live-responses-table`);
  // The page fills in what the next request needs once the answer is drawn.
  await page.evaluate(() => new Promise((done) => setTimeout(done, 100)));
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
await submit(page, "#log-in", { client_id: CLIENT_ID, client_secret: "wrong" }, "lient");
await submit(page, "#log-in", { client_id: CLIENT_ID, client_secret: CLIENT_SECRET }, `as ${CLIENT_ID}`);
await examine(page, "collapsed");
for (const [number, [tag, operation, expected]] of CALLS.entries()) {
  const shown = await open(page, tag, operation);
  await execute(page, shown, expected);
  console.log(`${operation}: ${faults.length} serious findings so far`);
  if (number === 0) {
    await examine(page, "executed");
    await submit(page, "#paste", { token: await tokenOfHub() }, "this token");
  }
  await toggle(page, shown);
}
await submit(page, "#paste", { token: "no-token" }, "this token");
await execute(page, await open(page, "referrals", "listReferrals"), "401");
const kept = await page.evaluate(() => Object.keys(localStorage).length + Object.keys(sessionStorage).length);
if (kept) faults.push("the page keeps something after it is left");
await browser.close();

console.log(faults.join("\n"));
console.log(`result: ${CALLS.length} requests as they are filled in; ${faults.length} serious findings`);
process.exit(faults.length ? 1 : 0);
