// The world of a journey: a browser, visitors in it who each have cookies of their own, and the check that no page of
// theirs complained. A journey that fails leaves the picture and the HTML of every open page.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { Traveller } from './traveller.mjs';

const artefacts = process.env.ARTEFACTS ?? 'target/end2end';
const journeyMost_ms = 300_000;
// A debug build's browser code takes seconds to start on two cores; a release build's does not.
const stepMost_ms = 30_000;

let browser;

async function launched() {
  browser ??= await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
  return browser;
}

after(() => browser?.close());

// A setting of the environment without which no journey can be made.
export function setting(name) {
  const value = process.env[name];
  assert(value, `${name} is not set: \`bin/test end2end\` sets it`);
  return value;
}

// A command of staff, by the server's program; what it prints.
export async function staff(...words) {
  return (await promisify(execFile)(setting('PROGRAM'), words, { maxBuffer: 64 << 20 })).stdout;
}

// The rows that Postgres answers, each a list of texts.
export async function inPostgres(query) {
  const words = [setting('DATABASE_URL'), '--no-psqlrc', '--quiet', '--tuples-only', '--no-align', '--command', query];
  const { stdout } = await promisify(execFile)('psql', words);
  return stdout.split('\n').filter(Boolean).map((row) => row.split('|'));
}

// A journey of one or more visitors; the body gets `visitor(options)`, which lets one in, `note(text)`, and `atEnd(step)`
// for what is to be done once all have left, however it ends.
export function journey(rule, body) {
  test(rule, { timeout: journeyMost_ms }, async (t) => {
    const visitors = [];
    const lastSteps = [];
    const visitor = async (options) => {
      visitors.push(await letIn(options));
      return visitors.at(-1);
    };
    try {
      await body({ visitor, note: (text) => t.diagnostic(text), atEnd: (step) => lastSteps.push(step) });
      for (const { complaints } of visitors) assert.deepEqual(complaints, [], 'pages complained');
    } catch (error) {
      await leaveEvidence(rule, visitors);
      throw error;
    } finally {
      await Promise.all(visitors.map(({ page }) => page.context().close()));
      await Promise.all(lastSteps.map((step) => step()));
    }
  });
}

// A browser with cookies of its own. `refusals` are the statuses of which Chromium may write that a server answered them;
// of who is to be cut off it may write that nothing comes through.
async function letIn({ refusals = [], scripts = true, cutOff = false, ...options } = {}) {
  const context = await (await launched()).newContext({
    baseURL: setting('BASE_URL'), javaScriptEnabled: scripts, locale: 'en-US', reducedMotion: 'reduce', ...options,
  });
  context.setDefaultTimeout(stepMost_ms);
  const complaints = [];
  // Content security violations and what hydration warns of come as lines of the console, too.
  context.on('console', (line) => {
    const status = /^Failed to load resource: the server responded with a status of (\d+)/.exec(line.text());
    if (status && refusals.includes(Number(status[1]))) return;
    // Where scripts are off, nothing uses our code, which is loaded early.
    if (!scripts && line.text().includes('was preloaded using link preload but not used')) return;
    if (cutOff && /net::ERR_|WebSocket connection/.test(line.text())) return;
    if (['error', 'warning'].includes(line.type())) complaints.push(`${line.type()}: ${line.text()}`);
  });
  context.on('weberror', (fault) => complaints.push(`uncaught: ${fault.error()}`));
  return new Traveller(await context.newPage(), { scripts, complaints });
}

async function leaveEvidence(rule, visitors) {
  const pages = visitors.flatMap(({ page }) => page.context().pages());
  for (const [index, page] of pages.entries()) {
    const name = `failed-${rule.replaceAll(/\W+/g, '-')}-${index + 1}`;
    await page.screenshot({ path: await artefact(`${name}.png`), fullPage: true }).catch(() => {});
    const html = await page.content().catch((error) => String(error));
    await writeFile(await artefact(`${name}.html`), `<!-- ${page.url()} -->\n${html}`);
  }
}

// Where a journey may leave a file.
export async function artefact(name) {
  const file = path.resolve(artefacts, name);
  await mkdir(path.dirname(file), { recursive: true });
  return file;
}

// Asks again and again until the answer is one to go on with, and gives it; the question takes the time that it takes.
// A rule may be a function, which tells how far it got.
export async function until(rule, question, most_ms = stepMost_ms) {
  const deadline_ms = Date.now() + most_ms;
  for (;;) {
    const answer = await question();
    if (answer) return answer;
    assert(Date.now() < deadline_ms, `not within ${most_ms} ms: ${typeof rule === 'function' ? rule() : rule}`);
  }
}

// Keeps the page's next request to that address back until `letGo` is called; `sent` and `answered` are promises.
export async function holdBack(page, address) {
  let letGo;
  const free = new Promise((resolve) => { letGo = resolve; });
  await page.route(address, async (route) => {
    await free;
    await route.continue();
  }, { times: 1 });
  return { letGo, sent: page.waitForRequest(address), answered: page.waitForResponse(address) };
}
