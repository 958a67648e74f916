import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import { cards, inAMonth } from '../traveller.mjs';
import { artefact, journey, until } from '../world.mjs';

// More presses of the tab key than any page of ours has stops.
const mostTabs = 400;

journey('a family of four with an infant books by keyboard alone', async ({ visitor, note }) => {
  const ada = await visitor();
  const { page } = ada;
  const hands = keyboard(page);
  const year = new Date().getUTCFullYear();
  const family = [['Ada', `04301985`], ['Grace', `02031987`], ['Alan', `0601${year - 6}`], ['Edsger', bornMonthsAgo(6)]];

  await page.goto('/');
  await ada.waitsUntilAlive();
  await hands.choosesRadio('One way');
  await hands.types(page.getByLabel('From', { exact: true }), 'Boston');
  await hands.types(page.getByLabel('To', { exact: true }), 'LAX');
  const [y, m, d] = inAMonth().split('-');
  await hands.types(page.getByLabel('Depart', { exact: true }), `${m}${d}${y}`);
  for (const [label, count] of [['Adults', '2'], ['Children', '1'], ['Infants', '1']]) await hands.types(page.getByLabel(label), count);
  await hands.presses(ada.button('Search flights'));
  await page.getByRole('article').first().waitFor();
  await ada.waitsUntilAlive();
  await hands.presses(ada.offers('direct').first().getByRole('button', { name: /^Standard,/ }));
  await ada.heading('Who travels?').waitFor();
  await ada.waitsUntilAlive();
  for (const [index, [given, born]] of family.entries()) {
    const person = page.getByRole('group', { name: `Traveller ${index + 1}` });
    await hands.types(person.getByLabel('Given name'), given);
    await hands.types(person.getByLabel('Surname'), 'Moreno');
    await hands.types(person.getByLabel('Date of birth'), born);
  }
  await hands.types(page.getByLabel('E-mail address'), ada.email);
  await hands.presses(ada.button('Continue to seats'));
  await ada.heading('Choose your seats').waitFor();
  await ada.waitsUntilLive();

  // One stop of the tab key leads to the cabin; arrows lead through it.
  await hands.goesTo(page.locator('#cabin [role=grid] [tabindex="0"]'));
  await page.keyboard.press('Control+Home');
  const corner = await hands.at();
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  assert.equal(await hands.at(), corner, 'End and Home stay in the row');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  assert.equal(await hands.at(), corner, 'down and up lead back');
  // To a row that nobody has begun to fill.
  for (let row = 0; row < 10; row += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Home');
  const taken = [];
  for (const given of ['Ada', 'Grace']) taken.push(await takesNextFree(ada, hands, `${given} Moreno`));
  assert(await ada.button(/, not for children$/).count() > 0, 'exit seats say that they are not for the child');
  taken.push(await takesNextFree(ada, hands, 'Alan Moreno'));
  assert.deepEqual(taken.map((seat) => seat.slice(0, -1)), Array(3).fill(taken[0].slice(0, -1)), `in one row: ${taken}`);
  const { violations } = await new AxeBuilder({ page }).analyze();
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].target}`), []);
  await page.screenshot({ path: await artefact('family-seats.png'), fullPage: true });

  await hands.presses(ada.link('Continue to payment'));
  await ada.heading('Look it over').waitFor();
  await hands.presses(ada.button('Continue to card'));
  await ada.heading('Pay').waitFor();
  await hands.types(page.getByLabel('Card number'), cards.good.replaceAll(' ', ''));
  await hands.types(page.getByLabel('Expiry'), '1234');
  await hands.types(page.getByLabel('Security code'), '123');
  await hands.presses(ada.payButton);
  const pnr = await ada.isBooked();
  const ticket = await ada.ticket.innerText();
  for (const seat of taken) assert(ticket.includes(seat), `${seat} is on the ticket: ${ticket}`);
  note(`booked as ${pnr} with ${hands.pressed()} keys pressed, seats ${taken}`);
});

journey('a child without an adult beside is told of, and seats together with a wish mend it', async ({ visitor }) => {
  const ada = await visitor();
  await ada.page.goto(`/search?from=BOS&to=LAX&depart=${inAMonth()}&adults=1&children=1`);
  await ada.chooses('Standard', ada.offers('direct').first());
  await ada.page.goto(`/book/${ada.hold}/seats`);
  await ada.waitsUntilLive();
  const free = await ada.freeSeats();
  await ada.takes(free.at(0));
  await ada.takes((await ada.freeSeats()).at(-1));
  await ada.page.getByText('with no adult of yours beside').waitFor();
  await ada.page.getByLabel('If it can be had').selectOption('window');
  await ada.button('Seat us together').click();
  await ada.page.getByText('with no adult of yours beside').waitFor({ state: 'detached' });
  const ours = await ada.button(/, yours: /).evaluateAll((all) => all.map((seat) => seat.ariaLabel));
  assert.equal(ours.length, 2);
  assert(ours.some((name) => name.includes('window')), `${ours}`);
});

journey('an accessible seat is kept until somebody says that they need it', async ({ visitor }) => {
  const ada = await visitor();
  await ada.holds('direct');
  await ada.page.goto(`/book/${ada.hold}/seats`);
  await ada.waitsUntilLive();
  const kept = ada.button(/accessible, kept for people with a disability$/).first();
  await kept.focus();
  await ada.page.keyboard.press('Enter');
  await ada.alert('kept for people with a disability until 24 hours before departure').waitFor();
  await ada.button('One of us has a disability').click();
  const free = ada.button(/accessible, included, free$/).first();
  await free.waitFor();
  const seat = (await free.getAttribute('aria-label')).split(',')[0];
  await ada.takes(seat);
  await ada.page.reload();
  await ada.seat(seat, 'yours').waitFor();
});

// Goes on from seat to seat until one is free, takes it, and is still on it.
async function takesNextFree(traveller, hands, whose) {
  const { page } = traveller;
  await until('the cursor is on a free seat', async () => {
    if (/, free$/.test(await hands.label())) return true;
    await page.keyboard.press('ArrowRight');
    return false;
  });
  const seat = await hands.at();
  await page.keyboard.press('Enter');
  await traveller.seat(seat, `yours: ${whose}`).waitFor();
  assert.equal(await hands.at(), seat, 'the focus stays where it was');
  return seat;
}

// Hands that touch nothing but keys.
function keyboard(page) {
  let pressed = 0;
  const press = async (key) => { pressed += 1; await page.keyboard.press(key); };
  const isThere = (locator) => locator.evaluate((element) => element === document.activeElement);
  const goesTo = async (locator) => {
    await locator.waitFor();
    for (let tabs = 0; tabs < mostTabs; tabs += 1) {
      if (await isThere(locator)) return;
      await press('Tab');
    }
    assert.fail(`the tab key does not lead to ${locator}`);
  };
  return {
    goesTo,
    pressed: () => pressed,
    at: () => page.evaluate(() => document.activeElement.id.replace('seat-', '')),
    label: () => page.evaluate(() => document.activeElement.ariaLabel ?? ''),
    async types(locator, text) {
      await goesTo(locator);
      pressed += text.length;
      await page.keyboard.type(text);
    },
    async presses(locator) {
      await goesTo(locator);
      await press('Enter');
    },
    async choosesRadio(name) {
      const radio = page.getByRole('radio', { name, exact: true });
      await goesTo(page.locator('input[type=radio]:checked').first());
      while (!(await radio.isChecked())) await press('ArrowRight');
    },
  };
}

// As American date fields are typed.
function bornMonthsAgo(months) {
  const date = new Date();
  date.setUTCMonth(date.getUTCMonth() - months, 1);
  const [y, m, d] = date.toISOString().slice(0, 10).split('-');
  return `${m}${d}${y}`;
}
