import assert from 'node:assert/strict';
import { cards, inAMonth } from '../traveller.mjs';
import { artefact, journey, setting, until } from '../world.mjs';

const phone = { viewport: { width: 390, height: 844 } };

journey('what another airline sells is found, paid for, ticketed there once, and cancelled there', async ({ visitor, note }) => {
  const ada = await visitor(phone);
  await ada.searches({ from: 'Rochester', to: 'San Diego', depart: inAMonth() });
  const theirs = ada.offers('Sold by Other Air').first();
  await theirs.waitFor();
  await ada.page.screenshot({ path: await artefact('other-air-list.png'), fullPage: true });
  const price = /[$][\d,.]+/.exec(await theirs.getByRole('button', { name: /^Standard,/ }).innerText())[0];
  await ada.chooses('Standard', theirs);
  await ada.nameEveryone([['Ada', 'Moreno']]);
  await ada.button(/^Continue/).click();
  await ada.heading('Look it over').waitFor();
  const reviewed = ada.page.locator('main');
  assert.ok((await reviewed.innerText()).includes(price), 'the price is the one that was shown');
  await ada.page.getByRole('heading', { name: 'Sold by Other Air', exact: true }).waitFor();
  await ada.page.screenshot({ path: await artefact('other-air-review.png'), fullPage: true });
  await ada.goesOnToCard();
  await ada.paysWith(cards.good);
  // Where the other airline takes its time, a page says so, and then that it is complete.
  const isComplete = ada.heading('Your booking is complete');
  await ada.heading('You are booked').or(isComplete).waitFor();
  if (await isComplete.isVisible()) await ada.link('Show my trip').click();
  const pnr = await ada.isBooked();
  await ada.page.screenshot({ path: await artefact('other-air-trip.png'), fullPage: true });
  const seller = ada.page.getByRole('region', { name: 'Who sells it' });
  const locator = /reference: (\w{6})/.exec(await seller.innerText())[1];
  const [order, ...more] = await ordersUnder(locator);
  assert.deepEqual(more, []);
  assert.equal(order.payment_status.awaiting_payment, false);
  note(`${pnr} here is ${locator} there, for ${price}`);

  await ada.link('Cancel…').click();
  await ada.heading('What do you want to cancel?').waitFor();
  await ada.button('See what comes back').click();
  await ada.heading('What comes back').waitFor();
  await ada.button(/^Cancel/).click();
  await until('it is cancelled there', async () => (await ordersUnder(locator))[0].cancelled_at);
  await until('it is cancelled here', async () => {
    await ada.page.goto(`/trips/${pnr}`);
    return await ada.heading('This trip is cancelled').isVisible();
  });
});

// The orders of that reference in the other airline's books, which answer whoever sells for it.
async function ordersUnder(locator) {
  const address = setting('SKYCONNECT_SUPPLIERS').replace(/^Other Air=/, '');
  const headers = {
    authorization: `Bearer ${setting('SKYCONNECT_SUPPLIER_TOKEN_OTHER_AIR')}`, 'duffel-version': 'v2',
  };
  const answer = await fetch(`${address}/air/orders?booking_reference=${locator}`, { headers });
  assert.equal(answer.status, 200);
  const { data } = await answer.json();
  return data.filter((order) => order.booking_reference === locator);
}
