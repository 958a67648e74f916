import assert from 'node:assert/strict';
import { cards, inAMonth } from '../traveller.mjs';
import { journey } from '../world.mjs';

journey('without JavaScript one searches, chooses, picks seats and comes to the payment page, which says that it needs it', async ({ visitor }) => {
  const ada = await visitor({ scripts: false });
  await ada.searches({ from: 'Boston', to: 'LAX', depart: inAMonth(), adults: 2 });
  await ada.heading('Boston to Los Angeles').waitFor();
  await ada.chooses('Standard', ada.offers(/1 stop: (JFK|EWR|LGA)/).first());
  await ada.nameEveryone([['Ada', 'Moreno'], ['Grace', 'Moreno']]);
  await ada.goesOnToSeats();

  const taken = [await takeFirstFree(ada), await takeFirstFree(ada)];
  assert.notEqual(taken[0], taken[1]);
  await ada.goesToLeg(2, /^Next leg/);
  await ada.link('Show as a list').click();
  const listed = ada.button(/^\d+[A-Z], .*free$/).first();
  const seat = (await listed.innerText()).split(',')[0];
  await listed.click();
  await ada.button(new RegExp(`^${seat}, .*yours: Ada Moreno`)).waitFor();

  await ada.reviews();
  for (const number of [...taken, seat]) await ada.page.getByText(`seat ${number}`, { exact: true }).first().waitFor();
  await ada.page.getByText('we seat you together').waitFor();
  await ada.goesOnToCard();
  // Locators by text pass over what is inside of noscript.
  assert.match(await ada.page.locator('noscript').innerText(), /^This one page needs JavaScript\./);
});

journey('without JavaScript a seat that someone else was faster with is refused with a reason and seats nearby', async ({ visitor }) => {
  const ada = await visitor({ scripts: false });
  const grace = await visitor();
  await ada.holds('direct');
  await ada.page.goto(`/book/${ada.hold}/seats`);
  const [seat] = (await ada.freeSeats()).slice(20);
  await grace.holds('direct');
  await grace.page.goto(`/book/${grace.hold}/seats`);
  await grace.waitsUntilLive();
  const answered = grace.page.waitForResponse('**/live/departures/*/picks');
  await grace.takes(seat);
  assert.equal((await answered).status(), 200);

  await ada.seat(seat, 'free$').click();
  const reason = ada.alert(seat);
  await reason.waitFor();
  const nearest = reason.getByRole('button').first();
  const instead = (await nearest.innerText()).split(' ')[0];
  await nearest.click();
  await ada.seat(instead, 'yours').waitFor();
});

journey('without JavaScript travellers see their trip after a look-up, and a wrong surname is told', async ({ visitor }) => {
  const ada = await visitor();
  await ada.comesToPay();
  await ada.paysWith(cards.good);
  const pnr = await ada.isBooked();

  const grace = await visitor({ scripts: false, refusals: [404] });
  await grace.page.goto(`/trips/${pnr}`);
  await grace.heading('Open your trip').waitFor();
  assert.equal(await grace.ticket.count(), 0, 'the reference alone opens nothing');
  await grace.opensTrip(pnr, 'Lovelace');
  await grace.alert('no booking with this reference and surname').waitFor();
  await grace.opensTrip(pnr, 'Moreno');
  await grace.heading('You are booked').waitFor();
  await grace.ticket.getByText(pnr).waitFor();
});

// Presses the first free seat; the page that comes back says whose it is.
async function takeFirstFree(traveller) {
  const [seat] = await traveller.freeSeats();
  await traveller.takes(seat);
  return seat;
}
