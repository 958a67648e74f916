import assert from 'node:assert/strict';
import { inPostgres, journey, until } from '../world.mjs';

// On a slow line a form can be sent before our code is there. Then the browser itself sends it.
journey('a form that was sent before its page came alive comes back alive, with what was wrong', async ({ visitor }) => {
  const ada = await visitor({ refusals: [422] });
  await ada.holds('direct');
  await ada.waitsUntilAlive();
  await ada.nameEveryone([['Ada', 'Moreno']]);
  const birth = ada.page.getByLabel('Date of birth');
  await birth.fill('2026-01-31');
  await birth.evaluate((field) => field.form.submit());
  await ada.page.waitForURL(/__err=/);
  await ada.waitsUntilAlive();
  await ada.alert(/./).first().waitFor();
  await until('the field that is wrong has the focus', () => birth.evaluate((field) => document.activeElement === field));
  assert.equal(await birth.getAttribute('aria-invalid'), 'true');

  // It is alive: what is wrong again is told without leaving, and what was typed stays.
  await ada.nameEveryone([['Ada', 'Moreno']]);
  await birth.fill('1899-12-31');
  const address = ada.page.url();
  await birth.evaluate((field) => { field.removeAttribute('min'); field.form.requestSubmit(); });
  await until('it is refused again', () => ada.button('Continue to seats').isEnabled());
  await ada.alert(/./).first().waitFor();
  assert.equal(ada.page.url(), address);
  assert.equal(await ada.page.getByLabel('Surname').inputValue(), 'Moreno');
  await birth.fill('1985-04-30');
  await ada.button('Continue to seats').click();
  await ada.heading('Choose your seats').waitFor();
});

journey('ten more minutes are offered in the last two, and had once however often they are asked for', async ({ visitor, note }) => {
  const ada = await visitor();
  await ada.holds('direct');
  await inPostgres(`update holds set expires_at = now() + interval '125 seconds' where id = '${ada.hold}'`);
  await ada.page.goto(`/book/${ada.hold}/seats`);
  await ada.waitsUntilLive();
  const more = ada.button('10 more minutes');
  await more.waitFor();
  const key = await ada.page.locator('form[action="/api/extend_hold"] input[name="key"]').inputValue();
  assert.match(key, /^[0-9a-f]{32}$/);
  await more.dblclick();
  const timer = ada.page.getByRole('timer');
  await timer.filter({ hasText: /^\s*1[12]:/ }).waitFor();
  await more.waitFor({ state: 'detached' });
  const [[left]] = await inPostgres(`select extract(epoch from expires_at - now())::int from holds where id = '${ada.hold}'`);
  assert(left > 660 && left < 720, `${left} s left`);
  note(`${left} s left, and the page says ${(await timer.innerText()).trim()}`);
});
