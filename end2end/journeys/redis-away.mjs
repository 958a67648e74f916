import assert from 'node:assert/strict';
import { Program, freePort } from '../program.mjs';
import { Redis } from '../redis.mjs';
import { inPostgres, journey, setting, until } from '../world.mjs';

const ways = [
  { how: 'is killed and started again', leave: (redis) => redis.kill(), comeBack: (redis) => redis.revive() },
  { how: 'freezes and thaws', leave: (redis) => redis.freeze(), comeBack: (redis) => redis.thaw() },
];

// What a page says of a seat that is not its visitor's.
const words = {
  available: ['free', 'free, in another cabin', 'kept for people with a disability'],
  held: ['being chosen by someone else'],
  reserved: ['being chosen by someone else'],
  booked: ['taken'],
  blocked: ['not for sale'],
};

const picking = '**/live/departures/*/picks';

// Each of the two is on a server of their own: without Redis neither server hears of what the other has sold.
for (const { how, leave, comeBack } of ways) {
  const rule = `when Redis ${how}, two pages agree with Postgres again, and each refused pick was explained`;
  journey(rule, async ({ visitor, note, atEnd }) => {
    const redis = await Redis.start();
    atEnd(() => redis.kill());
    const [ada, grace] = await sameDeparture(visitor, await twoServers(redis, atEnd));
    const both = [ada, grace];
    const loaded = await loads(both);
    note(`with Redis a taken seat was shown free for ${await shownFree(ada, grace)} ms`);

    await leave(redis);
    note(await contest(ada, grace));
    note(`without it, at first for ${await shownFree(ada, grace)} ms`);
    for (const { page } of both) {
      await page.getByRole('status').filter({ hasText: /^Updates are slower at the moment/ }).waitFor();
    }
    note(await contest(grace, ada));
    note(`then for ${await shownFree(ada, grace)} ms, and the other way for ${await shownFree(grace, ada)} ms`);

    for (const one of both) assert.equal(await picks(one, await freeForBoth(both)), 'theirs');
    const differed = (await differences(both)).length;
    await comeBack(redis);
    const back = Date.now();
    await bothAgree(both);
    note(`${differed} seats were shown wrongly when it came back, and none ${Date.now() - back} ms later`);
    for (const one of both) await one.waitsUntilLive();
    note(`live again after ${Date.now() - back} ms, and a taken seat shown free for ${await shownFree(grace, ada)} ms`);
    await bothAgree(both);
    assert.deepEqual(await loads(both), loaded, 'no page was loaded again');
  });
}

async function twoServers(redis, atEnd) {
  const addresses = [];
  for (const name of ['server-of-ada', 'server-of-grace']) {
    const address = `127.0.0.1:${await freePort()}`;
    const settings = { REDIS_URL: redis.url, SKYCONNECT_ADDR: address, LEPTOS_SITE_ADDR: address };
    const server = await Program.start(name, setting('PROGRAM'), [], settings);
    atEnd(() => server.end());
    await server.isReady(async () => (await fetch(`http://${address}/readyz`)).ok);
    addresses.push(`http://${address}`);
  }
  return addresses;
}

// Ada for three and Grace for herself, both looking at the same map as it lives.
async function sameDeparture(visitor, [adas, graces]) {
  const ada = await visitor({ refusals: [409], baseURL: adas });
  const grace = await visitor({ refusals: [409], baseURL: graces });
  await ada.holds('direct', 3);
  await grace.holds('direct');
  const both = [ada, grace];
  for (const one of both) {
    await one.page.goto(`/book/${one.hold}/seats`);
    await one.waitsUntilLive();
  }
  const flights = await Promise.all(both.map(({ page }) => page.getByText(/^Leg 1 of 1:/).innerText()));
  assert.equal(flights[0], flights[1]);
  return both;
}

// When the pages' documents were loaded.
function loads(both) { return Promise.all(both.map(({ page }) => page.evaluate(() => performance.timeOrigin))); }

async function freeForBoth([one, other]) {
  const seats = new Set(await other.freeSeats());
  return (await one.freeSeats()).findLast((seat) => seats.has(seat));
}

function reason(one, seat) { return one.alert(`${seat} has just gone. Someone was faster by a moment.`); }

// Presses that seat if the page shows it free at this very moment. Gives 'theirs', 'refused' once the page has said why
// and what to take instead, or 'known' where it shows by itself that the seat is not to be had.
async function picks(one, seat) {
  const answered = one.page.waitForResponse(picking);
  // What is not pressed is not answered.
  answered.catch(() => {});
  const isPressed = await one.seat(seat).evaluate((button) => {
    const isFree = button.ariaLabel.endsWith(', free');
    if (isFree) button.click();
    return isFree;
  });
  if (!isPressed) return 'known';
  const status = (await answered).status();
  if (status === 200) {
    await one.seat(seat, 'yours').waitFor();
    return 'theirs';
  }
  assert.equal(status, 409, `${seat} is refused because it is taken`);
  await reason(one, seat).getByRole('button').first().waitFor();
  await one.seat(seat, 'being chosen by someone else$').waitFor();
  return 'refused';
}

// One takes seats until the other has pressed one of them, not knowing yet. Gives what they read then, and has them take
// what is offered instead.
async function contest(one, other) {
  const seat = await until('a taken seat is pressed', async () => {
    const wanted = await freeForBoth([one, other]);
    assert.equal(await picks(one, wanted), 'theirs');
    return await picks(other, wanted) === 'refused' && wanted;
  });
  const read = (await reason(other, seat).innerText()).replaceAll(/\s+/g, ' ');
  const alternative = reason(other, seat).getByRole('button').first();
  const nearest = (await alternative.innerText()).split(' ')[0];
  const answered = other.page.waitForResponse(picking);
  await alternative.click();
  assert.equal((await answered).status(), 200, `${nearest} can be had, as the page says`);
  await other.seat(nearest, 'yours').waitFor();
  await reason(other, seat).waitFor({ state: 'detached' });
  return read;
}

// For how long a seat that one has taken is shown free to the other.
async function shownFree(one, other) {
  const seat = await freeForBoth([one, other]);
  assert.equal(await picks(one, seat), 'theirs');
  const taken = Date.now();
  await other.seat(seat, 'being chosen by someone else$').waitFor();
  return Date.now() - taken;
}

async function bothAgree(both) {
  let wrong = [];
  await until(() => wrong.join('; '), async () => {
    wrong = await differences(both);
    return wrong.length === 0;
  });
}

// The seats that a page does not show as Postgres has them, in a sentence each.
async function differences(both) {
  const all = await Promise.all(both.map(async (one) => {
    const [shown, kept] = [await shownSeats(one), await keptSeats(one)];
    assert(shown.size > 100, `the page shows only ${shown.size} seats`);
    return [...new Set([...shown.keys(), ...kept.keys()])].flatMap((seat) => {
      const { state, hold } = kept.get(seat) ?? { state: 'available' };
      const label = shown.get(seat) ?? '';
      const isRight = hold === one.hold
        ? label.includes(', yours: ')
        : words[state].some((word) => label.endsWith(`, ${word}`));
      return isRight ? [] : `${seat} is ${state} in Postgres, and the page says: ${label}`;
    });
  }));
  return all.flat();
}

async function shownSeats({ page }) {
  const seats = page.getByRole('gridcell').getByRole('button');
  const labels = await seats.evaluateAll((buttons) => buttons.map((button) => button.ariaLabel));
  return new Map(labels.map((label) => [label.split(',')[0], label]));
}

// The rows of the departure that this visitor holds places on; a seat without a row is available.
async function keptSeats({ hold }) {
  const rows = await inPostgres(`
    select seats.seat, seats.state, seats.hold_id from seats join hold_legs using (departure)
    where hold_legs.hold_id = '${hold}'`);
  return new Map(rows.map(([seat, state, owner]) => [seat, { state, hold: owner }]));
}
