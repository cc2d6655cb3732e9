// Opens pages in Chromium, at two widths, light and dark: nothing may be asked for or said on the
// console, nothing may overflow or be cut, no dates overlap, commands are copied without their
// comments, axe finds no violation, tables sort by keyboard, and all can be read without scripts.
// Usage: node page.mjs SCREENSHOTS PAGE...
import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/`);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const [screenshots, ...pages] = process.argv.slice(2);
const problems = [];
const expect = (holds, words) => holds || problems.push(words);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

async function open(file, options, work) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  page.on("dialog", (dialog) => { said.push(`dialog ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => said.push(`request ${request.url()}`));
  await page.goto(`file://${resolve(file)}`);
  said.shift(); // the page itself
  const result = await work(page);
  await context.close();
  return { said, result };
}

let blocks = 0;
for (const file of pages) {
  for (const [width, height] of [[390, 844], [1280, 900]]) {
    for (const colorScheme of ["light", "dark"]) {
      const name = `${basename(file, ".html")}-${width}-${colorScheme}`;
      const viewport = { width, height };
      const { said } = await open(file, { viewport, colorScheme }, async (page) => {
        await page.screenshot({ path: `${screenshots}/${name}.png`, fullPage: true });
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(over <= 0, `${name}: ${over} pixels too wide`);
        const last = () => page.locator("table.sortable").first().locator("tbody tr td").first();
        await page.locator("thead button").first().focus();
        await page.keyboard.press("Enter");
        const ascending = await last().textContent();
        await page.keyboard.press("Space");
        const descending = await last().textContent();
        expect(Number(descending) > Number(ascending), `${name}: the table does not sort`);
        // On a wide page, a table that is wider scrolls by itself.
        const cut = await page.evaluate(() => [...document.querySelectorAll("td, th, pre, code, li, dd")]
          .filter((it) => it.checkVisibility() && it.getBoundingClientRect().right > innerWidth + 1)
          .filter((it) => innerWidth < 800 || !it.closest(".scroll"))
          .map((it) => it.outerHTML.slice(0, 80)));
        expect(cut.length === 0, `${name}: cut: ${cut[0]}`);
        const overlapping = await page.evaluate(() => [".axis svg", ".bars"].flatMap((charts) =>
          [...document.querySelectorAll(charts)].flatMap((chart) => {
            const labels = [...chart.querySelectorAll("text:not(.total)")].filter((it) => it.checkVisibility());
            const boxes = labels.map((it) => it.getBoundingClientRect()).sort((a, b) => a.left - b.left);
            return labels.filter((it, index) => index > 0 && boxes[index].left < boxes[index - 1].right)
              .map((it) => it.textContent);
          })));
        expect(overlapping.length === 0, `${name}: dates overlap: ${overlapping}`);
        const copied = await page.evaluate(async () => {
          let text = "";
          navigator.clipboard.writeText = async (copied) => { text = copied; };
          const button = document.querySelector("pre .copy");
          // A report of names that no command may hold has none.
          if (button === null) return null;
          button.click();
          await new Promise((done) => setTimeout(done));
          return text;
        });
        const commands = copied?.split("\n") ?? [];
        blocks += commands.length > 0 ? 1 : 0;
        expect(commands.every((it) => /^kubectl [^#]+$/.test(it)), `${name}: not commands alone: ${copied}`);
        const lag = await page.evaluate(() => {
          const table = document.querySelector("table.sortable");
          const rows = [...table.tBodies[0].rows];
          while (table.tBodies[0].rows.length < 1000) rows.forEach((row) => table.tBodies[0].append(row.cloneNode(true)));
          document.body.getBoundingClientRect();
          const before = performance.now();
          table.querySelector("thead th:nth-child(3) button").click();
          document.body.getBoundingClientRect();
          return performance.now() - before;
        });
        expect(lag < 2000, `${name}: a thousand rows sort in ${lag} ms`);
      });
      expect(said.length === 0, `${name}: ${said.join(" | ")}`);
      // axe is a script of its own, which the page's policy would refuse.
      await open(file, { viewport, colorScheme, bypassCSP: true }, async (page) => {
        await page.evaluate(() => document.querySelectorAll("details").forEach((it) => { it.open = true; }));
        await page.evaluate(axe);
        const { violations, passes } = await page.evaluate(() => globalThis.axe.run(document));
        for (const { id, nodes } of violations) {
          problems.push(`${name}: ${id}: ${nodes[0].html}`);
        }
        expect(passes.length > 20, `${name}: axe looked at ${passes.length} rules`);
      });
    }
  }
  await open(file, { javaScriptEnabled: false }, async (page) => {
    const text = await page.locator("body").innerText();
    expect(/Lifelines/.test(text) && /Findings/.test(text), `${file}: unreadable without scripts`);
  });
}
expect(blocks > 0, "no page has commands to copy");
await browser.close();
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);
