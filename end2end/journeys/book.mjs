import assert from 'node:assert/strict';
import { cards, inAMonth } from '../traveller.mjs';
import { holdBack, journey, until } from '../world.mjs';

const people = [['Ada', 'Moreno'], ['Grace', 'Moreno']];

journey('two adults fly from Boston to Los Angeles over New York, and a declined card keeps their seats', async ({ visitor, note }) => {
  const ada = await visitor({ refusals: [402] });
  await ada.searches({ from: 'Boston', to: 'Los Angeles', depart: inAMonth(), adults: 2 });
  const overNewYork = ada.offers(/1 stop: (JFK|EWR|LGA)/);
  note(`${await overNewYork.count()} ways to fly with one stop in New York`);
  await ada.chooses('Standard', overNewYork.first());

  await ada.waitsUntilAlive();
  await ada.nameEveryone(people);
  await ada.goesOnToSeats();
  const first = await takeSeatsForTwo(ada);
  await ada.goesToLeg(2, /^Next leg/);
  const second = await takeSeatsForTwo(ada);

  await ada.reviews();
  await showsSeats(ada, [first, second]);
  await ada.goesOnToCard();
  await ada.waitsUntilAlive();
  await ada.paysWith(cards.declined);
  await ada.alert('Your card was declined. Your seats are kept.').waitFor();
  await showsSeats(ada, [first, second]);
  await ada.page.reload();
  await showsSeats(ada, [first, second]);

  await ada.paysWith(cards.good);
  const pnr = await ada.isBooked();
  assert.match(pnr, /^[2-9B-DF-HJ-NP-TV-XZ]{6}$/);
  const ticket = await ada.ticket.innerText();
  assert(ticket.includes(pnr), 'the ticket shows its reference');
  assert.equal(ticket.match(/\b000 \d{4} \d{3} \d{3}\b/g)?.length, people.length, 'a ticket number each');
  for (const seats of [first, second]) assert(ticket.includes(seats.join(' ')), `${seats} are on the ticket: ${ticket}`);
  note(`booked as ${pnr}, seats ${first} and ${second}`);
  await until('the money is taken', async () => {
    await ada.page.reload();
    return await ada.page.getByText(/^\$[\d,.]+ paid with the Visa card ending 4242\.$/).isVisible();
  });

  const elsewhere = await visitor({ refusals: [404] });
  await elsewhere.opensTrip(pnr, 'Lovelace');
  await elsewhere.alert(/\w/).waitFor();
  note(`with a wrong surname: ${await elsewhere.alert(/\w/).innerText()}`);
  await elsewhere.opensTrip(pnr, 'moreno');
  await elsewhere.ticket.waitFor();
  assert.equal(await elsewhere.ticket.innerText(), ticket);
});

journey('a few letters suggest cities and airports', async ({ visitor }) => {
  const ada = await visitor();
  await ada.page.goto('/');
  await ada.waitsUntilAlive();
  for (const [field, letters, place] of [['From', 'bosto', 'Boston'], ['To', 'jfk', 'New York']]) {
    await ada.page.getByLabel(field, { exact: true }).fill(letters);
    await ada.page.locator(`datalist option[value^="${place}"]`).first().waitFor({ state: 'attached' });
  }
});

journey('seats of a declined card stay taken for everyone else', async ({ visitor }) => {
  const ada = await visitor({ refusals: [402] });
  await ada.holds('direct');
  await ada.nameEveryone([['Ada', 'Moreno']]);
  await ada.goesOnToSeats();
  await ada.waitsUntilLive();
  const [seat] = await ada.freeSeats();
  await ada.takes(seat);
  await ada.reviews();
  await ada.goesOnToCard();
  await ada.paysWith(cards.declined);
  await ada.alert('Your seats are kept.').waitFor();

  const grace = await visitor();
  await grace.holds('direct');
  await grace.page.goto(`/book/${grace.hold}/seats`);
  await grace.seat(seat, 'being chosen by someone else$').waitFor();
});

journey('a card that wants authentication pays once its holder agrees', async ({ visitor }) => {
  const ada = await visitor();
  await ada.comesToPay();
  await ada.paysWith(cards.authenticating);
  await ada.button('Complete authentication').click();
  await ada.isBooked();
});

journey('a failed authentication is told, keeps the seats and lets another card be tried', async ({ visitor }) => {
  const ada = await visitor({ refusals: [402] });
  await ada.comesToPay();
  await ada.paysWith(cards.authenticating);
  await ada.button('Fail authentication').click();
  await ada.alert(/authenticat.*Your seats are kept\./).waitFor();
  await ada.paysWith(cards.good);
  await ada.isBooked();
});

// Picks two seats of this leg by a click each. Each is painted as ours before the server has answered.
async function takeSeatsForTwo(traveller) {
  await traveller.waitsUntilLive();
  const seats = (await traveller.freeSeats()).slice(0, people.length);
  for (const seat of seats) {
    const { letGo, answered } = await holdBack(traveller.page, '**/live/departures/*/picks');
    await traveller.takes(seat);
    letGo();
    assert.equal((await answered).status(), 200);
  }
  for (const [index, seat] of seats.entries()) {
    await traveller.seat(seat, `yours: ${people[index].join(' ')}`).waitFor();
  }
  return seats;
}

// The payment page says who sits where on each leg.
async function showsSeats(traveller, legs) {
  for (const seat of legs.flat()) await traveller.page.getByText(`seat ${seat}`, { exact: true }).first().waitFor();
  const shown = await traveller.page.getByText(/^seat \d+[A-Z]$/).allInnerTexts();
  assert.deepEqual(shown, legs.flat().map((seat) => `seat ${seat}`));
}
