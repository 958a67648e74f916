import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { parseScheduleDataSet } from 'iata-ssim/sds';
import { staff } from '../world.mjs';

const demo = path.resolve(import.meta.dirname, '../../data/demo.ssim');
const openEnd = /must parse as DDMMMYY/;

test('the import of the demo schedule reports its carriers, flights, legs and period', async (t) => {
  const { carriers } = read(await readFile(demo, 'utf8'));
  const legs = carriers.flatMap((block) => block.flightLegs);
  const flights = new Set(legs.map((leg) => leg.airlineDesignator + leg.flightNumber + leg.operationalSuffix));
  const first = legs.map((leg) => leg.periodFrom.toISOString().slice(0, 10)).toSorted()[0];
  const report = (await staff('import', demo)).trim();
  assert.equal(report, `${carriers.length} carriers, ${flights.size} flights, ${legs.length} legs, from ${first} until further notice`);
  t.diagnostic(report);
});

test('another reader of SSIM finds the same legs in the export as in the file that was imported', async (t) => {
  await staff('import', demo);
  const [file, exported] = [await readFile(demo, 'utf8'), await staff('export')].map(read);
  const [wanted, found] = [file, exported].map(legsByName);
  assert.deepEqual([...found.keys()], [...wanted.keys()]);
  for (const [name, leg] of wanted) assert.deepEqual(found.get(name), leg, name);
  const carriers = ({ carriers }) => carriers.map(({ carrier }) => [carrier.airlineDesignator, carrier.timeMode]);
  assert.deepEqual(carriers(exported), carriers(file));
  const [leg] = found.values();
  t.diagnostic(`${found.size} legs alike in ${Object.keys(leg).length} fields each`);
});

// What iata-ssim reads. It warns that a period without end is no date, and must have no other fault to find with a leg.
function read(text) {
  const schedule = parseScheduleDataSet(text);
  const ofLegs = schedule.warnings.filter(({ recordType, message }) => recordType === '3' && !openEnd.test(message));
  assert.deepEqual(ofLegs, []);
  return schedule;
}

// Every leg by its flight, variation and sequence, which no two may share, without where in the file it stands.
function legsByName({ carriers }) {
  const legs = carriers.flatMap(({ flightLegs }) => flightLegs).map(({ raw, lineNumber, serialNumber, ...leg }) => {
    const { airlineDesignator, flightNumber, operationalSuffix, itineraryVariationId, legSequenceNumber } = leg;
    return [[airlineDesignator, flightNumber, operationalSuffix, itineraryVariationId, legSequenceNumber].join(' '), leg];
  });
  const byName = new Map(legs.toSorted(([one], [other]) => (one < other ? -1 : 1)));
  assert.equal(byName.size, legs.length, 'names are of one leg each');
  return byName;
}
