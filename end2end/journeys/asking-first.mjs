import assert from 'node:assert/strict';
import { cards } from '../traveller.mjs';
import { journey } from '../world.mjs';

journey('who books the same people on the same flight again is asked first, with the booking that they have', async ({ visitor }) => {
  const ada = await visitor();
  await ada.comesToPay();
  await ada.paysWith(cards.good);
  const pnr = await ada.isBooked();

  await ada.holds('direct');
  await ada.nameEveryone([['Ada', 'Moreno']]);
  await ada.goesOnToSeats();
  await ada.page.goto(`/book/${ada.hold}/pay`);
  await ada.heading('Look it over').waitFor();
  await ada.page.getByText(/^Ada Moreno already flies on/).waitFor();
  await ada.link(pnr).waitFor();
  await ada.button('Continue to card').click();
  assert.equal(await ada.heading('Look it over').count(), 1, 'nothing starts before it is confirmed');
  await ada.page.getByLabel('Book them once more').check();
  await ada.goesOnToCard();
});

journey('an offer that was changed on the way is not accepted at any price', async ({ visitor }) => {
  const ada = await visitor({ refusals: [400] });
  await ada.page.goto('/price?offer=eyJ0IjoxfQ.AAAA');
  await ada.heading('That did not work').waitFor();
  await ada.page.getByText('This offer was not made by us').waitFor();
});
