import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { AxeBuilder } from '@axe-core/playwright';
import { cards, inAMonth } from '../traveller.mjs';
import { artefact, holdBack, journey, staff } from '../world.mjs';

const widths = [390, 1280];
const schemes = ['light', 'dark'];
// A small phone, at which pages must fit, though no picture is taken.
const narrow = 360;
const height = { 390: 844, 1280: 900 };

journey('every page fits a phone, is open to everyone and looks as its pictures', async ({ visitor, note }) => {
  const ada = await visitor({ refusals: [404, 422] });
  const found = [];
  const look = async (name) => found.push(...await portray(ada, name));
  const { page } = ada;

  await page.goto('/');
  await look('home');
  await page.goto(`/search?trip=return&from=BOS&to=LAX&depart=${inAMonth()}&back=${inAMonth(7)}&adults=2`);
  await look('return-outbound');
  await ada.link('Choose a return').first().click();
  await page.getByRole('region', { name: /^Your outbound/ }).waitFor();
  await look('return-inbound');
  await page.goto(`/calendar?trip=return&from=BOS&to=LAX&depart=${inAMonth()}&back=${inAMonth(7)}&adults=2`);
  await look('calendar');
  await page.goto(`/search?from=Atlantis&to=LAX&depart=${inAMonth()}`);
  await look('search-refused');
  await page.goto(`/search?from=BOS&to=LAX&depart=${inAMonth()}&adults=9&cabin=F&sort=earliest`);
  await ada.waitsUntilAlive();
  await page.locator('details').evaluateAll((all) => all.forEach((details) => { details.open = true; }));
  await look('results-opened');
  await staff('promotion', 'make', 'LOOKS26', '15%', '--uses', '9', '--until', inAMonth());
  await page.goto(`/search?from=BOS&to=LAX&depart=${inAMonth()}&adults=2&promo=looks26`);
  await look('results');

  await ada.chooses('Standard', ada.offers(/1 stop: (JFK|EWR|LGA)/).first());
  await look('travellers');
  await ada.nameEveryone([['Ada', 'Moreno'], ['Grace', 'Moreno']]);
  await ada.goesOnToSeats();
  await ada.waitsUntilLive();
  for (const seat of (await ada.freeSeats()).slice(30, 32)) await ada.takes(seat);
  await look('seats');
  await ada.link('Show as a list').click();
  await ada.link('Show the map').waitFor();
  await look('seats-list');
  await page.goto(`/book/${ada.hold}/pay`);
  await look('pay-review');
  await ada.goesOnToCard();
  await page.getByLabel('Card number').waitFor();
  await look('pay-card');
  await ada.paysWith(cards.good);
  await ada.isBooked();
  await look('trip');
  await page.goto('/trips');
  await look('trips');
  await page.goto('/no/such/page');
  await look('not-found');
  await page.goto('/book/00000000-0000-4000-8000-000000000000/seats');
  await look('no-booking');

  await judge('axe', found, note);
});

journey('who was too late for a seat reads why on a phone, too, without looking for it', async ({ visitor, note }) => {
  const [ada, grace] = [await visitor({ refusals: [409], viewport: { width: 390, height: height[390] } }), await visitor()];
  for (const one of [ada, grace]) {
    await one.holds('direct');
    await one.page.goto(`/book/${one.hold}/seats`);
    await one.waitsUntilLive();
  }
  const seat = (await ada.freeSeats())[12];
  const { letGo, sent } = await holdBack(ada.page, '**/live/departures/*/picks');
  await ada.takes(seat);
  await sent;
  const answered = grace.page.waitForResponse('**/live/departures/*/picks');
  await grace.takes(seat);
  await answered;
  letGo();
  const reason = ada.alert(`${seat} has just gone.`);
  await reason.waitFor();
  const covering = await reason.getByRole('button').first().evaluate((button) => {
    const { x, y, width, height: tall } = button.getBoundingClientRect();
    const top = document.elementFromPoint(x + width / 2, y + tall / 2);
    return button.contains(top) ? null : `${top?.className ?? 'the edge of the screen'} at ${x}, ${y}`;
  });
  await ada.page.screenshot({ path: await artefact('seats-too-late-phone.png') });
  assert.equal(covering, null, 'the seats offered instead can be pressed where the traveller is');
  await judge('axe-too-late', await portray(ada, 'seats-too-late'), note);
});

// Leaves and tells what axe found, which must be nothing.
async function judge(name, found, note) {
  await writeFile(await artefact(`${name}.json`), JSON.stringify(found, null, 2));
  for (const { fault, where, elements } of found) note(`${where}: ${fault.impact}: ${fault.help} (${fault.id}): ${elements[0]}`);
  assert.deepEqual(found.map(({ where, fault, elements }) => `${where}: ${fault.help}: ${elements.slice(0, 3).join(', ')}`), []);
}

// Takes the page's pictures at each width in each scheme, and gives what is wrong with it: what axe finds, and what does not fit.
async function portray(traveller, name) {
  const { page } = traveller;
  await traveller.waitsUntilAlive();
  const found = [];
  for (const width of [narrow, ...widths]) {
    await page.setViewportSize({ width, height: height[width] ?? height[390] });
    found.push(...(await misfits(page)).map((misfit) => ({ where: `${name}-${width}`, ...misfit })));
  }
  for (const width of widths) {
    await page.setViewportSize({ width, height: height[width] });
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      const where = `${name}-${width}-${colorScheme}`;
      await page.screenshot({ path: await artefact(`${where}.png`), fullPage: true });
      const { violations } = await new AxeBuilder({ page }).analyze();
      found.push(...violations.map(({ nodes, ...fault }) => ({ where, fault, elements: nodes.map((node) => node.target.join(' ')) })));
    }
  }
  return found;
}

// A page that scrolls sideways, and buttons that their text spills out of, in the words of axe.
async function misfits(page) {
  const tooWide = await page.evaluate(() => document.scrollingElement.scrollWidth - window.innerWidth);
  const spilt = await page.locator('button, a.button').evaluateAll((all) => all.filter((button) => {
    const text = document.createRange();
    text.selectNodeContents(button);
    const [inner, outer] = [text, button].map((box) => box.getBoundingClientRect());
    return inner.left < outer.left || inner.right > outer.right;
  }).map((button) => button.innerText.replaceAll(/\s+/g, ' ')));
  const fault = (id, help) => ({ id, impact: 'serious', help });
  return [
    { fault: fault('page-too-wide', 'A page must not scroll sideways'), elements: tooWide > 0 ? [`by ${tooWide} px`] : [] },
    { fault: fault('text-spills', 'Text must stay inside of its button'), elements: spilt },
  ].filter(({ elements }) => elements.length > 0);
}
