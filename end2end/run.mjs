// Runs the journeys one after the other: `node end2end/run.mjs [NAME…]`, all of them without a name.
//
// BASE_URL         the server to travel on; it must sell the demo schedule
// STRIPE_API_URL   the sandbox that it pays with
// PROGRAM          the server's program, with DATABASE_URL and all other settings as the server has them
// ARTEFACTS        where pictures and pages are left
// CHROMIUM         the browser; /usr/bin/chromium without it
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

const folder = path.join(import.meta.dirname, 'journeys');
const known = readdirSync(folder).map((file) => path.basename(file, '.mjs')).sort();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no journey ${unknown.join(', ')}; there are ${known.join(', ')}.`);
  process.exit(2);
}
const files = (wanted.length > 0 ? wanted : known).map((name) => path.join(folder, `${name}.mjs`));
const options = ['--test', '--test-concurrency=1', '--test-reporter=spec'];
const { status, error } = spawnSync(process.execPath, [...options, ...files], { stdio: 'inherit' });
if (error) throw error;
process.exitCode = status ?? 1;
