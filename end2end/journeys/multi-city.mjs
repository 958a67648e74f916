import assert from 'node:assert/strict';
import { cards, inAMonth } from '../traveller.mjs';
import { journey } from '../world.mjs';

const phone = { viewport: { width: 360, height: 740 } };

// Out, on from where the first flight ends, and home from another city.
const trip = () => [
  { from: 'Boston', to: 'JFK', depart: inAMonth() },
  { to: 'LAX', depart: inAMonth(3) },
  { from: 'JFK', to: 'BOS', depart: inAMonth(6) },
];

journey('on a phone a trip of three flights, home from another city, is chosen flight by flight and booked', async ({ visitor, note }) => {
  const ada = await visitor(phone);
  await ada.searchesTrip(trip());
  await fitsThePhone(ada);
  await ada.heading('Boston to New York').waitFor();
  await ada.page.getByText(/^Flight 1 of 3, /).waitFor();
  assert.equal(await ada.button(/^Standard,/).count(), 0, 'nothing is sold before the last flight');
  const first = await choosesFlight(ada, 2);

  await ada.heading('New York to Los Angeles').waitFor();
  await ada.page.getByRole('region', { name: /^Your flight 1, / }).waitFor();
  await ada.page.getByText(/^Flight 2 of 3, /).waitFor();
  assert.equal(await ada.link('Prices of the whole month').count(), 0);
  const second = await choosesFlight(ada, 3);
  assert.ok(second > first, `${second} for two flights, ${first} for one`);

  await ada.page.getByRole('region', { name: /^Your flight 2, / }).getByRole('link', { name: 'Change your flight 2' }).click();
  await ada.page.getByText(/^Flight 2 of 3, /).waitFor();
  await ada.page.getByRole('region', { name: /^Your flight 1, / }).waitFor();
  await choosesFlight(ada, 3);

  await ada.page.getByText(/^Flight 3 of 3, .*for all 3 flights, taxes included\.$/).waitFor();
  await fitsThePhone(ada);
  const offer = ada.offers('direct').first();
  const price = /[$][\d,.]+/.exec(await offer.getByRole('button', { name: /^Standard,/ }).innerText())[0];
  await ada.chooses('Standard', offer);
  assert.ok((await ada.page.locator('main').innerText()).includes(price), 'what was shown is held');
  await ada.nameEveryone([['Ada', 'Moreno']]);
  await ada.goesOnToSeats();
  await ada.page.goto(`/book/${ada.hold}/pay`);
  await ada.goesOnToCard();
  await ada.paysWith(cards.good);
  const pnr = await ada.isBooked();
  const flights = ada.ticket.getByRole('region', { name: / to / });
  assert.ok(await flights.count() >= 3);
  await fitsThePhone(ada);
  note(`${pnr}: ${await flights.count()} flights for ${price}`);
});

journey('without JavaScript a trip of three flights is chosen flight by flight and held', async ({ visitor }) => {
  const ada = await visitor({ scripts: false, ...phone });
  await ada.searchesTrip(trip(), 2);
  await choosesFlight(ada, 2);
  await choosesFlight(ada, 3);
  await ada.chooses('Flex', ada.offers('direct').first());
});

journey('what is wrong with one flight of a trip is told of that flight, with the form as it was', async ({ visitor }) => {
  const ada = await visitor({ refusals: [422] });
  const [out, late, early] = [inAMonth(), inAMonth(6), inAMonth(3)];
  const start = `trip=multi&from=BOS&to=LAX&depart=${out}`;
  const cases = [
    [`${start}&to2=JFK&depart2=${late}&to3=BOS&depart3=${early}`, 'Flight 3 leaves before flight 2.'],
    [`${start}&to2=LAX&depart2=${late}`, 'Flight 2 leaves from and leads to the same place.'],
    [`${start}&to3=BOS&depart3=${late}`, 'Flight 2 is empty'],
    [`${start}&to2=JFK&depart2=${late}&chosen=B61-1-2026-01-01`, 'What you chose for flight 1 is not on sale.'],
    [`${start}${[2, 3, 4, 5, 6, 7].map((n) => `&to${n}=${n % 2 ? 'LAX' : 'JFK'}&depart${n}=${late}`).join('')}`, 'at most six flights'],
  ];
  for (const [query, sentence] of cases) {
    await ada.page.goto(`/search?${query}`);
    await ada.alert(sentence).waitFor();
    await ada.waitsUntilAlive();
    await ada.alert(sentence).waitFor();
    assert.equal(await ada.page.getByLabel('From', { exact: true }).inputValue(), 'BOS');
    assert.ok(await ada.page.getByRole('radio', { name: 'Multi-city' }).isChecked());
  }
});

// Presses the first card's link to the next flight, and gives the price that stood on it.
async function choosesFlight(traveller, next) {
  const card = traveller.page.getByRole('article').first();
  const price = /[$]([\d,.]+)/.exec(await card.innerText())[1];
  await card.getByRole('link', { name: `Choose flight ${next}` }).click();
  await traveller.page.waitForURL((url) => url.searchParams.has(next === 2 ? 'chosen' : `chosen${next - 1}`));
  await traveller.page.getByText(new RegExp(`^Flight ${next} of 3, `)).waitFor();
  return Number(price.replaceAll(',', ''));
}

// Nothing of the page lies beside the screen.
async function fitsThePhone(traveller) {
  const [page, screen] = await traveller.page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  assert.ok(page <= screen, `the page is ${page} wide on a screen of ${screen}`);
}
