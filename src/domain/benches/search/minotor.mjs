// node minotor.mjs FOLDER PACKAGES DATE: lets npm's minotor answer what we have answered, and compares.
//
// FOLDER holds gtfs.zip and answers.csv as compare.rs writes them. Where it arrives earlier, its way must break one of our
// bounds: six hours of waiting in all (twelve where there is nothing else), no detour, leaving on the day.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

const [folder, packages, date] = process.argv.slice(2);
const modules = path.resolve(packages, 'node_modules/minotor/dist');
const { GtfsParser } = await import(path.join(modules, 'parser.esm.js'));
const { Query, Router, Time } = await import(path.join(modules, 'router.esm.js'));

const began = performance.now();
const { timetable, stopsIndex } = await new GtfsParser(`${folder}/gtfs.zip`).parse(new Date(`${date}T12:00:00`));
console.log(`minotor: read in ${((performance.now() - began) / 1000).toFixed(0)} s`);

const positions = new Map();
for (const line of readFileSync(`${folder}/stops.txt`, 'utf8').trim().split('\n').slice(1)) {
  const [code, , latitude, longitude] = line.split(',');
  positions.set(code, [latitude, longitude].map((degrees) => (degrees * Math.PI) / 180));
}
const km = (from, to) => {
  const [[a, b], [c, d]] = [positions.get(from), positions.get(to)];
  const h = Math.sin((c - a) / 2) ** 2 + Math.cos(a) * Math.cos(c) * Math.sin((d - b) / 2) ** 2;
  return Math.round(2 * 6371.0088 * Math.asin(Math.sqrt(Math.min(1, h))));
};

/** Why we would not offer such a way; nothing where we should have. */
function bound(legs, until) {
  const direct = km(legs[0].from, legs.at(-1).to);
  const flown = legs.reduce((sum, leg) => sum + km(leg.from, leg.to), 0);
  const waits = legs.slice(1).reduce((sum, leg, i) => sum + leg.departs - legs[i].arrives, 0);
  if (legs[0].departs >= until) return 'leaves later';
  if (legs.length > 1 && flown * 10 > direct * (direct < 800 ? 25 : 18)) return 'a detour';
  if (waits > 360) return 'waits too long';
  if (legs.slice(1).some((leg) => leg.to === legs[0].from)) return 'passes a place twice';
  return undefined;
}

const router = new Router(timetable, stopsIndex);
const times = { ours: [], theirs: [] };
const counts = {};
const count = (what) => (counts[what] = (counts[what] ?? 0) + 1);
const wrong = [];
for (const line of readFileSync(`${folder}/answers.csv`, 'utf8').trim().split('\n').slice(1)) {
  const [origin, destination, from, until, arrives, took] = line.split(',');
  const query = new Query.Builder()
    .from(origin)
    .to(destination)
    .departureTime(Time.fromSeconds(from * 60))
    .maxTransfers(2)
    .build();
  const start = performance.now();
  const route = router.route(query).bestRoute();
  times.theirs.push(performance.now() - start);
  times.ours.push(took / 1000);
  const minute = (time) => time.toSeconds() / 60;
  const legs = (route?.legs ?? [])
    .filter((leg) => 'route' in leg)
    .map((leg) => ({ from: leg.from.id, to: leg.to.id, departs: minute(leg.departureTime), arrives: minute(leg.arrivalTime) }));
  const theirs = legs.at(-1)?.arrives;
  const ours = arrives === '' ? undefined : Number(arrives);
  if (ours === theirs) count(ours === undefined ? 'neither finds a way' : 'the same arrival');
  else if (ours !== undefined && (theirs === undefined || ours < theirs)) count('ours is earlier');
  else {
    const why = bound(legs, Number(until));
    if (why) count(`theirs is earlier, but ${why}`);
    else wrong.push(`${origin}-${destination}: ${ours} and ${theirs}, ${JSON.stringify(legs)}`);
  }
}
const at = (list, share) => [...list].sort((a, b) => a - b)[Math.ceil(list.length * share) - 1].toFixed(2);
for (const [who, list] of Object.entries(times)) console.log(`${who}: p50 ${at(list, 0.5)} ms, p99 ${at(list, 0.99)} ms`);
for (const [what, number] of Object.entries(counts)) console.log(`${what}: ${number}`);
if (wrong.length) {
  console.log(`theirs is earlier within our bounds: ${wrong.length}\n${wrong.slice(0, 5).join('\n')}`);
  process.exitCode = 1;
}
