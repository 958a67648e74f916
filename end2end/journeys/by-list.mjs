import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import { artefact, journey } from '../world.mjs';

journey('two choose their seats in the list by row, and who stands on a seat that goes keeps their place', async ({ visitor, note }) => {
  const [ada, grace] = [await visitor({ refusals: [409] }), await visitor()];
  await ada.holds('direct', 2);
  await ada.nameEveryone([['Ada', 'Moreno'], ['Grace', 'Moreno']]);
  await ada.goesOnToSeats();
  await ada.link('Show as a list').click();
  await ada.heading('Choose your seats').waitFor();
  await ada.page.getByRole('heading', { name: /^Row \d+, exit row$/ }).first().waitFor();
  await ada.waitsUntilLive();
  const listed = () => ada.page.locator('ol button').filter({ hasText: /free$/ });
  const names = (await listed().allInnerTexts()).map((name) => name.split(',')[0]);
  const [lost, ...others] = names.slice(10, 13);

  await ada.page.locator(`#seat-${lost}`).focus();
  await grace.holds('direct');
  await grace.page.goto(`/book/${grace.hold}/seats`);
  await grace.waitsUntilLive();
  await grace.takes(lost);
  await ada.button(new RegExp(`^${lost}, .*being chosen$`)).waitFor();
  assert.equal(await ada.page.evaluate(() => document.activeElement.id), `seat-${lost}`, 'the focus is not lost');
  const heard = ada.page.getByText(/^One seat was taken in row \d+\. .* are left there\.$/);
  await heard.waitFor({ state: 'attached' });
  note(await heard.innerText());

  for (const [index, seat] of others.entries()) {
    await ada.page.locator(`#seat-${seat}`).click();
    await ada.button(new RegExp(`^${seat}, .*yours: ${['Ada', 'Grace'][index]} Moreno`)).waitFor();
  }
  await ada.page.getByRole('list', { name: 'Travellers and their seats' }).getByText(others[1]).waitFor();
  const { violations } = await new AxeBuilder({ page: ada.page }).analyze();
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].target}`), []);
  for (const width of [390, 1280]) {
    await ada.page.setViewportSize({ width, height: 900 });
    await ada.page.screenshot({ path: await artefact(`by-list-${width}.png`), fullPage: true });
  }
  await ada.reviews();
  for (const seat of others) await ada.page.getByText(`seat ${seat}`, { exact: true }).first().waitFor();
});
