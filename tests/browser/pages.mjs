// Looks at pages of `handfast explain` in Chromium, as a reader would:
//   node pages.mjs CHROMIUM PACKAGES FOLDER ADDRESS
// PACKAGES holds node_modules. Each FOLDER/*.html, then the page of `handfast serve --explain` at ADDRESS; screenshots
// beside them; one JSON object to standard output.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [chromium, packages, folder, address] = process.argv.slice(2);
const require = createRequire(join(resolve(packages), "package.json"));
const playwright = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
// A busy machine takes its time.
const patience = 240_000;
const desk = { viewport: { width: 1280, height: 900 } };
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

const count = (page) =>
  page.evaluate(() => ({
    steps: document.querySelectorAll(".step").length,
    sequence: document.querySelectorAll(".sequence li").length,
    numbers: [...document.querySelectorAll(".sequence .n")].map((number) => number.textContent),
    titles: [...document.querySelectorAll(".sequence .title")].map((title) => title.textContent),
    records: document.querySelectorAll(".record").length,
    dumps: document.querySelectorAll(".dump").length,
    keys: document.querySelectorAll(".keys .value").length,
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  }));

// Every octet and every field of the page, pointed at by the script: what lights up is exactly what belongs
// together. Empty, or the first that does not fit.
const pointAtAll = (page) =>
  page.evaluate(() => {
    const point = (element) => element.dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
    let pointed = 0;
    for (const dump of document.querySelectorAll(".dump")) {
      const rows = [...dump.querySelectorAll(".fields li")];
      const spans = [...dump.querySelectorAll(".hex span")];
      const lit = (parts) => parts.flatMap((part, i) => (part.classList.contains("on") ? [i] : []));
      const octets = spans.reduce((sum, span) => sum + span.textContent.trim().split(/\s+/).length, 0);
      if (octets !== +rows[0].dataset.to) return { pointed, wrong: `${dump.previousSibling.textContent}: octets` };
      for (const span of spans) {
        point(span);
        ++pointed;
        if (lit(rows).join() !== span.dataset.field) return { pointed, wrong: span.outerHTML };
      }
      for (const [i, row] of rows.entries()) {
        point(row);
        ++pointed;
        const inside = (span) => +span.dataset.from >= +row.dataset.from && +span.dataset.to <= +row.dataset.to;
        const expected = spans.flatMap((span, j) => (inside(span) ? [j] : []));
        if (lit(spans).join() !== expected.join() || lit(rows).join() !== `${i}`) return { pointed, wrong: row.outerHTML };
      }
      dump.querySelector(".hex").dispatchEvent(new PointerEvent("pointerleave"));
    }
    return { pointed, wrong: "" };
  });

// With the real pointer: octets, then a group of fields.
async function hover(page) {
  const dump = page.locator(".dump").first();
  await dump.locator(".hex span").nth(3).hover();
  const fromOctets = await dump.evaluate((element) => ({
    field: element.querySelectorAll(".hex span")[3].dataset.field,
    lit: [...element.querySelectorAll(".fields li.on")].map((row) => [...row.parentElement.children].indexOf(row)),
  }));
  await dump.locator(".fields li").first().hover();
  const fromField = await dump.evaluate((element) => ({
    lit: element.querySelectorAll(".hex span.on").length,
    all: element.querySelectorAll(".hex span").length,
  }));
  return { fromOctets, fromField };
}

const focused = (page) =>
  page.evaluate(() => {
    const row = document.activeElement;
    const dump = row.closest(".dump");
    return {
      tag: row.tagName, text: row.textContent.slice(0, 40), outline: getComputedStyle(row).outlineStyle,
      index: dump ? [...row.parentElement.children].indexOf(row) : -1,
      lit: dump ? [...dump.querySelectorAll(".hex span.on")].map((span) => +span.dataset.field) : [],
      stops: dump ? [...row.parentElement.children].filter((one) => one.tabIndex === 0).length : 0,
    };
  });

// No pointer at all: the first stop is the link past the contents; a record opens; arrows walk through fields.
async function keyboard(page) {
  await page.evaluate(() => scrollTo(0, 0));
  await page.keyboard.press("Tab");
  const first = await focused(page);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => location.hash === "#steps");
  const summary = page.locator(".record > summary").first();
  await summary.focus();
  const states = [];
  for (let i = 0; i < 2; ++i) {
    await page.keyboard.press("Enter");
    states.push(await page.locator(".record").first().evaluate((record) => record.open));
  }
  await page.locator(".record").first().evaluate((record) => { record.open = true; });
  await summary.focus();
  await page.keyboard.press("Tab"); // the octets, which scroll
  await page.keyboard.press("Tab");
  const root = await focused(page);
  await page.keyboard.press("ArrowDown");
  const down = await focused(page);
  await page.keyboard.press("End");
  await page.keyboard.press("Home");
  const home = await focused(page);
  await page.keyboard.press("ArrowRight");
  const right = await focused(page);
  await page.keyboard.press("ArrowLeft");
  return { first, states, root, down, home, right, left: await focused(page) };
}

// A link to a message opens the record that it is in, and holds on to it.
async function followLink(page) {
  const link = page.locator(".step .links a").first();
  const href = await link.getAttribute("href");
  await page.evaluate((id) => { document.querySelector(id).closest("details").open = false; }, href);
  await link.click();
  await page.waitForFunction((id) => document.querySelector(id).closest("details").open, href);
  return page.evaluate((id) => {
    const box = document.querySelector(id).getBoundingClientRect();
    return box.bottom > 0 && box.top < innerHeight;
  }, href);
}

async function tap(page) {
  const dump = page.locator(".dump").first();
  const span = dump.locator(".hex span").nth(3);
  await span.scrollIntoViewIfNeeded();
  await span.tap();
  return dump.evaluate((element) => ({
    field: element.querySelectorAll(".hex span")[3].dataset.field,
    lit: [...element.querySelectorAll(".fields li.on")].map((row) => [...row.parentElement.children].indexOf(row)),
  }));
}

// What axe says: all its rules, which takes seconds, or only those that a second look may judge differently.
async function check(page, runOnly = undefined) {
  const { violations, passes } = await page.evaluate((options) => axe.run(options), {
    ...(runOnly && { runOnly }), resultTypes: ["violations", "passes"],
  });
  const show = (rule) => `${rule.id}: ${rule.nodes.length} of ${rule.nodes[0].html.slice(0, 200)}`;
  return {
    violations: violations.map(show), passes: passes.map((rule) => rule.id),
  };
}

// The parts that a reader sees first, one after the other.
async function take(page, name) {
  for (const part of ["top", "sequence", "steps", "keys", "records", "choices", "certificates"]) {
    const there = await page.evaluate((id) => {
      if (id === "top") scrollTo(0, 0);
      else document.getElementById(id)?.scrollIntoView();
      return id === "top" || document.getElementById(id) !== null;
    }, part);
    if (there) await page.screenshot({ path: join(folder, `${name}-${part}.png`), timeout: patience });
  }
}

async function open(browser, address, settings) {
  const page = await browser.newPage({ ...settings, reducedMotion: "reduce" });
  page.setDefaultTimeout(patience);
  const seen = { complaints: [], requests: [] };
  page.on("console", (message) => seen.complaints.push(message.text()));
  page.on("pageerror", (error) => seen.complaints.push(error.message));
  page.on("request", (request) => {
    if (request.url() !== address && !request.url().startsWith("data:")) seen.requests.push(request.url());
  });
  await page.goto(address);
  await page.evaluate(axe);
  return { page, seen };
}

const written = (file) => pathToFileURL(join(resolve(folder), file)).href;

async function atTheDesk(browser, file) {
  const name = file.replace(".html", "");
  const { page, seen } = await open(browser, written(file), { ...desk, colorScheme: "light" });
  seen.counts = await count(page);
  await take(page, `${name}-light`);
  seen.light = await check(page);
  seen.pointed = await pointAtAll(page);
  seen.hovered = await hover(page);
  await page.screenshot({ path: join(folder, `${name}-light-hover.png`), timeout: patience });
  await page.mouse.move(0, 0);
  seen.keyboard = await keyboard(page);
  seen.linked = await followLink(page);
  await page.emulateMedia({ colorScheme: "dark" });
  await take(page, `${name}-dark`);
  seen.dark = await check(page, ["color-contrast"]);
  await page.close();
  return seen;
}

async function onAPhone(browser, file) {
  const { page, seen } = await open(browser, written(file), { ...phone, colorScheme: "light" });
  seen.counts = await count(page);
  await take(page, `${file.replace(".html", "")}-phone`);
  seen.light = await check(page, ["meta-viewport", "scrollable-region-focusable"]);
  seen.tapped = await tap(page);
  await page.close();
  return seen;
}

// What the server saw of this very browser.
async function live(browser) {
  const { page, seen } = await open(browser, address, { ...desk, colorScheme: "light", ignoreHTTPSErrors: true });
  seen.counts = await count(page);
  seen.text = await page.evaluate(() => document.body.innerText);
  await page.screenshot({ path: join(folder, "serve-light-top.png"), timeout: patience });
  seen.light = await check(page);
  await page.close();
  return seen;
}

const browser = await playwright.chromium.launch({
  executablePath: chromium, args: ["--no-sandbox", "--disable-dev-shm-usage"], timeout: patience,
});
const pages = {};
for (const file of readdirSync(folder).filter((name) => name.endsWith(".html")).sort())
  pages[file.replace(".html", "")] = { desk: await atTheDesk(browser, file), phone: await onAPhone(browser, file) };
const served = await live(browser);
await browser.close();
process.stdout.write(JSON.stringify({ pages, served }));
