// What pages weigh and how fast they are, for `bin/bench pages`.
//
// BASE_URL    the server to measure; it must sell the demo schedule
// LIGHTHOUSE  the folder into which npm's lighthouse was installed
// CHROMIUM    the browser
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(path.resolve(import.meta.dirname, '../../end2end/package.json'));
const { chromium } = require('playwright-core');
const lighthouse = (await import(pathToFileURL(
  createRequire(`${process.env.LIGHTHOUSE}/package.json`).resolve('lighthouse')))).default;
const base = process.env.BASE_URL;
const questions = 200;

const day = (months) => {
  const date = new Date();
  date.setUTCMonth(date.getUTCMonth() + months);
  return date.toISOString().slice(0, 10);
};

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => { server.once('listening', resolve); });
  const { port } = server.address();
  await new Promise((resolve) => { server.close(resolve); });
  return port;
}

// Bytes over the wire of one cold load; what is fetched ahead for later pages apart.
async function weigh(context, url) {
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  await network.send('Network.enable');
  await network.send('Network.clearBrowserCache');
  const loads = new Map();
  network.on('Network.requestWillBeSent', ({ requestId, type, request }) => loads.set(requestId, { type, url: request.url, bytes: 0 }));
  network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (loads.has(requestId)) loads.get(requestId).bytes = encodedDataLength;
  });
  await page.goto(url, { waitUntil: 'networkidle' });
  const fetchedAhead = await page.locator('link[rel="prefetch"]').evaluateAll((links) => links.map(({ href }) => href));
  await page.close();
  const weights = new Map();
  let ahead = 0;
  for (const { type, url: from, bytes } of loads.values()) {
    if (fetchedAhead.includes(from)) ahead += bytes;
    else weights.set(type, (weights.get(type) ?? 0) + bytes);
  }
  const own = [...weights.values()].reduce((sum, bytes) => sum + bytes, 0);
  return { own, ahead, weights };
}

// Milliseconds from the question to the first byte of the answer, one after the other on one connection.
async function firstBytes(url, cookie) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const times = [];
  for (let i = 0; i < questions; i += 1) {
    const asked = performance.now();
    await new Promise((resolve, reject) => {
      http.get(url, { agent, headers: { cookie, 'accept-encoding': 'br', accept: 'text/html' } }, (answer) => {
        times.push(performance.now() - asked);
        answer.resume().once('end', resolve);
      }).once('error', reject);
    });
  }
  agent.destroy();
  times.sort((a, b) => a - b);
  return { p50: times[Math.floor(questions * 0.5)], p99: times[Math.floor(questions * 0.99)] };
}

async function score(url, port, categories) {
  const { lhr } = await lighthouse(url, {
    port, output: 'json', logLevel: 'error', onlyCategories: categories, disableStorageReset: true,
  });
  const scores = categories.map((name) => `${name} ${Math.round((lhr.categories[name].score ?? 0) * 100)}`);
  console.log(`  lighthouse ${lhr.lighthouseVersion}, phone: ${scores.join(', ')}`);
  for (const name of categories) {
    for (const { id, weight } of lhr.categories[name].auditRefs) {
      const audit = lhr.audits[id];
      if (weight > 0 && audit.score !== null && audit.score < 0.9) {
        console.log(`    ${id}: ${audit.displayValue ?? audit.title}`);
        const nodes = (audit.details?.items ?? []).map(({ node }) => node?.snippet).filter(Boolean);
        for (const snippet of nodes.slice(0, 3)) console.log(`      ${snippet.replaceAll(/\s+/g, ' ').slice(0, 160)}`);
      }
    }
  }
}

const folder = await mkdtemp(path.join(tmpdir(), 'skyconnect-pages-'));
const port = await freePort();
const context = await chromium.launchPersistentContext(folder, {
  executablePath: process.env.CHROMIUM, baseURL: base,
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update',
    `--remote-debugging-port=${port}`],
});
try {
  const search = `/search?from=BOS&to=LAX&depart=${day(1)}&adults=2`;
  const page = await context.newPage();
  await page.goto(search);
  await page.getByRole('article').first().getByRole('button', { name: /^Standard,/ }).click();
  await page.waitForURL(/\/travellers/);
  const hold = /\/book\/([^/]+)/.exec(page.url())[1];
  await page.close();
  const cookie = (await context.cookies(base)).map(({ name, value }) => `${name}=${value}`).join('; ');
  const open = ['performance', 'accessibility', 'best-practices', 'seo'];
  const kb = (bytes) => (bytes / 1024).toFixed(0);
  const figures = {};
  for (const [name, address, categories] of [
    ['home', '/', open],
    ['search', search, open],
    ['calendar', search.replace('/search', '/calendar'), null],
    ['travellers', `/book/${hold}/travellers`, null],
    ['seats', `/book/${hold}/seats`, open.slice(0, 3)],
    ['pay', `/book/${hold}/pay`, null],
  ]) {
    const url = new URL(address, base).href;
    const { own, ahead, weights } = await weigh(context, url);
    const { p50, p99 } = await firstBytes(url, cookie);
    figures[name] = kb(own);
    const parts = [...weights].map(([kind, bytes]) => `${kind.toLowerCase()} ${kb(bytes)}`).join(', ');
    console.log(`${name}: ${kb(own)} KB (${parts})${ahead ? `, ${kb(ahead)} KB ahead` : ''}; first byte p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`);
    if (categories) await score(url, port, categories);
  }
  console.log(`pages: search ${figures.search} KB, seats ${figures.seats} KB`);
} finally {
  await context.close();
  await rm(folder, { recursive: true, force: true });
}
