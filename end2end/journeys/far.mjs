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
