import assert from 'node:assert/strict';
import { cards } from '../traveller.mjs';
import { journey, until } from '../world.mjs';

const people = [['Ada', 'Moreno'], ['Grace', 'Moreno']];
const overNewYork = /1 stop: (JFK|EWR|LGA)/;

journey('one leg of one traveller is cancelled, then the rest, and the seat turns free in another browser', async ({ visitor, note }) => {
  const ada = await visitor();
  const { pnr, seat } = await booksForTwo(ada);
  const grace = await visitor();
  await looksAtTheSameLeg(grace);
  await grace.seat(seat, 'taken').waitFor();

  await ada.link('Cancel…').click();
  await ada.heading('What do you want to cancel?').waitFor();
  const boxes = ada.page.getByRole('checkbox');
  assert.equal(await boxes.count(), people.length * 2, 'a box for each traveller and flight');
  for (const box of await boxes.all()) assert(await box.isChecked(), 'everything is chosen at first');
  for (const box of (await boxes.all()).slice(0, 3)) await box.uncheck();
  await ada.button('See what comes back').click();
  await ada.heading('What comes back').waitFor();
  const quoted = await ada.page.getByRole('region', { name: 'All together' }).innerText();
  note(quoted.replaceAll(/\s+/g, ' '));
  await ada.page.getByText('Grace Moreno').waitFor();
  assert.equal(await ada.page.getByText('Ada Moreno').count(), 0, 'only what was chosen is in it');
  await grace.seat(seat, 'taken').waitFor();
  await ada.button(/^Cancel and get \$[\d,.]+ back$/).click();

  await ada.heading('You are booked, with a part cancelled').waitFor();
  await grace.seat(seat, 'free$').waitFor();
  assert.equal(await ada.ticket.getByText('cancelled', { exact: true }).count(), 1);
  await until('the money is back', async () => {
    await ada.page.reload();
    return await ada.page.getByText(/^\$[\d,.]+ (was paid back|is on its way) to the Visa card ending 4242\./).isVisible();
  });

  await ada.link('Cancel…').click();
  const left = ada.page.getByRole('checkbox', { checked: true });
  await ada.heading('What do you want to cancel?').waitFor();
  assert.equal(await left.count(), 3, 'what is cancelled cannot be chosen again');
  await ada.button('See what comes back').click();
  await ada.button(/^Cancel and get/).click();
  await ada.heading('This trip is cancelled').waitFor();
  assert.equal(await ada.link('Cancel…').count(), 0);
  note(`${pnr}: seat ${seat} was given back and seen free`);
});

journey('without JavaScript one cancels too, is told what was left out, and may change one’s mind', async ({ visitor }) => {
  const ada = await visitor();
  await ada.comesToPay();
  await ada.paysWith(cards.good);
  const pnr = await ada.isBooked();

  const plain = await visitor({ scripts: false, refusals: [404] });
  await plain.opensTrip(pnr, 'Moreno');
  await plain.heading('You are booked').waitFor();
  await plain.link('Cancel…').click();
  await plain.page.getByRole('checkbox').uncheck();
  await plain.button('See what comes back').click();
  await plain.alert('Choose at least one flight of one traveller.').waitFor();
  await plain.button('See what comes back').click();
  await plain.link('Keep my flights').click();
  await plain.heading('You are booked').waitFor();

  await plain.link('Cancel…').click();
  await plain.button('See what comes back').click();
  await plain.button(/^Cancel and get/).click();
  await plain.heading('This trip is cancelled').waitFor();
  await plain.page.goBack();
  await plain.page.reload();
  await plain.heading('This is cancelled').waitFor();
  await plain.link('Show my trip').click();
  await plain.heading('This trip is cancelled').waitFor();
});

journey('a trip of somebody else is not to be cancelled', async ({ visitor }) => {
  const ada = await visitor();
  await ada.comesToPay();
  await ada.paysWith(cards.good);
  const pnr = await ada.isBooked();
  const eve = await visitor({ refusals: [404] });
  await eve.page.goto(`/trips/${pnr}/cancel`);
  await eve.heading('Open your trip').waitFor();
  assert.equal(await eve.page.getByRole('checkbox').count(), 0);
});

// Two adults over New York, seats left to us; gives the reference and the seat of the second on the second leg.
async function booksForTwo(traveller) {
  await traveller.holds(overNewYork, 2);
  await traveller.nameEveryone(people);
  await traveller.goesOnToSeats();
  const { hold } = traveller;
  await traveller.page.goto(`/book/${hold}/pay`);
  await traveller.goesOnToCard();
  await traveller.paysWith(cards.good);
  const pnr = await traveller.isBooked();
  const flights = traveller.ticket.getByRole('region');
  const seats = /Seats\s+(\d+[A-Z]) (\d+[A-Z])/.exec(await flights.nth(1).innerText());
  return { pnr, seat: seats[2] };
}

// Holds the same itinerary and watches the map of its second leg.
async function looksAtTheSameLeg(traveller) {
  await traveller.holds(overNewYork);
  await traveller.page.goto(`/book/${traveller.hold}/seats`);
  await traveller.goesToLeg(2, /^Next leg/);
  await traveller.waitsUntilLive();
}
