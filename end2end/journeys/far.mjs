import assert from 'node:assert/strict';
import { inAMonth } from '../traveller.mjs';
import { journey } from '../world.mjs';

journey('from Portland, Maine, to Sydney there are two stops and two nights, and all three flights are held', async ({ visitor, note }) => {
  const ada = await visitor();
  await ada.searches({ from: 'PWM', to: 'Sydney', depart: inAMonth() });
  const far = ada.offers(/2 stops: (JFK|EWR|LGA), .*; LAX, /).first();
  assert.match(await far.innerText(), /2 days later/);
  note((await far.innerText()).replaceAll('\n', ' '));
  await far.getByText('Flight details').click();
  assert.equal(await far.getByRole('listitem').filter({ hasText: /Boeing|Airbus|CRJ|Embraer/ }).count(), 3);
  await ada.chooses('Standard', far);
});

journey('a list of flights is filtered by airline, hour and place of change, and the URL keeps it', async ({ visitor }) => {
  const ada = await visitor();
  await ada.page.goto(`/search?from=BOS&to=LAX&depart=${inAMonth()}`);
  await ada.waitsUntilAlive();
  const all = await ada.offers(/./).count();
  await ada.page.getByText('Filter', { exact: true }).click();
  await ada.page.getByRole('group', { name: 'Leave' }).getByLabel('06:00 to 12:00').check();
  await ada.button('Show these').click();
  await ada.page.waitForURL(/leaves=morning/);
  await ada.page.getByText('Filter: 1 box chosen').waitFor();
  const mornings = await ada.offers(/./).count();
  assert.ok(mornings > 0 && mornings < all, `${mornings} of ${all} leave in the morning`);
  await ada.page.reload();
  assert.equal(await ada.offers(/./).count(), mornings);
  await ada.page.getByText('Filter: 1 box chosen').click();
  await ada.link('Show all again').click();
  await ada.page.waitForURL((url) => !url.search.includes('leaves'));
  await ada.page.getByText('Filter', { exact: true }).waitFor();
  assert.equal(await ada.offers(/./).count(), all);
});

journey('a month shows what each day costs, and leads to the search of a day', async ({ visitor }) => {
  const ada = await visitor();
  await ada.searches({ from: 'Boston', to: 'LAX', depart: inAMonth() });
  await ada.heading('Boston to Los Angeles').waitFor();
  await ada.link('Prices of the whole month').click();
  await ada.page.waitForURL(/\/calendar\?/);
  const lowest = ada.page.getByRole('link', { name: /the lowest of the month/ }).first();
  const price = /[$][\d,.]+/.exec(await lowest.innerText())[0];
  await lowest.click();
  await ada.heading('Boston to Los Angeles').waitFor();
  const shown = ada.page.getByRole('navigation', { name: 'Nearby days' }).locator('[aria-current=date]');
  assert.ok((await shown.innerText()).includes(price), 'the day costs what the month said');

  await ada.link('Prices of the whole month').click();
  const next = ada.page.getByRole('link', { name: /→$/ });
  const month = (await next.innerText()).replace(' →', '');
  await next.click();
  await ada.page.getByRole('heading', { name: month }).waitFor();
});

journey('who flies east over the date line arrives the day before', async ({ visitor }) => {
  const ada = await visitor();
  await ada.searches({ from: 'NRT', to: 'HNL', depart: inAMonth() });
  await ada.offers(/direct/).filter({ hasText: 'the day before' }).first().waitFor();
  await ada.offers(/¥/).first().waitFor();
});

journey('a trip that starts in London costs pounds, and one with fewer stops can be asked for', async ({ visitor }) => {
  const ada = await visitor();
  await ada.searches({ from: 'LHR', to: 'Boston', depart: inAMonth() });
  await ada.offers(/1 stop: /).filter({ hasText: '£' }).first().waitFor();
  await ada.link('1 stop at most').click();
  await ada.page.waitForURL(/stops=1/);
  await ada.offers(/1 stop: /).first().waitFor();
  assert.equal(await ada.offers(/2 stops: /).count(), 0);
});
