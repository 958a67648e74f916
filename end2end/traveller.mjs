// What people do on our pages, named as they would say it. Locators go by role and label.
export const cards = {
  good: '4242 4242 4242 4242',
  declined: '4000 0000 0000 0002',
  authenticating: '4000 0027 6000 3184',
};

// A month from today, as date fields write it.
export function inAMonth(days = 0) {
  const date = new Date();
  date.setUTCMonth(date.getUTCMonth() + 1, date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

export class Traveller {
  // `scripts` tells whether the browser runs JavaScript; `complaints` fills with what its pages complained of.
  constructor(page, { scripts, complaints }) {
    // Nobody books for the same people under the same address as somebody else: the site would ask first.
    const email = `ada.${crypto.randomUUID().slice(0, 8)}@example.com`;
    Object.assign(this, { page, scripts, complaints, email });
  }

  button(name) { return this.page.getByRole('button', { name }); }

  link(name) { return this.page.getByRole('link', { name }); }

  heading(name) { return this.page.getByRole('heading', { name, level: 1 }); }

  // What is said aloud to the traveller: refusals above all.
  alert(text) { return this.page.getByRole('alert').filter({ hasText: text }); }

  async searches({ from, to, depart, back, adults = 1, promo }) {
    await this.page.goto('/');
    if (this.scripts) await this.waitsUntilAlive();
    await this.page.getByLabel('From', { exact: true }).fill(from);
    await this.page.getByLabel('To', { exact: true }).fill(to);
    if (!back) await this.page.getByText('One way', { exact: true }).click();
    await this.page.getByLabel('Depart', { exact: true }).fill(depart);
    if (back) await this.page.getByRole('textbox', { name: 'Return' }).fill(back);
    await this.page.getByLabel('Adults').selectOption(String(adults));
    if (promo) {
      await this.page.getByText('Promotion code', { exact: true }).click();
      await this.page.getByLabel('Code', { exact: true }).fill(promo);
    }
    await this.button('Search flights').click();
    await this.page.getByRole('article').first().waitFor();
    if (this.scripts) await this.waitsUntilAlive();
  }

  // A trip flight by flight, each with its places and day; where a flight leaves from may be left out.
  async searchesTrip([first, ...others], adults = 1) {
    await this.page.goto('/');
    if (this.scripts) await this.waitsUntilAlive();
    await this.page.getByText('Multi-city', { exact: true }).click();
    await this.page.getByLabel('From', { exact: true }).fill(first.from);
    await this.page.getByLabel('To', { exact: true }).fill(first.to);
    await this.page.getByLabel('Depart', { exact: true }).fill(first.depart);
    for (const [index, { from, to, depart }] of others.entries()) {
      const flight = this.page.getByRole('group', { name: `Flight ${index + 2}`, exact: true });
      if (from) await flight.getByLabel('From').fill(from);
      await flight.getByLabel('To').fill(to);
      await flight.getByLabel('Depart').fill(depart);
    }
    await this.page.getByLabel('Adults').selectOption(String(adults));
    await this.button('Search flights').click();
    await this.page.getByRole('article').first().waitFor();
    if (this.scripts) await this.waitsUntilAlive();
  }

  // The cards of the results that say so.
  offers(text) { return this.page.getByRole('article').filter({ hasText: text }); }

  async chooses(brand, offer) {
    await offer.getByRole('button', { name: new RegExp(`^${brand},`) }).click();
    await this.heading('Who travels?').waitFor();
  }

  // From the address of a search straight to a hold of the first flight of the day that says so, whatever it costs by now:
  // two who hold are on the same flight. All journeys hold places of it: where one of them took the last of a class after
  // this list was made, its new price is accepted.
  async holds(text, adults = 1) {
    await this.page.goto(`/search?from=BOS&to=LAX&depart=${inAMonth()}&adults=${adults}&sort=earliest`);
    await this.offers(text).first().getByRole('button', { name: /^Standard,/ }).click();
    const changed = this.heading('The price has changed');
    await this.heading('Who travels?').or(changed).waitFor();
    if (await changed.isVisible()) await this.button(/^Accept /).click();
    await this.heading('Who travels?').waitFor();
  }

  get hold() { return /\/book\/([^/]+)/.exec(this.page.url())[1]; }

  // The islands of the page, if it has any, are alive: the timer, which stands still on a page as the server sent it, runs.
  async waitsUntilAlive() {
    await this.page.waitForLoadState();
    if (await this.page.locator('leptos-island').count() === 0) return;
    await this.page.waitForFunction(() => {
      const timer = document.querySelector('[role="timer"]');
      return timer === null || /^\s*\d+:\d\d/.test(timer.textContent);
    });
  }

  async nameEveryone(people, email = this.email) {
    for (const [index, [given, surname]] of people.entries()) {
      const person = this.page.getByRole('group', { name: `Traveller ${index + 1}` });
      await person.getByLabel('Given name').fill(given);
      await person.getByLabel('Surname').fill(surname);
      await person.getByLabel('Date of birth').fill('1985-04-30');
    }
    await this.page.getByLabel('E-mail address').fill(email);
  }

  async goesOnToSeats() {
    await this.button('Continue to seats').click();
    await this.heading('Choose your seats').waitFor();
  }

  // The seat page is alive and hears what others do.
  async waitsUntilLive() { await this.page.getByRole('status').filter({ hasText: /^Live\./ }).waitFor(); }

  seat(number, state = '') { return this.button(new RegExp(`^${number}, .*${state}`)); }

  async freeSeats() {
    const names = await this.button(/^\d+[A-Z], .*free$/).evaluateAll((all) => all.map((seat) => seat.ariaLabel));
    return names.map((name) => name.split(',')[0]);
  }

  async takes(number) {
    await this.seat(number, 'free$').click();
    await this.seat(number, 'yours').waitFor();
  }

  async goesToLeg(number, name) {
    await this.link(name).click();
    await this.page.getByText(`Leg ${number} of`).waitFor();
  }

  async reviews() {
    await this.link('Continue to payment').click();
    await this.heading('Look it over').waitFor();
  }

  async goesOnToCard() {
    await this.button('Continue to card').click();
    await this.heading('Pay').waitFor();
  }

  async fillsIn(card) {
    await this.page.getByLabel('Card number').fill(card);
    await this.page.getByLabel('Expiry').fill('12 / 34');
    await this.page.getByLabel('Security code').fill('123');
  }

  get payButton() { return this.button(/^Pay \$/); }

  async paysWith(card) {
    await this.fillsIn(card);
    await this.payButton.click();
  }

  // From the address of a search to an open card form, seats left to us.
  async comesToPay(text = 'direct', surname = 'Moreno') {
    await this.holds(text);
    await this.nameEveryone([['Ada', surname]]);
    await this.goesOnToSeats();
    await this.page.goto(`/book/${this.hold}/pay`);
    await this.goesOnToCard();
  }

  async isBooked() {
    await this.heading('You are booked').waitFor();
    await this.waitsUntilAlive();
    return /\/trips\/(\w+)$/.exec(this.page.url())[1];
  }

  get ticket() { return this.page.getByRole('article', { name: 'Electronic ticket' }); }

  async opensTrip(pnr, surname) {
    await this.page.goto('/trips');
    await this.page.getByLabel('Booking reference').fill(pnr);
    await this.page.getByLabel('Surname').fill(surname);
    await this.button('Open trip').click();
  }
}
