import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import { cards } from '../traveller.mjs';
import { artefact, journey } from '../world.mjs';

// "$1,378.50" in cents.
const cents = (text) => Number(/\$([\d,]+\.\d\d)/.exec(text)[1].replace(/[,.]/g, ''));

const LEGROOM = 3900;

journey('extra legroom is told with its price, runs along with the total, and is paid for as it was seen', async ({ visitor, note }) => {
  const ada = await visitor();
  await ada.holds('direct');
  await ada.nameEveryone([['Ada', 'Moreno']]);
  await ada.goesOnToSeats();
  await ada.waitsUntilLive();
  const running = async () => cents(await ada.page.locator('.proceed').innerText());
  const fare = await running();

  const dear = ada.button(/extra legroom, .*\$39\.00, free$/);
  const names = (await dear.evaluateAll((all) => all.map((seat) => seat.ariaLabel))).map((name) => name.split(',')[0]);
  const seat = names[0];
  const plain = (await ada.button(/, included, free$/).first().getAttribute('aria-label')).split(',')[0];
  await ada.seat(seat).focus();
  await ada.page.getByText('costs $39.00 beside a Standard fare.').waitFor();
  await ada.takes(seat);
  assert.equal(await running(), fare + LEGROOM, 'the total runs along');
  await ada.page.getByText(`with ${seat}, $39.00 of it for seats`).waitFor();
  await ada.takes(plain);
  assert.equal(await running(), fare, 'and back');
  await ada.takes(seat);
  const { violations } = await new AxeBuilder({ page: ada.page }).analyze();
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].target}`), []);
  for (const width of [390, 1280]) {
    await ada.page.setViewportSize({ width, height: 900 });
    await ada.page.screenshot({ path: await artefact(`legroom-seats-${width}.png`), fullPage: true });
  }

  await ada.reviews();
  const price = ada.page.locator('section', { has: ada.page.getByRole('heading', { name: 'Price', exact: true }) });
  await price.getByText(`Seat ${seat}, BOS to LAX`).waitFor();
  assert.equal(cents(await price.locator('.all').innerText()), fare + LEGROOM);
  for (const width of [390, 1280]) {
    await ada.page.setViewportSize({ width, height: 900 });
    await ada.page.screenshot({ path: await artefact(`legroom-review-${width}.png`), fullPage: true });
  }

  // In another tab the seat is changed: what the first tab says is not what it would cost.
  const first = ada.page;
  ada.page = await first.context().newPage();
  await ada.page.goto(`/book/${/\/book\/([^/]+)/.exec(first.url())[1]}/seats`);
  await ada.waitsUntilLive();
  await ada.takes(plain);
  await ada.page.close();
  ada.page = first;
  await ada.button('Continue to card').click();
  await ada.alert('Your seats have changed since you looked').waitFor();
  note(await ada.alert('Your seats have changed').innerText());
  assert.equal(cents(await price.locator('.all').innerText()), fare, 'the page tells what it costs now');

  await ada.page.goto(`/book/${ada.hold}/seats`);
  await ada.waitsUntilLive();
  await ada.takes(seat);
  await ada.reviews();
  await ada.goesOnToCard();
  assert.equal(cents(await ada.page.locator('.desk .total').innerText()), fare + LEGROOM);
  await ada.paysWith(cards.good);
  await ada.isBooked();
  await ada.page.getByText('What the price is made of').click();
  await ada.page.getByText(`Seat ${seat}, BOS to LAX`).waitFor();
  const paid = await ada.page.getByText(/\$[\d,.]+ (paid|is set aside)/).first().innerText();
  assert.equal(cents(paid), fare + LEGROOM);
  for (const width of [390, 1280]) {
    await ada.page.setViewportSize({ width, height: 900 });
    await ada.page.screenshot({ path: await artefact(`legroom-trip-${width}.png`), fullPage: true });
  }
});

journey('without scripts legroom is chosen and paid for at the same price', async ({ visitor }) => {
  const ada = await visitor({ scripts: false });
  await ada.holds('direct');
  await ada.nameEveryone([['Ada', 'Moreno']]);
  await ada.goesOnToSeats();
  const fare = cents(await ada.page.locator('.proceed').innerText());
  const dear = ada.button(/extra legroom, .*\$39\.00, free$/).last();
  const seat = (await dear.getAttribute('aria-label')).split(',')[0];
  await dear.click();
  await ada.seat(seat, 'yours').waitFor();
  assert.equal(cents(await ada.page.locator('.proceed').innerText()), fare + LEGROOM);
  await ada.reviews();
  await ada.page.getByText(`Seat ${seat}, BOS to LAX`).first().waitFor();
  await ada.goesOnToCard();
  assert.equal(cents(await ada.page.locator('.desk .total').innerText()), fare + LEGROOM);
});

journey('what seats on one flight cost is in the total of the next, and each is a line of the price', async ({ visitor }) => {
  const ada = await visitor();
  await ada.holds(/1 stop: (JFK|EWR|LGA)/);
  await ada.nameEveryone([['Ada', 'Moreno']]);
  await ada.goesOnToSeats();
  await ada.waitsUntilLive();
  const sum = ada.page.locator('.proceed .sum');
  const fare = cents(await sum.innerText());
  const takesLegroom = async () => {
    const dear = ada.button(/extra legroom, .*\$39\.00, free$/).first();
    const seat = (await dear.getAttribute('aria-label')).split(',')[0];
    await ada.takes(seat);
    return seat;
  };
  const first = await takesLegroom();
  await ada.goesToLeg(2, /^Next leg/);
  await ada.waitsUntilLive();
  await sum.getByText('no seat chosen here yet, $39.00 of it for seats').waitFor();
  assert.equal(cents(await sum.innerText()), fare + LEGROOM);
  const second = await takesLegroom();
  await sum.getByText(`with ${second}, $78.00 of it for seats`).waitFor();
  assert.equal(cents(await sum.innerText()), fare + 2 * LEGROOM);
  await ada.reviews();
  for (const seat of [first, second]) await ada.page.getByText(new RegExp(`^Seat ${seat}, `)).first().waitFor();
});
