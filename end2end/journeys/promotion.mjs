import assert from 'node:assert/strict';
import { cards, inAMonth } from '../traveller.mjs';
import { journey, staff } from '../world.mjs';

const route = () => ({ from: 'BOS', to: 'LAX', depart: inAMonth() });

// Codes are made once for ever: each journey has one of its own.
async function code(uses) {
  const name = `GO${crypto.randomUUID().replaceAll('-', '').slice(0, 10)}`.toUpperCase();
  await staff('promotion', 'make', name, '20%', '--uses', String(uses), '--until', inAMonth());
  return name;
}

journey('with a promotion code every price is lower, and what was shown is what is paid', async ({ visitor, note }) => {
  const promo = await code(2);
  const [ada, grace] = [await visitor(), await visitor({ scripts: false })];
  await grace.searches(route());
  const full = await price(grace.offers('direct').first());
  await ada.searches({ ...route(), promo: promo.toLowerCase() });
  await ada.page.getByText(`${promo}: 20% off fares, taxes aside.`).waitFor();
  const offer = ada.offers('direct').first();
  const less = await price(offer);
  assert.ok(less < full && less > full * 0.75, `${less} instead of ${full}`);

  await ada.chooses('Standard', offer);
  await ada.page.getByText('Promotion, 20% off').first().waitFor({ state: 'attached' });
  await ada.nameEveryone([['Ada', 'Moreno']]);
  await ada.goesOnToSeats();
  await ada.page.goto(`/book/${ada.hold}/pay`);
  await ada.goesOnToCard();
  assert.match(await ada.payButton.innerText(), new RegExp(`\\$${less.toFixed(2)}$`));
  await ada.paysWith(cards.good);
  note(`${await ada.isBooked()}: $${less} instead of $${full}`);
  assert.match(await staff('promotion', 'list'), new RegExp(`${promo}: 20% off, 1 of 2 used`));
});

journey('who comes too late for a code is asked whether the full price is right, without scripts too', async ({ visitor }) => {
  const promo = await code(1);
  const [ada, grace] = [await visitor(), await visitor({ scripts: false })];
  for (const one of [ada, grace]) {
    await one.searches({ ...route(), promo });
    await one.page.getByText(`${promo}: 20% off fares`).waitFor();
  }
  await ada.chooses('Flex', ada.offers('direct').first());
  await grace.offers('direct').first().getByRole('button', { name: /^Flex,/ }).click();
  await grace.heading('The price has changed').waitFor();
  await grace.page.getByText(`The code ${promo} does not count any more`).waitFor();
  await grace.button(/^Accept \$/).click();
  await grace.heading('Who travels?').waitFor();
  assert.equal(await grace.page.getByText('Promotion, 20% off').count(), 0);
});

journey('a code that does not count is told, and stays in the form to be put right', async ({ visitor }) => {
  const ada = await visitor();
  await ada.searches({ ...route(), promo: 'NOSUCH1' });
  await ada.page.getByText('There is no promotion code NOSUCH1.').waitFor();
  await ada.page.getByText('Change search').click();
  assert.equal(await ada.page.getByLabel('Code', { exact: true }).inputValue(), 'NOSUCH1');
  await ada.link('Prices of the whole month').click();
  await ada.page.getByText('There is no promotion code NOSUCH1.').waitFor();
});

async function price(offer) {
  const text = await offer.getByRole('button', { name: /^Standard,/ }).innerText();
  return Number(/[$]([\d,.]+)/.exec(text)[1].replaceAll(',', ''));
}
