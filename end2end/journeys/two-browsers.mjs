import assert from 'node:assert/strict';
import { holdBack, journey } from '../world.mjs';

const races = 4;

journey('a seat picked in one browser turns taken in the other without a reload', async ({ visitor }) => {
  const [ada, grace] = await sameDeparture(visitor);
  const loads = countLoads(grace.page);
  const [seat, next] = (await ada.freeSeats()).slice(-2);
  await ada.takes(seat);
  await grace.seat(seat, 'being chosen by someone else$').waitFor();
  await grace.page.getByText(`Live. ${seat} was just taken,`).waitFor();
  assert(await grace.seat(seat).isDisabled(), 'a seat being chosen cannot be pressed');
  await ada.takes(next);
  await grace.seat(next, 'being chosen by someone else$').waitFor();
  await grace.seat(seat, 'free$').waitFor();
  await ada.button('Give these places up').click();
  await ada.heading('Where to?').waitFor();
  await grace.seat(next, 'free$').waitFor();
  assert.equal(loads(), 0, 'the page was not loaded again');
});

journey('of two who click the same seat at once one has it, and the other sees why and takes one nearby', async ({ visitor, note }) => {
  const both = await sameDeparture(visitor);
  const loads = both.map(({ page }) => countLoads(page));
  for (let race = 1; race <= races; race += 1) {
    const [, theirs] = await Promise.all(both.map((one) => one.freeSeats()));
    const seat = theirs.at(race * 7);
    const answers = await bothTake(both, seat);
    const won = answers.map((status) => status === 200);
    assert.deepEqual(won.toSorted(), [false, true], `exactly one has ${seat}: ${answers}`);
    const [winner, loser] = won[0] ? both : both.toReversed();

    const reason = loser.alert(seat);
    await reason.waitFor();
    await loser.seat(seat, 'being chosen by someone else$').waitFor();
    assert(await winner.seat(seat, 'yours').isVisible());
    const alternative = reason.getByRole('button').first();
    const nearest = (await alternative.innerText()).split(' ')[0];
    note(`${(await reason.innerText()).replaceAll(/\s+/g, ' ')}`);
    await alternative.click();
    await loser.seat(nearest, 'yours').waitFor();
    await winner.seat(nearest, 'being chosen by someone else$').waitFor();
    await reason.waitFor({ state: 'detached' });
  }
  assert.deepEqual(loads.map((count) => count()), [0, 0], 'no page was loaded again');
});

// Two visitors with a hold on the same departure each, both looking at its map as it lives.
async function sameDeparture(visitor) {
  const both = [await visitor({ refusals: [409] }), await visitor({ refusals: [409] })];
  for (const one of both) {
    await one.holds('direct');
    await one.page.goto(`/book/${one.hold}/seats`);
  }
  const flights = await Promise.all(both.map(({ page }) => page.getByText(/^Leg 1 of 1:/).innerText()));
  assert.equal(flights[0], flights[1]);
  await Promise.all(both.map((one) => one.waitsUntilLive()));
  return both;
}

// Both press it before either is answered; gives the two answers' statuses.
async function bothTake(both, seat) {
  const requests = await Promise.all(both.map(({ page }) => holdBack(page, '**/live/departures/*/picks')));
  await Promise.all(both.map((one) => one.takes(seat)));
  await Promise.all(requests.map(({ sent }) => sent));
  requests.forEach(({ letGo }) => letGo());
  const answers = await Promise.all(requests.map(({ answered }) => answered));
  return answers.map((answer) => answer.status());
}

// How often the page's document was loaded from here on.
function countLoads(page) {
  let loads = 0;
  page.on('domcontentloaded', () => { loads += 1; });
  return () => loads;
}
