// Looks at pages of `handfast explain` in Chromium, as a reader would:
//   node pages.mjs CHROMIUM FOLDER: each FOLDER/*.html; screenshots beside them; one JSON object to standard output.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [chromium, folder] = process.argv.slice(2);
// The packages stand beside the pages, in the build folder.
const require = createRequire(join(resolve(folder), "package.json"));
const playwright = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
// A busy machine takes its time.
const patience = 240_000;
const views = [
  { view: "light", colorScheme: "light", viewport: { width: 1280, height: 900 } },
  { view: "dark", colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  { view: "phone", colorScheme: "light", viewport: { width: 390, height: 844 } },
];

// What is lit when the pointer rests on octets, then on a group of fields; and where the arrow key leads.
async function point(page) {
  const dump = page.locator(".dump").first();
  const span = dump.locator(".hex span").nth(3);
  await span.hover();
  const fromOctets = await dump.evaluate((element) => ({
    field: element.querySelectorAll(".hex span")[3].dataset.field,
    lit: [...element.querySelectorAll(".fields li.on")].map((row) => [...row.parentElement.children].indexOf(row)),
  }));
  const row = dump.locator(".fields li").first();
  await row.hover();
  const fromField = await dump.evaluate((element) => ({
    lit: element.querySelectorAll(".hex span.on").length,
    all: element.querySelectorAll(".hex span").length,
  }));
  await row.focus();
  await page.keyboard.press("ArrowDown");
  const keyboard = await dump.evaluate((element) => {
    const rows = [...element.querySelectorAll(".fields li")];
    return {
      focused: rows.indexOf(document.activeElement),
      lit: [...element.querySelectorAll(".hex span.on")].map((lit) => +lit.dataset.field),
      stops: rows.filter((one) => one.tabIndex === 0).length,
    };
  });
  return { fromOctets, fromField, keyboard };
}

async function look(browser, file, { view, ...settings }) {
  const page = await browser.newPage({ ...settings, reducedMotion: "reduce" });
  page.setDefaultTimeout(patience);
  const complaints = [];
  const requests = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => requests.push(request.url()));
  const address = pathToFileURL(join(resolve(folder), file)).href;
  await page.goto(address);
  const counts = await page.evaluate(() => ({
    steps: document.querySelectorAll(".step").length,
    sequence: document.querySelectorAll(".sequence li").length,
    numbers: [...document.querySelectorAll(".sequence .n")].map((number) => number.textContent),
    titles: [...document.querySelectorAll(".sequence .title")].map((title) => title.textContent),
    records: document.querySelectorAll(".record").length,
    keys: document.querySelectorAll(".keys .value").length,
    overflow: document.documentElement.scrollWidth - innerWidth,
  }));
  await page.screenshot({ path: join(folder, `${file.replace(".html", "")}-${view}.png`), fullPage: true, timeout: patience });
  const pointed = await point(page);
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => axe.run());
  await page.close();
  return {
    view, counts, pointed, complaints,
    requests: requests.filter((url) => url !== address && !url.startsWith("data:")),
    passes: passes.map((rule) => rule.id),
    violations: violations.map((rule) => `${rule.id}: ${rule.nodes[0].html.slice(0, 200)}`),
  };
}

const browser = await playwright.chromium.launch({ executablePath: chromium, args: ["--no-sandbox"] });
const seen = {};
for (const file of readdirSync(folder).filter((name) => name.endsWith(".html"))) {
  seen[file.replace(".html", "")] = [];
  for (const view of views) seen[file.replace(".html", "")].push(await look(browser, file, view));
}
await browser.close();
process.stdout.write(JSON.stringify(seen));
