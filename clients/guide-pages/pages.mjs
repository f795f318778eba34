// Opens pages of the guide in a browser: what axe-core finds, whether anything is wider than a phone, and the search.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import puppeteer from "puppeteer-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const guide = `${process.env.HUB_URL}/docs/guide/`;
const PAGES = [
  "index.html",
  "tutorial/first-referral.html",
  "how-to/receiving-webhooks.html",
  "how-to/operations.html",
  "reference/errors.html",
  "reference/errors/unauthenticated.html",
  "reference/settings.html",
  "explanation/privacy.html",
  "architecture.html",
  "decisions/index.html",
  "nl/index.html",
  "nothing.html",
];
const WIDTHS = [1280, 360];
const faults = [];
let serious = 0;

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
const page = await browser.newPage();
page.on("console", (message) => {
  // The address that does not exist is meant.
  if (message.type() === "error" && !message.text().includes("404")) faults.push(message.text());
});
for (const width of WIDTHS) {
  await page.setViewport({ width, height: 800 });
  for (const address of PAGES) {
    await page.goto(guide + address);
    await page.evaluate(axe);
    const found = await page.evaluate(() => axe.run());
    for (const violation of found.violations.filter((each) => ["serious", "critical"].includes(each.impact))) {
      serious += 1;
      faults.push(`${address} at ${width}: ${violation.id}: ${violation.nodes[0].html}: ${violation.nodes[0].failureSummary}`);
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wide > 0) faults.push(`${address} at ${width}: ${wide} pixels wider than the window`);
  }
}
await page.goto(`${guide}how-to/subscribing.html`);
await page.type("input[type=search]", "handshake");
await page.waitForSelector(".found li", { timeout: 10000 }).catch(() => faults.push("the search finds nothing"));
await browser.close();

console.log(faults.join("\n"));
console.log(`result: ${serious} serious findings on ${PAGES.length} pages`);
process.exit(faults.length ? 1 : 0);
