import assert from 'node:assert/strict';
import { cards, inAMonth } from '../traveller.mjs';
import { journey, setting, until } from '../world.mjs';

journey('a search that cannot be right is refused in a sentence, with the form to try again', async ({ visitor }) => {
  const ada = await visitor({ refusals: [422] });
  const day = inAMonth();
  const cases = [
    [`from=Atlantis&to=LAX&depart=${day}`, 'Atlantis'],
    [`from=BOS&to=LAX&depart=2024-02-29`, '29 February 2024 is in the past. Choose today or a later day.'],
    [`from=BOS&to=LAX&depart=${inAMonth(400)}`, 'Flights are on sale until'],
    [`from=BOS&to=BOS&depart=${day}`, 'You leave from and fly to the same place.'],
    [`from=BOS&to=LAX&depart=${day}&adults=9&children=5`, 'One booking holds at most nine travellers.'],
    [`from=BOS&to=LAX&depart=${day}&adults=-1`, 'Choose how many travel'],
    [`from=BOS&to=LAX&depart=${day}&trip=return`, 'Choose the day you fly back'],
  ];
  for (const [query, sentence] of cases) {
    await ada.page.goto(`/search?${query}`);
    await ada.alert(sentence).waitFor();
    await ada.waitsUntilAlive();
    await ada.alert(sentence).waitFor();
    await ada.button('Search flights').waitFor();
  }
});

journey('a hold of someone else is as if it were not there', async ({ visitor }) => {
  const ada = await visitor();
  await ada.holds('direct');
  const grace = await visitor({ refusals: [404] });
  for (const step of ['travellers', 'seats', 'pay']) {
    const answer = await grace.page.goto(`/book/${ada.hold}/${step}`);
    await grace.heading('No booking here').waitFor();
    assert.equal(answer.status(), 404, step);
    const [theirs, nobodys] = [await grace.page.locator('main').innerText(), await unknownHold(grace, step)];
    assert.equal(theirs, nobodys, 'whether there is such a hold cannot be told');
  }
  const released = await post(grace, 'release_hold', { hold: ada.hold });
  assert.deepEqual([released.status(), (await released.json()).code], [404, 'not_found']);
  await ada.page.reload();
  await ada.heading('Who travels?').waitFor();
});

journey('an offer that was changed on the way keeps no places', async ({ visitor }) => {
  const ada = await visitor();
  await ada.page.goto(`/search?from=BOS&to=LAX&depart=${inAMonth()}`);
  await ada.waitsUntilAlive();
  const fare = ada.offers('direct').first().getByRole('button', { name: /^Standard,/ });
  const token = await fare.getAttribute('value');
  const tampered = token.slice(0, 20) + (token[20] === 'A' ? 'B' : 'A') + token.slice(21);
  await fare.evaluate((button, value) => { button.value = value; }, tampered);
  await fare.click();
  await ada.alert('This offer was not made by us, or was changed on the way.').waitFor();
  assert(!ada.page.url().includes('/book/'));

  const answer = await post(ada, 'choose_offer', { offer: tampered });
  assert.deepEqual([answer.status(), (await answer.json()).code], [400, 'offer_forged']);
});

journey('what no form of ours would send is refused with a status and a code, and changes nothing', async ({ visitor }) => {
  const ada = await visitor();
  await ada.holds('direct');
  await ada.page.goto(`/book/${ada.hold}/seats`);
  const form = ada.page.locator('form#cabin');
  const departure = await form.locator('input[name=departure]').inputValue();
  const pick = (changes) => post(ada, 'pick_seat', {
    hold: ada.hold, departure, leg: '0', traveller: '0', seat: '20C:0', ...changes,
  });
  const cases = [
    [await pick({ seat: '99Z:0' }), [404, 422]],
    [await pick({ seat: 'the best one' }), [422]],
    [await pick({ traveller: '7' }), [404, 422]],
    [await pick({ departure: 'no departure' }), [400, 422]],
    [await pick({ hold: 'no hold' }), [400, 422]],
    [await post(ada, 'pick_seat', { seat: '20C:0' }), [400, 422]],
    [await post(ada, 'start_payment', { hold: ada.hold }), [409, 422]],
  ];
  const told = await Promise.all(cases.map(async ([answer, statuses], index) => {
    const body = await answer.text();
    const code = /"code":"(\w+)"/.exec(body)?.[1];
    return statuses.includes(answer.status()) && code ? [] : [`${index + 1}: ${answer.status()} ${body}, not ${statuses}`];
  }));
  assert.deepEqual(told.flat(), []);
  await ada.page.reload();
  assert.equal(await ada.button(/yours/).count(), 0, 'no seat was taken');

  const foreign = await ada.page.request.post('/api/release_hold', {
    form: { hold: ada.hold }, headers: { origin: 'https://elsewhere.example' },
  });
  assert.equal(foreign.status(), 403);
});

journey('pressing twice does not do it twice: one payment, one booking', async ({ visitor, note }) => {
  const ada = await visitor();
  await ada.page.goto(`/search?from=BOS&to=LAX&depart=${inAMonth()}`);
  await ada.waitsUntilAlive();
  await ada.offers('direct').first().getByRole('button', { name: /^Standard,/ }).dblclick();
  await ada.heading('Who travels?').waitFor();
  await ada.nameEveryone([['Ada', 'Moreno']]);
  await ada.button('Continue to seats').dblclick();
  await ada.heading('Choose your seats').waitFor();
  await ada.page.goto(`/book/${ada.hold}/pay`);
  const before = await intents(ada);
  await ada.button('Continue to card').dblclick();
  await ada.heading('Pay').waitFor();
  await ada.fillsIn(cards.good);
  await ada.payButton.dblclick();
  const pnr = await ada.isBooked();
  await until('the money is taken', async () => {
    await ada.page.reload();
    return await ada.page.getByText(/paid with the Visa card ending 4242\.$/).isVisible();
  });
  const made = (await intents(ada)).filter(({ id }) => before.every((known) => known.id !== id));
  assert.deepEqual(made.map(({ status }) => status), ['succeeded']);
  assert.equal(made[0].amount_received, made[0].amount);
  note(`${pnr} was paid once, with ${made[0].id}`);
});

async function unknownHold(traveller, step) {
  await traveller.page.goto(`/book/00000000-0000-4000-8000-000000000000/${step}`);
  await traveller.heading('No booking here').waitFor();
  return traveller.page.locator('main').innerText();
}

// Sends a form as a program does that has the visitor's cookie and names our own origin.
function post({ page }, call, form) {
  return page.request.post(`/api/${call}`, { form, headers: { origin: setting('BASE_URL'), accept: 'application/json' } });
}

// The payments that the provider knows, newest first.
async function intents({ page }) {
  const address = new URL('v1/payment_intents?limit=100', setting('STRIPE_API_URL'));
  const answer = await page.request.get(address.href, { headers: { authorization: 'Bearer sk_test_sandbox' } });
  assert.equal(answer.status(), 200);
  return (await answer.json()).data;
}
